// A store over another that can be told to fail or to wait: for tests of what happens then.

import { ChatError } from "../../src/core/errors.ts";
import type { Incoming, Store } from "../../src/core/ports/store.ts";

export class FailingStore implements Store {
  /** While true, every append is refused as on a full disk. */
  isFull = false;
  /** The sizes of all appends. */
  readonly appends: number[] = [];
  readonly search: NonNullable<Store["search"]>;
  readonly #under: Store;
  #gate: Promise<void> = Promise.resolve();

  constructor(under: Store) {
    this.#under = under;
    this.search = (query) => under.search?.(query) ?? Promise.resolve([]);
  }

  /** Appends wait until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  async append(batch: readonly Incoming[]): Promise<number> {
    this.appends.push(batch.length);
    await this.#gate;
    if (this.isFull) throw new ChatError("storage", "the disk is full");
    return this.#under.append(batch);
  }

  load(): ReturnType<Store["load"]> {
    return this.#under.load();
  }

  read(query: Parameters<Store["read"]>[0]): ReturnType<Store["read"]> {
    return this.#under.read(query);
  }

  erase(ids: Parameters<Store["erase"]>[0]): Promise<void> {
    return this.#under.erase(ids);
  }

  remember(key: string, value: string | null): Promise<void> {
    return this.#under.remember(key, value);
  }

  recall(key: string): Promise<string | null> {
    return this.#under.recall(key);
  }

  close(): Promise<void> {
    return this.#under.close();
  }
}
