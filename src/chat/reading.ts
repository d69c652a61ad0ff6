// How far people have read each room, and what a room's clock must exceed: read from the store when it is first needed.

import { type Entry, KINDS } from "../core/entry.ts";
import { type PeerId, parsePeerId } from "../core/ids.ts";
import { compareKeys, keyOf, MAX_AHEAD } from "../core/order.ts";
import type { OrderKey, Store } from "../core/ports/store.ts";
import type { HybridClock } from "./hybrid-clock.ts";
import type { RoomState } from "./room-state.ts";
import { speakerOf } from "./saying.ts";
import { parseList } from "./settings.ts";
import type { Viewer } from "./viewer.ts";

/** Unread messages are counted up to this many. */
const MAX_UNREAD = 1_000;
const ALL_KINDS = Object.values(KINDS);

export type ReadingOptions = {
  readonly store: Store;
  readonly clock: HybridClock;
  /** Whose marks are kept across restarts. Those of guests last as long as they stay. */
  readonly owner: Viewer;
  /** Rooms that held entries when this peer started: of the others nothing needs to be read. */
  readonly held: Iterable<RoomState>;
  /** The arrival of the newest entry that was published. */
  readonly published: () => number;
};

export class Reading {
  readonly #options: ReadingOptions;
  readonly #pending: Set<RoomState>;
  readonly #preparing = new Map<RoomState, Promise<void>>();

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#pending = new Set([...options.held].filter((room) => !room.isEmpty));
  }

  /** Reads the newest of a room and how far it was read, once; null when that is done. Rejects storage. */
  prepare(room: RoomState): Promise<void> | null {
    if (!this.#pending.has(room)) return null;
    const under = this.#preparing.get(room);
    if (under !== undefined) return under;
    const work = this.#read(room);
    this.#preparing.set(room, work);
    const done = () => void this.#preparing.delete(room);
    work.then(() => this.#pending.delete(room)).then(done, done);
    return work;
  }

  /** Counts what is unread in a room that this person is in. The owner's count goes on by itself. */
  async count(room: RoomState, viewer: Viewer): Promise<number> {
    await this.prepare(room);
    const reading = viewer.reading(room);
    if (!viewer.isIn(room) || (reading.mark && room.last && compareKeys(room.last, reading.mark) <= 0)) return 0;
    if (viewer !== this.#options.owner) reading.unread = null;
    while (reading.unread === null) await this.#count(room, viewer);
    return Math.min(reading.unread ?? 0, MAX_UNREAD);
  }

  /** A message was published. */
  arrived(room: RoomState, entry: Entry): void {
    const { owner } = this.#options;
    if (speakerOf(entry) !== owner.id) owner.reading(room).arrived(keyOf(entry));
  }

  /** All up to this place is read. Moves forward only. */
  async markRead(room: RoomState, upTo: OrderKey, viewer: Viewer): Promise<void> {
    await this.prepare(room);
    const { store, owner } = this.#options;
    const reading = viewer.reading(room);
    if (reading.mark && compareKeys(upTo, reading.mark) <= 0) return;
    if (viewer === owner) await store.remember(settingOf(room), JSON.stringify([upTo.time, upTo.author, upTo.seq]));
    reading.mark = upTo;
    reading.unread = room.last && compareKeys(upTo, room.last) >= 0 ? 0 : null;
  }

  async #read(room: RoomState): Promise<void> {
    const { store, clock, owner } = this.#options;
    const bound: OrderKey = { time: clock.now() + MAX_AHEAD + 1, author: "" as PeerId, seq: 0 };
    const [mark, newest, last] = await Promise.all([
      store.recall(settingOf(room)),
      store.read({ kind: "page", room: room.id, kinds: ALL_KINDS, before: bound, limit: 1 }),
      store.read({ kind: "page", room: room.id, kinds: [KINDS.message], limit: 1 }),
    ]);
    clock.observe(newest.map(({ entry }) => entry.header.time));
    owner.reading(room).mark ??= parseMark(mark);
    for (const { entry } of last) room.sawMessage(keyOf(entry));
  }

  /** Gives up without a count where the mark moved meanwhile. */
  async #count(room: RoomState, viewer: Viewer): Promise<void> {
    const { store, published } = this.#options;
    const reading = viewer.reading(room);
    const { mark, came } = reading;
    const until = published();
    const after = mark ? { after: mark } : {};
    const page = await store.read({ kind: "page", room: room.id, kinds: [KINDS.message], ...after, limit: MAX_UNREAD });
    if (reading.mark !== mark) return;
    const before = page.filter(({ arrival, entry }) => arrival <= until && speakerOf(entry) !== viewer.id).length;
    reading.unread = before + reading.came - came;
  }
}

const settingOf = (room: RoomState): string => `read:${room.id}`;

function parseMark(text: string | null): OrderKey | null {
  const [time, author, seq] = parseList(text);
  const peer = typeof author === "string" ? parsePeerId(author) : null;
  return peer && typeof time === "number" && typeof seq === "number" ? { time, author: peer, seq } : null;
}
