// How far the person here has read each room, and what a room's clock must exceed: read from the store when it is first needed.

import { KINDS } from "../core/entry.ts";
import { type PeerId, parsePeerId } from "../core/ids.ts";
import { compareKeys, keyOf, MAX_AHEAD } from "../core/order.ts";
import type { OrderKey, Store } from "../core/ports/store.ts";
import type { HybridClock } from "./hybrid-clock.ts";
import type { RoomState } from "./room-state.ts";
import { parseList } from "./settings.ts";

/** Unread messages are counted up to this many. */
const MAX_UNREAD = 1_000;
const ALL_KINDS = Object.values(KINDS);

export type ReadingOptions = {
  readonly store: Store;
  readonly clock: HybridClock;
  readonly self: PeerId;
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

  /** Counts what is unread in a room that is joined, unless it was counted before. */
  async count(room: RoomState): Promise<number> {
    await this.prepare(room);
    const { reading } = room;
    if (!room.isJoined) return 0;
    while (reading.unread === null) await this.#count(room);
    return Math.min(reading.unread ?? 0, MAX_UNREAD);
  }

  /** All up to this place is read. Moves forward only. */
  async markRead(room: RoomState, upTo: OrderKey): Promise<void> {
    await this.prepare(room);
    const { reading, last } = room;
    if (reading.mark && compareKeys(upTo, reading.mark) <= 0) return;
    await this.#options.store.remember(settingOf(room), JSON.stringify([upTo.time, upTo.author, upTo.seq]));
    reading.mark = upTo;
    reading.unread = last && compareKeys(upTo, last) >= 0 ? 0 : null;
  }

  async #read(room: RoomState): Promise<void> {
    const { store, clock } = this.#options;
    const bound: OrderKey = { time: clock.now() + MAX_AHEAD + 1, author: "" as PeerId, seq: 0 };
    const [mark, newest, last] = await Promise.all([
      store.recall(settingOf(room)),
      store.read({ kind: "page", room: room.id, kinds: ALL_KINDS, before: bound, limit: 1 }),
      store.read({ kind: "page", room: room.id, kinds: [KINDS.message], limit: 1 }),
    ]);
    clock.observe(newest.map(({ entry }) => entry.header.time));
    room.reading.mark ??= parseMark(mark);
    for (const { entry } of last) room.sawMessage(keyOf(entry));
  }

  /** Gives up without a count where the mark moved meanwhile. */
  async #count({ id, reading }: RoomState): Promise<void> {
    const { store, self, published } = this.#options;
    const { mark, came } = reading;
    const until = published();
    const after = mark ? { after: mark } : {};
    const page = await store.read({ kind: "page", room: id, kinds: [KINDS.message], ...after, limit: MAX_UNREAD });
    if (reading.mark !== mark) return;
    const before = page.filter(({ arrival, entry }) => arrival <= until && entry.author !== self).length;
    reading.unread = before + reading.came - came;
  }
}

const settingOf = (room: RoomState): string => `read:${room.id}`;

function parseMark(text: string | null): OrderKey | null {
  const [time, author, seq] = parseList(text);
  const peer = typeof author === "string" ? parsePeerId(author) : null;
  return peer && typeof time === "number" && typeof seq === "number" ? { time, author: peer, seq } : null;
}
