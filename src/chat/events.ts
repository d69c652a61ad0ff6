// Tells watchers what happened: stored entries in the order of storing, and in between what is not part of history.

import { ChatError } from "../core/errors.ts";
import type { ChatEvent, WatchEnd, Watcher } from "../core/ports/chat.ts";
import type { NoticeCode } from "../core/ports/log.ts";
import type { Store } from "../core/ports/store.ts";
import { bodyOf } from "./saying.ts";
import type { Item, Translator } from "./translate.ts";

/** Entries that may wait for one that needs to be looked up; beyond that, watchers are told that they fell behind. */
const MAX_WAITING = 100_000;
/** Entries that a replay reads at once. */
const REPLAY_PAGE = 1_000;
/** Notices that are kept while nobody watches. */
const MAX_UNTOLD = 20;

export type EventsOptions = {
  readonly store: Store;
  readonly translator: Translator;
  /** The arrival of the newest entry at the start. */
  readonly lastArrival: number;
  /** Called with what went wrong with one event; the others go on. */
  readonly failed: (error: unknown) => void;
};

export class Events {
  readonly #options: EventsOptions;
  readonly #watchers = new Set<Watcher>();
  #told: number;
  #waiting: Item[] = [];
  #isBusy = false;
  #isClosed = false;
  readonly #untold: ChatEvent[] = [];

  constructor(options: EventsOptions) {
    this.#options = options;
    this.#told = options.lastArrival;
  }

  /** Entries that were just stored, ascending. Where none needs a look into the store, watchers hear of them before this returns. */
  stored(items: readonly Item[]): void {
    const last = items.at(-1);
    if (!last) return;
    if (this.#watchers.size === 0 && !this.#isBusy) {
      this.#told = last.arrival;
      return;
    }
    if (this.#waiting.length + items.length > MAX_WAITING) return this.#drop(last);
    if (this.#waiting.length === 0) this.#waiting = items.slice();
    else this.#waiting.push(...items);
    if (!this.#isBusy) this.#tell();
  }

  /** Something that is not part of history. */
  emit(event: ChatEvent): void {
    for (const watcher of this.#watchers) this.#pass(watcher, event);
  }

  /** As `emit`; the first watcher hears of it where there is none yet. */
  notice(code: NoticeCode, text: string): void {
    const event: ChatEvent = { cursor: null, kind: "notice", code, text };
    if (this.#watchers.size > 0) this.emit(event);
    else if (this.#untold.length < MAX_UNTOLD) this.#untold.push(event);
  }

  /** See `Chat.watch`. */
  async watch(watcher: Watcher, after?: number): Promise<{ readonly cursor: number; stop(): void }> {
    let cursor = Math.min(after ?? this.#told, this.#told);
    while (cursor < this.#told) cursor = await this.#replay(watcher, cursor);
    if (this.#isClosed) throw new ChatError("closed", "this chat has been closed");
    this.#watchers.add(watcher);
    for (const event of this.#untold.splice(0)) this.#pass(watcher, event);
    return { cursor, stop: () => void this.#watchers.delete(watcher) };
  }

  /** Ends all watches; what waits to be told is told to nobody. */
  close(): void {
    this.#isClosed = true;
    this.#end("closed");
  }

  /** Tells one watcher a page of what was stored after the cursor, and returns the cursor after it. */
  async #replay(watcher: Watcher, after: number): Promise<number> {
    const until = this.#told;
    const page = await this.#options.store.read({ kind: "arrivals", after, limit: REPLAY_PAGE });
    for (const { arrival, entry } of page) {
      if (arrival > until) return until;
      const event = await this.#options.translator.translate({ arrival, entry, body: bodyOf(entry) });
      if (this.#isClosed) throw new ChatError("closed", "this chat has been closed");
      if (event) this.#pass(watcher, event);
    }
    return page.at(-1)?.arrival ?? until;
  }

  /** Tells what waits, up to an entry that needs a look into the store; goes on after it. */
  #tell(): void {
    for (const [index, item] of this.#waiting.entries()) {
      const event = this.#translate(item);
      if (event instanceof Promise) {
        this.#waiting = this.#waiting.slice(index + 1);
        this.#isBusy = true;
        void event.then((told) => this.#resume(item, told));
        return;
      }
      this.#publish(item, event);
    }
    this.#waiting = [];
  }

  #resume(item: Item, event: ChatEvent | null): void {
    this.#publish(item, event);
    this.#isBusy = false;
    this.#tell();
  }

  #publish({ arrival }: Item, event: ChatEvent | null): void {
    if (arrival <= this.#told) return;
    this.#told = arrival;
    if (event) this.emit(event);
  }

  /** Watchers fell behind: they may resume from the store. */
  #drop(last: Item): void {
    this.#waiting = [];
    this.#told = last.arrival;
    this.#end("busy");
  }

  #translate(item: Item): ChatEvent | null | Promise<ChatEvent | null> {
    const event = this.#options.translator.translate(item);
    if (!(event instanceof Promise)) return event;
    return event.catch((error: unknown) => {
      this.#options.failed(error);
      return null;
    });
  }

  #pass(watcher: Watcher, event: ChatEvent): void {
    try {
      watcher.event(event);
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #end(why: WatchEnd): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) watcher.ended?.(why);
  }
}
