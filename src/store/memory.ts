// The store in memory: for tests, simulations, and peers that shall leave nothing behind.

import { type Entry, KINDS } from "../core/entry.ts";
import { ChatError } from "../core/errors.ts";
import type { EntryId, PeerId, RoomId } from "../core/ids.ts";
import { compareEntries, compareKeys, keyOf } from "../core/order.ts";
import type { Head, Incoming, Query, SearchQuery, Store, Stored } from "../core/ports/store.ts";
import { FeedRange } from "./feed-range.ts";
import { MOST_BYTES, MOST_ENTRIES } from "./limits.ts";
import { parseWanted } from "./words.ts";

/** A new, empty store. What it holds ends with it. */
export const memoryStore = (): Store => new MemoryStore();

type Of<K extends Query["kind"]> = Extract<Query, { kind: K }>;
type Kept = { readonly incoming: Incoming; readonly arrival: number };

const STATES: ReadonlySet<number> = new Set([KINDS.topic, KINDS.join, KINDS.leave, KINDS.profile]);

class MemoryStore implements Store {
  readonly #kept: Kept[] = [];
  readonly #byId = new Map<EntryId, number>();
  readonly #byTarget = new Map<EntryId, number[]>();
  /** Arrivals of a feed: index 0 holds number 1. */
  readonly #feeds = new Map<string, number[]>();
  readonly #rooms = new Map<RoomId, number[]>();
  readonly #latest = new Map<string, number>();
  readonly #remembered = new Map<string, string>();
  #isClosed = false;

  async load(): Promise<{ readonly heads: readonly Head[]; readonly lastArrival: number }> {
    this.#checkOpen();
    const heads = [...this.#feeds.values()].map((feed): Head => {
      const { id, author, header } = this.#entryAt(feed.at(-1) as number);
      return { room: header.room, author, seq: header.seq, id };
    });
    return { heads, lastArrival: this.#kept.length };
  }

