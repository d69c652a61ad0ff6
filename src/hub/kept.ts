// Something small that a hub keeps across restarts: one JSON value in the store, written when it changed.

import * as v from "valibot";
import { ChatError } from "../core/errors.ts";
import type { Store } from "../core/ports/store.ts";

export type Keeping = Pick<Store, "recall" | "remember">;

/** Changes gather for so long, milliseconds. */
const GATHER = 1_000;

export class Kept {
  readonly #store: Keeping;
  readonly #key: string;
  readonly #format: () => unknown;
  readonly #log: (text: string) => void;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;

  /** `format` gives what is to be kept at the moment of writing. */
  constructor(store: Keeping, key: string, options: { readonly format: () => unknown; readonly log: (text: string) => void }) {
    this.#store = store;
    this.#key = key;
    this.#format = options.format;
    this.#log = options.log;
  }

  /** What was kept, in the shape of the schema; null where there is nothing. Rejects `storage` where it is damaged: it is not written over. */
  async load<S extends v.GenericSchema>(schema: S): Promise<v.InferOutput<S> | null> {
    const text = await this.#store.recall(this.#key);
    if (text === null) return null;
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
    if (read.success) return read.output as v.InferOutput<S>;
    throw new ChatError("storage", `what the store holds under ${this.#key} cannot be read: ${read.issues[0].message}`);
  }

  /** It changed: written a little later. */
  changed(): void {
    this.#timer ??= setTimeout(() => void this.write().catch((error: unknown) => this.#log(String(error))), GATHER).unref();
  }

  /** Writes it as it is now, after a write that is under way. Resolves once it is stored. Rejects `storage`. */
  async write(): Promise<void> {
    this.#cancel();
    const before = this.#writing;
    const writing = (async () => {
      await before?.catch(() => {});
      await this.#store.remember(this.#key, JSON.stringify(this.#format()));
    })();
    this.#writing = writing;
    await writing;
  }

  /** Writes what has not been written. */
  async close(): Promise<void> {
    if (this.#timer) await this.write();
    else await this.#writing;
  }

  #cancel(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
