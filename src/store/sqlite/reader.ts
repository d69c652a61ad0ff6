// Answers queries: first where the entries are, by an index, then the entries themselves in slices, so that the event loop never waits long.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Entry } from "../../core/entry.ts";
import { decodeEntry, entryIdBytes, type RawEntry } from "../../core/entry-codec.ts";
import { ChatError } from "../../core/errors.ts";
import type { PeerId, RoomId } from "../../core/ids.ts";
import { compareEntries } from "../../core/order.ts";
import type { Head, OrderKey, Query, Stored } from "../../core/ports/store.ts";
import { FeedRange } from "../feed-range.ts";
import { MOST_BYTES, MOST_ENTRIES } from "../limits.ts";
import { damaged } from "./failure.ts";
import type { IdIndex } from "./id-index.ts";
import { type Numbers, rankOf } from "./numbers.ts";

/** Entries that are read without a pause: about a millisecond. */
const SLICE = 128;
/** The same for feeds, which are read in bulk: between two slices the event loop may be busy for long, and whoever catches up waits. */
const FEED_SLICE = 512;
const BEYOND: OrderedRow = { arrival: 0, time: Number.MAX_SAFE_INTEGER, author: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER };

type Of<K extends Query["kind"]> = Extract<Query, { kind: K }>;
type OrderedRow = { readonly arrival: number; readonly time: number; readonly author: number; readonly seq: number };
type FeedNumbers = { readonly room: number; readonly author: number };
type EntryRow = {
  readonly arrival: number;
  readonly header: Uint8Array;
  readonly body: Uint8Array | null;
  readonly signature: Uint8Array | null;
};

