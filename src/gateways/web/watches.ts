// The watches of one session: events on their way out, until the client ends them or falls behind.

import { ChatError } from "../../core/errors.ts";
import type { Chat, ChatEvent, WatchEnd, Watcher } from "../../core/ports/chat.ts";
import { encodeEnd } from "../../wire/web.ts";
import type { Told } from "./batch.ts";
import type { Outbox } from "./outbox.ts";
import type { Tellings } from "./tellings.ts";

/** Most watches of one session. */
const MAX_WATCHES = 64;

/** Where the events of a session's watches come from and go to. */
export type Way = { readonly chat: Chat; readonly outbox: Outbox; readonly tellings: Tellings; readonly renamed: () => void };

export class Watches {
  readonly #way: Way;
  /** Made for the first: many sessions have none. */
  #standing: Map<number, Watch> | null = null;

  constructor(way: Way) {
    this.#way = way;
  }

  has(id: number): boolean {
    return this.#standing?.has(id) ?? false;
  }

  /** Starts a watch under the id of its request. Rejects `busy` when there are too many. */
  async start(id: number, after: number | undefined): Promise<{ readonly cursor: number }> {
    this.#standing ??= new Map();
    const standing = this.#standing;
    if (standing.size >= MAX_WATCHES) throw new ChatError("busy", `at most ${MAX_WATCHES} watches at once; end one with unwatch`);
    const watch = new Watch(id, this.#way, after ?? null);
    standing.set(id, watch);
    watch.over = () => standing.delete(id);
    try {
      return { cursor: await watch.start(after) };
    } catch (error) {
      watch.stop();
      throw error;
    }
  }

  /** Ends a watch in silence; one that is unknown is a no-op. */
  stop(id: number): void {
    this.#standing?.get(id)?.stop();
  }

  stopAll(): void {
    for (const watch of this.#standing?.values() ?? []) watch.stop();
  }

  /** Ends all, and tells from where they can resume. */
  endAll(why: WatchEnd): void {
    for (const watch of this.#standing?.values() ?? []) watch.ended(why);
  }
}

class Watch implements Watcher {
  readonly #id: number;
  readonly #way: Way;
  #cursor: number | null;
  #stop: (() => void) | null = null;
  isOver = false;
  over: () => void = () => {};

  constructor(id: number, way: Way, cursor: number | null) {
    this.#id = id;
    this.#way = way;
    this.#cursor = cursor;
  }

  /** Resolves with the cursor at which it stands, or stood when it was ended. */
  async start(after: number | undefined): Promise<number> {
    this.#way.tellings.presence.add(this);
    try {
      const standing = await this.#way.chat.watch(this, after);
      if (this.isOver) standing.stop();
      else this.#stop = () => standing.stop();
      return standing.cursor;
    } catch (error) {
      if (this.isOver && this.#cursor !== null) return this.#cursor;
      throw error;
    }
  }

  event(event: ChatEvent): void {
    this.events([event]);
  }

  events(events: readonly ChatEvent[]): void {
    const told = this.#way.tellings.of(events);
    if (told !== null) this.tell(told);
  }

  tell(told: Told): void {
    if (this.isOver) return;
    if (told.cursor !== null) this.#cursor = told.cursor;
    if (told.renames) this.#way.renamed();
    this.#way.outbox.tell(this.#id, told);
  }

  ended(why: WatchEnd): void {
    if (this.isOver) return;
    this.stop();
    this.#way.outbox.frame(encodeEnd(this.#id, why, this.#cursor));
  }

  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#way.tellings.presence.remove(this);
    this.#stop?.();
    this.over();
  }
}