  async append(batch: readonly Incoming[]): Promise<number> {
    this.#checkOpen();
    const ids = new Set(batch.map(({ entry }) => entry.id));
    const known = batch.find(({ entry, fork }) => this.#byId.has(entry.id) || (!fork && entry.header.seq <= this.#feedOf(entry).length));
    if (known || ids.size < batch.length) throw new ChatError("bad-input", "an entry of these, or another at its place, is stored already");
    const first = this.#kept.length + 1;
    for (const incoming of batch) this.#keep(incoming);
    return first;
  }

  async read(query: Query): Promise<readonly Stored[]> {
    this.#checkOpen();
    switch (query.kind) {
      case "feed":
        return this.#feed(query);
      case "page":
        return this.#page(query);
      case "arrivals":
        return within(this.#kept.slice(query.after, query.after + Math.min(query.limit, MOST_ENTRIES)).map(storedOf));
      case "ids":
        return within(this.#byIds(query).toSorted(byOrder));
      case "latest":
        return within(
          [...this.#latest.values()]
            .map((at) => this.#at(at))
            .filter(({ entry }) => query.kinds.includes(entry.header.kind))
            .toSorted(byOrder),
        );
    }
  }

  async erase(ids: readonly EntryId[]): Promise<void> {
    this.#checkOpen();
    for (const id of ids) {
      const arrival = this.#byId.get(id);
      if (arrival === undefined) continue;
      const { incoming } = this.#kept[arrival - 1] as Kept;
      this.#kept[arrival - 1] = { arrival, incoming: { ...incoming, searchable: null, entry: { ...incoming.entry, body: null } } };
    }
  }

  async remember(key: string, value: string | null): Promise<void> {
    this.#checkOpen();
    if (value === null) this.#remembered.delete(key);
    else this.#remembered.set(key, value);
  }

  async recall(key: string): Promise<string | null> {
    this.#checkOpen();
    return this.#remembered.get(key) ?? null;
  }

  readonly search = async ({ words, rooms, before, limit }: SearchQuery): Promise<readonly Stored[]> => {
    this.#checkOpen();
    const wanted = parseWanted(words);
    if (wanted === null) return [];
    const found = this.#kept.filter(({ incoming: { entry, searchable } }) => {
      const isHere = (rooms === null || rooms.includes(entry.header.room)) && (!before || compareKeys(keyOf(entry), before) < 0);
      return isHere && searchable !== null && wanted.matches(searchable);
    });
    return found
      .map(storedOf)
      .toSorted((a, b) => byOrder(b, a))
      .slice(0, Math.min(Math.max(limit, 0), MOST_ENTRIES));
  };

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #keep(incoming: Incoming): void {
    const { entry, target, fork } = incoming;
    const arrival = this.#kept.push({ incoming, arrival: this.#kept.length + 1 });
    this.#byId.set(entry.id, arrival);
    addTo(this.#rooms, entry.header.room, arrival);
    if (target) addTo(this.#byTarget, target, arrival);
    if (!fork) addTo(this.#feeds, feedName(entry.header.room, entry.author), arrival);
    if (STATES.has(entry.header.kind)) this.#keepLatest(entry, arrival);
  }

  #keepLatest(entry: Entry, arrival: number): void {
    const { room, as, kind } = entry.header;
    const key = JSON.stringify([room, entry.author, as, kind]);
    const before = this.#latest.get(key);
    if (before === undefined || compareEntries(entry, this.#entryAt(before)) > 0) this.#latest.set(key, arrival);
  }

  #feed(query: Of<"feed">): readonly Stored[] {
    const range = new FeedRange(query);
    const { room, author, from, to } = query;
    const arrivals = from > to ? [] : (this.#feeds.get(feedName(room, author)) ?? []);
    for (const arrival of arrivals.slice(from - 1)) if (!range.take({ arrival, entry: this.#entryAt(arrival) })) break;
    return range.result;
  }

  #page({ room, kinds, before, after, limit }: Of<"page">): readonly Stored[] {
    const entries = (this.#rooms.get(room) ?? [])
      .map((arrival) => this.#at(arrival))
      .filter(({ entry }) => kinds.includes(entry.header.kind));
    const most = Math.min(Math.max(limit, 0), MOST_ENTRIES);
    if (after && !before)
      return within(
        entries
          .filter(({ entry }) => compareKeys(keyOf(entry), after) > 0)
          .sort(byOrder)
          .slice(0, most),
      );
    const older = before ? entries.filter(({ entry }) => compareKeys(keyOf(entry), before) < 0) : entries;
    return within(older.sort((a, b) => byOrder(b, a)).slice(0, most)).toReversed();
  }

  #byIds({ ids, related }: Of<"ids">): readonly Stored[] {
    const arrivals = [...new Set(ids)].flatMap((id) => (related ? this.#byTarget.get(id) : this.#byId.get(id)) ?? []);
    return arrivals.slice(0, MOST_ENTRIES).map((arrival) => this.#at(arrival));
  }

  #feedOf(entry: Entry): readonly number[] {
    return this.#feeds.get(feedName(entry.header.room, entry.author)) ?? [];
  }

  #at(arrival: number): Stored {
    return storedOf(this.#kept[arrival - 1] as Kept);
  }

  #entryAt(arrival: number): Entry {
    return this.#at(arrival).entry;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ChatError("closed", "the store is closed");
  }
}

const feedName = (room: RoomId, author: PeerId): string => `${author} ${room}`;
const storedOf = ({ arrival, incoming }: Kept): Stored => ({ arrival, entry: incoming.entry });
const byOrder = (a: Stored, b: Stored): number => compareEntries(a.entry, b.entry);
const sizeOf = ({ headerBytes, body }: Entry): number => headerBytes.length + (body?.length ?? 0);

/** As many of these as the bound of bytes allows. */
function within(stored: readonly Stored[]): readonly Stored[] {
  let bytes = 0;
  for (const [index, { entry }] of stored.entries()) {
    bytes += sizeOf(entry);
    if (bytes >= MOST_BYTES) return stored.slice(0, index + 1);
  }
  return stored;
}

function addTo<K>(lists: Map<K, number[]>, key: K, arrival: number): void {
  const list = lists.get(key);
  if (list) list.push(arrival);
  else lists.set(key, [arrival]);
}