export class Reader {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #numbers: Numbers;
  readonly #ids: IdIndex;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, path: string, numbers: Numbers, ids: IdIndex) {
    this.#database = database;
    this.#path = path;
    this.#numbers = numbers;
    this.#ids = ids;
  }

  heads(): readonly Head[] {
    return this.#all<Head>(
      "SELECT room.id AS room, author.id AS author, seq, head.id FROM head JOIN room ON room.number = head.room JOIN author ON author.number = head.author",
    ).map(({ room, author, seq, id }) => ({ room, author, seq, id }));
  }

  /** Looks up where the answer is before it returns; the promise is for reading it. */
  read(query: Query): Promise<readonly Stored[]> {
    switch (query.kind) {
      case "feed":
        return this.#feed(query);
      case "page":
        return this.#page(query);
      case "arrivals":
        return this.entries(this.#arrivals(query));
      case "ids":
        return this.#inOrder(this.#byIds(query));
      case "latest":
        return this.#inOrder(this.#latest(query));
    }
  }

  /** The entries at these arrivals, as far as the bound of bytes goes. Unknown arrivals are left out. */
  async entries(arrivals: readonly number[]): Promise<readonly Stored[]> {
    const stored: Stored[] = [];
    let bytes = 0;
    for (let start = 0; start < arrivals.length; start += SLICE) {
      if (start > 0) await nextTurn();
      for (const row of this.#rows(arrivals.slice(start, start + SLICE))) {
        stored.push({ arrival: row.arrival, entry: this.#restore(row) });
        bytes += sizeOf(row);
        if (bytes >= MOST_BYTES) return stored;
      }
    }
    return stored;
  }

  /** Where the entries with these ids are. */
  find(ids: Of<"ids">["ids"]): readonly number[] {
    const read = this.#statement("SELECT arrival, header, body, signature FROM entry WHERE arrival = ?");
    return ids.flatMap((id) =>
      this.#ids.find(id).filter((arrival) => {
        const row = read.get(arrival) as EntryRow | undefined;
        return row !== undefined && this.#restore(row).id === id;
      }),
    );
  }

  async #feed(query: Of<"feed">): Promise<readonly Stored[]> {
    const { room, author, from, to } = query;
    const place = this.#feedNumbers(room, author);
    if (place === null || from > to) return [];
    const range = new FeedRange(query);
    for (let next = from; ; next += FEED_SLICE) {
      if (next > from) await nextTurn();
      const rows = this.#feedRows(place, next);
      for (const row of rows) if (!range.take({ arrival: row.arrival, entry: this.#restore(row) })) return range.result;
      if (rows.length < FEED_SLICE) return range.result;
    }
  }

  #feedRows({ room, author }: FeedNumbers, from: number): readonly EntryRow[] {
    const sql = `SELECT arrival, header, body, signature FROM entry
      WHERE room = ? AND author = ? AND seq >= ? AND fork = 0 ORDER BY seq LIMIT ${FEED_SLICE}`;
    return this.#all<EntryRow>(sql, room, author, from);
  }

  #feedNumbers(room: RoomId, author: PeerId): FeedNumbers | null {
    const numbers = { room: this.#numbers.room(room), author: this.#numbers.author(author) };
    return numbers.room === null || numbers.author === null ? null : { room: numbers.room, author: numbers.author };
  }

  async #page({ room, kinds, before, after, limit }: Of<"page">): Promise<readonly Stored[]> {
    const number = this.#numbers.room(room);
    const most = Math.min(limit, MOST_ENTRIES);
    if (number === null || most <= 0) return [];
    const isForward = after !== undefined && before === undefined;
    const edge = isForward ? this.#ranked(after) : before ? this.#ranked(before) : BEYOND;
    const [compare, direction] = isForward ? [">", "ASC"] : ["<", "DESC"];
    const sql = `SELECT arrival, time, author, seq FROM entry WHERE room = ? AND kind = ? AND (time, author, seq) ${compare} (?, ?, ?)
      ORDER BY time ${direction}, author ${direction}, seq ${direction} LIMIT ?`;
    const rows = [...new Set(kinds)].flatMap((kind) => this.#all<OrderedRow>(sql, number, kind, edge.time, edge.author, edge.seq, most));
    const sign = isForward ? 1 : -1;
    rows.sort((a, b) => sign * (a.time - b.time || a.author - b.author || a.seq - b.seq || a.arrival - b.arrival));
    const stored = await this.entries(rows.slice(0, most).map((row) => row.arrival));
    return stored.toSorted(byOrder);
  }

  #ranked({ time, author, seq }: OrderKey): OrderedRow {
    return { arrival: 0, time, author: this.#numbers.author(author) ?? rankOf(author), seq };
  }

  #arrivals({ after, limit }: Of<"arrivals">): readonly number[] {
    const rows = this.#all<OrderedRow>(
      "SELECT arrival FROM entry WHERE arrival > ? ORDER BY arrival LIMIT ?",
      after,
      Math.min(limit, MOST_ENTRIES),
    );
    return rows.map((row) => row.arrival);
  }

  #byIds({ ids, related }: Of<"ids">): readonly number[] {
    if (!related) return [...new Set(this.find(ids))].slice(0, MOST_ENTRIES);
    const rows = [...new Set(ids)].flatMap((id) => this.#all<OrderedRow>("SELECT arrival FROM entry WHERE target = ?", entryIdBytes(id)));
    return rows.map((row) => row.arrival).slice(0, MOST_ENTRIES);
  }

  #latest({ kinds }: Of<"latest">): readonly number[] {
    return [...new Set(kinds)]
      .flatMap((kind) => this.#all<OrderedRow>("SELECT arrival FROM latest WHERE kind = ?", kind))
      .map((row) => row.arrival);
  }

  async #inOrder(arrivals: readonly number[]): Promise<readonly Stored[]> {
    return (await this.entries(arrivals)).toSorted(byOrder);
  }

  /** Neighbours in the order of arrival, most of a page or feed, cost one statement together. */
  #rows(arrivals: readonly number[]): readonly EntryRow[] {
    const first = arrivals[0] as number;
    const isRun = arrivals.every((arrival, index) => arrival === first + index);
    if (isRun) {
      const last = first + arrivals.length - 1;
      return this.#all("SELECT arrival, header, body, signature FROM entry WHERE arrival BETWEEN ? AND ? ORDER BY arrival", first, last);
    }
    return arrivals.flatMap((arrival) =>
      this.#all<EntryRow>("SELECT arrival, header, body, signature FROM entry WHERE arrival = ?", arrival),
    );
  }

  /** What does not decode is no longer what was stored. */
  #restore(row: EntryRow): Entry {
    const raw: RawEntry = { headerBytes: row.header, body: row.body, signature: row.signature };
    try {
      return decodeEntry(raw);
    } catch (error) {
      throw new ChatError("storage", damaged(this.#path, `entry ${row.arrival} does not match its hash`), { cause: error });
    }
  }

  #all<Row>(sql: string, ...values: readonly (number | Uint8Array)[]): readonly Row[] {
    return this.#statement(sql).all(...values) as unknown as readonly Row[];
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

const sizeOf = ({ header, body }: EntryRow): number => header.length + (body?.length ?? 0);
const byOrder = (a: Stored, b: Stored): number => compareEntries(a.entry, b.entry);
