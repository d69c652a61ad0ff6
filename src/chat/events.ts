// Tells watchers what happened: stored entries in the order of storing, and in between what is not part of history.

import { ChatError } from "../core/errors.ts";
import type { ChatEvent, Watcher } from "../core/ports/chat.ts";
import type { NoticeCode } from "../core/ports/log.ts";
import type { Store } from "../core/ports/store.ts";
import type { Audience, Watching } from "./audience.ts";
import type { RoomState } from "./room-state.ts";
import { bodyOf } from "./saying.ts";
import type { Item, Translator } from "./translate.ts";
import type { Viewer } from "./viewer.ts";

/** Entries that may wait for one that needs to be looked up; beyond that, watchers are told that they fell behind. */
const MAX_WAITING = 100_000;
/** Entries that a replay reads at once. */
const REPLAY_PAGE = 1_000;
/** Notices that are kept while nobody watches. */
const MAX_UNTOLD = 20;

export type EventsOptions = {
  readonly store: Store;
  readonly translator: Translator;
  readonly audience: Audience;
  /** Notices are for the owner. */
  readonly owner: Viewer;
  /** The arrival of the newest entry at the start. */
  readonly lastArrival: number;
  /** Called with what went wrong with one event; the others go on. */
  readonly failed: (error: unknown) => void;
};

export class Events {
  readonly #options: EventsOptions;
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
    if (this.#options.audience.isEmpty && !this.#isBusy) {
      this.#told = last.arrival;
      return;
    }
    if (this.#waiting.length + items.length > MAX_WAITING) return this.#drop(last);
    if (this.#waiting.length === 0) this.#waiting = items.slice();
    else this.#waiting.push(...items);
    if (!this.#isBusy) this.#tell();
  }

  /** What is not part of history, for everyone. */
  emit(...events: readonly ChatEvent[]): void {
    const { audience } = this.#options;
    audience.tell(audience.all(), events);
  }

  /** What is not part of history, for those in a room but one, each told by the own name of the room. */
  emitIn(room: RoomState, except: Viewer | null, make: (viewer: Viewer) => ChatEvent): void {
    const { audience } = this.#options;
    const others = audience.in(room).filter(({ viewer }) => viewer !== except);
    const [first] = others;
    if (!first) return;
    if (room.direct) for (const watching of others) audience.tell([watching], [make(watching.viewer)]);
    else audience.tell(others, [make(first.viewer)]);
  }

  /** What the owner should know; the first to watch hears of it where nobody does yet. */
  notice(code: NoticeCode, text: string): void {
    const { audience, owner } = this.#options;
    const event: ChatEvent = { cursor: null, kind: "notice", code, text };
    const watchings = audience.of(owner);
    if (watchings.length > 0) audience.tell(watchings, [event]);
    else if (this.#untold.length < MAX_UNTOLD) this.#untold.push(event);
  }

  /** See `Chat.watch`. */
  async watch(viewer: Viewer, watcher: Watcher, after?: number): Promise<{ readonly cursor: number; stop(): void }> {
    const { audience, owner } = this.#options;
    const watching: Watching = { viewer, watcher, isOver: false };
    let cursor = Math.min(after ?? this.#told, this.#told);
    while (cursor < this.#told && !watcher.isOver) cursor = await this.#replay(watching, cursor);
    if (watcher.isOver) throw closed();
    if (this.#isClosed) throw closed();
    audience.add(watching);
    if (viewer === owner && this.#untold.length > 0) audience.tell([watching], this.#untold.splice(0));
    return { cursor, stop: () => audience.remove(watching) };
  }

  /** Ends all watches; what waits to be told is told to nobody. */
  close(): void {
    this.#isClosed = true;
    this.#options.audience.end("closed");
  }

  /** Tells one watcher a page of what was stored after the cursor, and returns the cursor after it. */
  async #replay(watching: Watching, after: number): Promise<number> {
    const { store, translator, audience } = this.#options;
    const until = this.#told;
    const page = await store.read({ kind: "arrivals", after, limit: REPLAY_PAGE });
    const fresh = page.filter(({ arrival }) => arrival <= until).map((stored) => ({ ...stored, body: bodyOf(stored.entry) }));
    const events: ChatEvent[] = [];
    for (const item of fresh) {
      if (!audience.isFor(watching.viewer, item)) continue;
      const event = await translator.translate(item, watching.viewer);
      if (event) events.push(event);
    }
    if (this.#isClosed) throw closed();
    if (events.length > 0) audience.tell([watching], events);
    return fresh.length < page.length ? until : (page.at(-1)?.arrival ?? until);
  }

  /** Tells what waits, up to an entry that needs a look into the store; goes on after it. */
  #tell(): void {
    const out = new Gathering(this.#options.audience);
    for (const [index, item] of this.#waiting.entries()) {
      if (item.arrival <= this.#told) continue;
      const told = this.#tellings(item);
      if (told instanceof Promise) {
        out.flush();
        return this.#waitFor(told, index);
      }
      this.#told = item.arrival;
      for (const telling of told) out.add(telling);
    }
    this.#waiting = [];
    out.flush();
  }

  #waitFor(told: Promise<readonly Telling[]>, index: number): void {
    const { arrival } = this.#waiting[index] as Item;
    this.#waiting = this.#waiting.slice(index + 1);
    this.#isBusy = true;
    void told.then((tellings) => {
      this.#isBusy = false;
      const out = new Gathering(this.#options.audience);
      if (arrival > this.#told) for (const telling of tellings) out.add(telling);
      this.#told = Math.max(arrival, this.#told);
      out.flush();
      if (!this.#isBusy) this.#tell();
    });
  }

  /** Watchers fell behind: they may resume from the store. */
  #drop(last: Item): void {
    this.#waiting = [];
    this.#told = last.arrival;
    this.#options.audience.end("busy");
  }

  /** Who is told what of an entry: of an open room all hear the same, of direct talk each of the two by the other's name. */
  #tellings(item: Item): readonly Telling[] | Promise<readonly Telling[]> {
    const groups = this.#options.audience.hearing(item);
    const told = groups.map((to) => this.#translate(item, to));
    const paired = (events: readonly (ChatEvent | null)[]) => events.map((event, index) => ({ to: groups[index] ?? [], event }));
    return isAtOnce(told) ? paired(told) : Promise.all(told).then(paired);
  }

  #translate(item: Item, to: readonly Watching[]): ChatEvent | null | Promise<ChatEvent | null> {
    const [first] = to;
    if (!first) return null;
    const event = this.#options.translator.translate(item, first.viewer);
    if (!(event instanceof Promise)) return event;
    return event.catch((error: unknown) => {
      this.#options.failed(error);
      return null;
    });
  }
}

const isAtOnce = (told: readonly (ChatEvent | null | Promise<ChatEvent | null>)[]): told is readonly (ChatEvent | null)[] =>
  !told.some((event) => event instanceof Promise);

type Telling = { readonly to: readonly Watching[]; readonly event: ChatEvent | null };

/** What the same people hear, one thing after the other, goes out together. */
class Gathering {
  readonly #audience: Audience;
  #to: readonly Watching[] = [];
  #events: ChatEvent[] = [];

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  add({ to, event }: Telling): void {
    if (!event) return;
    if (to !== this.#to) this.flush();
    this.#to = to;
    this.#events.push(event);
  }

  flush(): void {
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) this.#audience.tell(this.#to, events);
  }
}

const closed = (): ChatError => new ChatError("closed", "this chat has been closed");
