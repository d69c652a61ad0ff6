// Finds entries by id without slowing appends: new ids stay in memory and are placed on disk in sorted batches.
//
// Ids are random, so an index over them dirties one page per entry; sorted by the thousand, many share a page. Measured: docs/decisions.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { entryIdOf } from "../../core/entry-codec.ts";
import type { EntryId } from "../../core/ids.ts";

/** How many ids may wait in memory. */
const MOST_WAITING = 16_384;
/** How many are placed in one transaction. */
const SLICE = 512;
const READ_SLICE = 1_024;

/** The first 48 bits of an id. */
const keyOf = (id: EntryId): number => Number.parseInt(id.slice(0, 12), 16);

type Waiting = { readonly key: number; readonly arrival: number };

export class IdIndex {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #place: StatementSync;
  /** Arrivals per key; two of one key are next to impossible, and harmless. */
  readonly #waiting = new Map<number, readonly number[]>();
  #count = 0;
  /** Arrivals up to here are placed on disk. */
  #placed: number;
  /** Arrivals from here on are in memory; those between are read when they are needed first. */
  #knownFrom: number;

  constructor(database: DatabaseSync, last: number) {
    this.#database = database;
    this.#find = database.prepare("SELECT arrival FROM place WHERE key = ?");
    this.#place = database.prepare("INSERT OR IGNORE INTO place VALUES (?, ?)");
    this.#placed = (database.prepare("SELECT value FROM setting WHERE key = 'placed'").get() as { value: number }).value;
    this.#knownFrom = last + 1;
  }

  /** Takes note of an entry that was stored. */
  add(id: EntryId, arrival: number): void {
    const key = keyOf(id);
    const others = this.#waiting.get(key);
    this.#waiting.set(key, others ? [...others, arrival] : [arrival]);
    this.#count++;
  }

  /** Where the entry may be: the caller compares ids. */
  find(id: EntryId): readonly number[] {
    this.#recall();
    const key = keyOf(id);
    const placed = this.#find.all(key).map((row) => (row as { arrival: number }).arrival);
    return [...new Set([...placed, ...(this.#waiting.get(key) ?? [])])];
  }

  get isFull(): boolean {
    return this.#count >= MOST_WAITING;
  }

  /** Whether so many wait that a clean end should place them, for a quick start. */
  get isWorthPlacing(): boolean {
    return this.#count >= MOST_WAITING / 8;
  }

  /** Steps that place on disk what waits now, each to run in a transaction of its own; what a kill undoes is placed again. */
  *placing(): Generator<() => void> {
    this.#recall();
    const waiting = [...this.#waiting].flatMap(([key, arrivals]) => arrivals.map((arrival): Waiting => ({ key, arrival })));
    waiting.sort((a, b) => a.key - b.key);
    for (let start = 0; start < waiting.length; start += SLICE) yield () => this.#write(waiting.slice(start, start + SLICE));
    const upTo = waiting.reduce((most, { arrival }) => Math.max(most, arrival), this.#placed);
    yield () => this.#database.prepare("UPDATE setting SET value = ? WHERE key = 'placed'").run(upTo);
    this.#placed = upTo;
    for (const { key, arrival } of waiting) this.#drop(key, arrival);
  }

  #write(slice: readonly Waiting[]): void {
    for (const { key, arrival } of slice) this.#place.run(key, arrival);
  }

  #drop(key: number, arrival: number): void {
    const others = (this.#waiting.get(key) ?? []).filter((other) => other !== arrival);
    if (others.length > 0) this.#waiting.set(key, others);
    else this.#waiting.delete(key);
    this.#count--;
  }

  /** Reads the ids that an earlier run left unplaced. */
  #recall(): void {
    if (this.#knownFrom === this.#placed + 1) return;
    const headers = this.#database.prepare("SELECT arrival, header FROM entry WHERE arrival > ? AND arrival < ? ORDER BY arrival LIMIT ?");
    const end = this.#knownFrom;
    let after = this.#placed;
    while (after < end - 1) {
      const rows = headers.all(after, end, READ_SLICE) as { arrival: number; header: Uint8Array }[];
      for (const { arrival, header } of rows) this.add(entryIdOf(header), arrival);
      after = rows.at(-1)?.arrival ?? end;
    }
    this.#knownFrom = this.#placed + 1;
  }
}
