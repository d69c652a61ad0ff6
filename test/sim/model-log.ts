// A model of chat's log: entries without signatures, whose places in their feeds are all that is checked.

import type { Entry, Frontier } from "../../src/core/entry.ts";
import type { EntryId, PeerId, RoomId } from "../../src/core/ids.ts";
import { MAX_AHEAD, nextStamp } from "../../src/core/order.ts";
import type { Ingested } from "../../src/core/ports/log.ts";
import { mayHold } from "../../src/core/room.ts";

const NOTHING = new Uint8Array();
const EMPTY: Frontier = new Map();

/** All entries that were ever said, the same objects for all peers: who holds which is in each peer's log. */
export class Archive {
  readonly #feeds = new Map<string, Entry[]>();
  count = 0;

  feed(room: RoomId, author: PeerId): Entry[] {
    const key = `${room} ${author}`;
    let feed = this.#feeds.get(key);
    if (!feed) {
      feed = [];
      this.#feeds.set(key, feed);
    }
    return feed;
  }

  say(room: RoomId, author: PeerId, time: number): Entry {
    const feed = this.feed(room, author);
    const seq = feed.length + 1;
    const header = {
      version: 1,
      network: "sim",
      room,
      authorKey: NOTHING,
      seq,
      previous: null,
      time,
      kind: 1,
      as: null,
      bodyHash: NOTHING,
    } as const;
    const entry: Entry = { id: `${++this.count}` as EntryId, author, header, headerBytes: NOTHING, body: NOTHING, signature: NOTHING };
    feed.push(entry);
    return entry;
  }
}

/** What one peer holds; it survives restarts. Throws where an invariant breaks. */
export class ModelLog {
  readonly #self: PeerId;
  readonly #archive: Archive;
  readonly #rooms = new Map<RoomId, Map<PeerId, number>>();
  highestTime = 0;

  constructor(self: PeerId, archive: Archive) {
    this.#self = self;
    this.#archive = archive;
  }

  readonly rooms = (): readonly RoomId[] => [...this.#rooms.keys()];
  readonly frontier = (room: RoomId): Frontier => this.#rooms.get(room) ?? EMPTY;

  /** A new entry of our own, stamped at or after `time` (microseconds). */
  say(room: RoomId, time: number): Entry {
    const entry = this.#archive.say(room, this.#self, nextStamp(time, this.highestTime));
    this.#store(room, [entry], time);
    return entry;
  }

  range(room: RoomId, author: PeerId, from: number, to: number): readonly Entry[] {
    const held = this.frontier(room).get(author) ?? 0;
    return this.#archive.feed(room, author).slice(from - 1, Math.min(to, held));
  }

  /** As Log.ingest; `fresh` are those that were not held. `time` is our clock, microseconds. */
  ingest(room: RoomId, entries: readonly Entry[], time: number): Ingested & { readonly fresh: readonly Entry[] } {
    const author = (entries[0] as Entry).author;
    const held = this.frontier(room).get(author) ?? 0;
    const fresh = entries.filter((entry) => entry.header.seq > held);
    if (fresh.length === 0) return { held, refused: null, fresh };
    if ((fresh[0] as Entry).header.seq !== held + 1) return { held, refused: "gap", fresh: [] };
    this.#store(room, fresh, time);
    return { held: held + fresh.length, refused: null, fresh };
  }

  /** All that is held of a room, in the one total order. */
  inOrder(room: RoomId, compare: (a: Entry, b: Entry) => number): readonly Entry[] {
    const entries: Entry[] = [];
    for (const [author, seq] of this.frontier(room)) entries.push(...this.#archive.feed(room, author).slice(0, seq));
    return entries.sort(compare);
  }

  #store(room: RoomId, entries: readonly Entry[], time: number): void {
    if (!mayHold(this.#self, room)) throw new Error(`${this.#self} holds ${room}, a direct room of others`);
    let authors = this.#rooms.get(room);
    if (!authors) {
      authors = new Map();
      this.#rooms.set(room, authors);
    }
    for (const { author, header } of entries) {
      const held = authors.get(author) ?? 0;
      if (header.seq !== held + 1) throw new Error(`${this.#self} holds a gap in ${room}: ${header.seq} after ${held} of ${author}`);
      authors.set(author, header.seq);
      if (header.time <= time + MAX_AHEAD) this.highestTime = Math.max(this.highestTime, header.time);
    }
  }
}
