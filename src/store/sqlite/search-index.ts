// Full-text search: an index in a file of its own, derived from the store and made again when it is lost or damaged.

import { rmSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { compareKeys } from "../../core/order.ts";
import type { OrderKey, SearchQuery } from "../../core/ports/store.ts";
import { MOST_ENTRIES } from "../limits.ts";
import { parseWanted, termsOf, type Wanted } from "../words.ts";
import { isDamage } from "./failure.ts";
import { makePrivate } from "./private-file.ts";

/** Entries that one step indexes. */
const STEP = 256;
/** Microseconds that share a number: fewer bits make a smaller index. A power of two. */
const SPAN = 1_024;
/** Entries of one span that can be told apart; more than that are not found. A power of two. */
const SLOTS = 2_048;
/** A room's mark among the terms: a private character, which no text yields. */
const ROOM = "\ue000";
/** Beginnings up to this length have an index of their own; see TABLES. */
const INDEXED_BEGINNING = 4;
/** A longer beginning is looked up as the words that have it, unless there are more than this. */
const MOST_WORDS = 64;
/** Terms that are known to be in `term`, so as not to write them again. */
const MOST_KNOWN_TERMS = 50_000;
/** The form of the index. One of another form is made anew. */
const VERSION = 2;

/** With more rooms than this, what is found is looked through instead. */
const MOST_ROOM_TERMS = 100;

/**
 * A row's number is `floor(time / SPAN) * SLOTS + slot`: FTS5 walks them backwards, so that the newest come first. Within a span
 * they are put into the total order when they are read.
 */
const TABLES = `
  CREATE VIRTUAL TABLE words USING fts5 (terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '1 2 3 4');
  CREATE TABLE term (term TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE place (place INTEGER PRIMARY KEY, arrival INTEGER NOT NULL) STRICT;
  CREATE TABLE mark (indexed INTEGER NOT NULL, unsearched INTEGER NOT NULL, birth INTEGER NOT NULL) STRICT;
  PRAGMA user_version = ${VERSION}`;

/** The first number of the span that is bound as `?1`. */
const PLACE_1 = `CAST(?1 AS INTEGER) * ${SLOTS}`;
const spanOf = (time: number): number => Math.floor(time / SPAN);

type Row = { readonly arrival: number; readonly room: number; readonly time: number; readonly text: string };
type Hit = { readonly arrival: number; readonly span: number; readonly slot: number };
type FoundRow = OrderKey & { readonly room: string; readonly text: string | null };
type Found = { readonly arrival: number; readonly row: FoundRow };

/** The text of an entry, be it in the body or beside it (see schema.ts). */
const TEXT = `CASE typeof(searchable) WHEN 'integer' THEN CAST(substr(body, searchable / 65536 + 1, searchable % 65536) AS TEXT) ELSE searchable END AS text`;

export class SearchIndex {
  readonly #index: DatabaseSync;
  readonly #store: DatabaseSync;
  readonly #next: StatementSync;
  readonly #unsearch: StatementSync;
  readonly #slot: StatementSync;
  readonly #addPlace: StatementSync;
  readonly #addWords: StatementSync;
  readonly #addTerm: StatementSync;
  readonly #wordsFrom: StatementSync;
  readonly #knownTerms = new Set<string>();
  readonly #row: StatementSync;

  private constructor(path: string) {
    this.#store = new DatabaseSync(path, { readOnly: true });
    makePrivate(indexPath(path));
    this.#index = new DatabaseSync(indexPath(path), { timeout: 5_000 });
    this.#index.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000; PRAGMA journal_size_limit = 16777216",
    );
    if (this.#version() === 0) {
      this.#index.exec(`BEGIN; ${TABLES}; INSERT INTO mark VALUES (0, 0, ${this.#birth()}); COMMIT`);
    }
    this.#next = this.#store.prepare(`SELECT arrival, room, time, ${TEXT} FROM entry WHERE arrival > ? ORDER BY arrival LIMIT ${STEP}`);
    this.#unsearch = this.#store.prepare(
      "SELECT number, arrival, time FROM unsearch JOIN entry USING (arrival) WHERE number > ? ORDER BY number LIMIT 256",
    );
    this.#slot = this.#index.prepare(`SELECT count(*) AS slot FROM place WHERE place >= ${PLACE_1} AND place < ${PLACE_1} + ${SLOTS}`);
    this.#addPlace = this.#index.prepare(`INSERT INTO place VALUES (${PLACE_1} + ?2, ?3)`, { readBigInts: true });
    this.#addTerm = this.#index.prepare("INSERT OR IGNORE INTO term VALUES (?)");
    this.#wordsFrom = this.#index.prepare(`SELECT term FROM term WHERE term >= ?1 AND term < ?1 || char(0x10ffff) LIMIT ${MOST_WORDS + 1}`);
    this.#addWords = this.#index.prepare(`INSERT INTO words (rowid, terms) VALUES (${PLACE_1} + ?2, ?3)`, { readBigInts: true });
    this.#row = this.#store.prepare(
      `SELECT author.id AS author, room.id AS room, time, seq, ${TEXT} FROM entry
       JOIN author ON author.number = entry.author JOIN room ON room.number = entry.room WHERE arrival = ?`,
    );
  }

  /** Opens the index of the store at this path. One that is damaged, or of another store that stood here, is made anew. */
  static open(path: string): SearchIndex {
    try {
      const index = new SearchIndex(path);
      if (index.#isOurs()) return index;
      index.close();
      SearchIndex.discard(path);
      return new SearchIndex(path);
    } catch (error) {
      if (!isDamage(error)) throw error;
      SearchIndex.discard(path);
      return new SearchIndex(path);
    }
  }

  /** Throws the index away: nothing is in it alone. It must not be open. */
  static discard(path: string): void {
    for (const end of ["", "-wal", "-shm"]) rmSync(indexPath(path) + end, { force: true });
  }

  /** The arrival up to which all is indexed. */
  get indexed(): number {
    return this.#marks().indexed;
  }

  /** Indexes the next few entries, in one transaction with the mark that says so. False when nothing is left to do. */
  step(): boolean {
    const marks = this.#marks();
    const rows = this.#next.all(marks.indexed) as (Row | (Omit<Row, "text"> & { text: null }))[];
    const erased = this.#unsearch.all(marks.unsearched) as { number: number; arrival: number; time: number }[];
    if (rows.length === 0 && erased.length === 0) return false;
    this.#index.exec("BEGIN IMMEDIATE");
    try {
      // FTS5 is quick where numbers ascend.
      const texts = rows.filter((row): row is Row => row.text !== null).toSorted((a, b) => a.time - b.time);
      for (const row of texts) this.#add(row);
      for (const { arrival, time } of erased) this.#remove(arrival, time);
      this.#index
        .prepare("UPDATE mark SET indexed = ?, unsearched = ?", { readBigInts: true })
        .run(rows.at(-1)?.arrival ?? marks.indexed, erased.at(-1)?.number ?? marks.unsearched);
      this.#index.exec("COMMIT");
    } catch (error) {
      this.#knownTerms.clear();
      if (this.#index.isTransaction) this.#index.exec("ROLLBACK");
      throw error;
    }
    return true;
  }

  /** Arrivals of what was found, newest first by the total order. Indexes first what is not yet. */
  search(query: SearchQuery): readonly number[] {
    const wanted = parseWanted(query.words);
    const limit = Math.min(query.limit, MOST_ENTRIES);
    if (wanted === null || limit <= 0 || query.rooms?.length === 0) return [];
    while (this.step());
    const isAnswer = answerOf(wanted, query);
    const found: Found[] = [];
    for (const hit of this.#hits(wanted, query)) {
      if (found.length >= limit && hit.span < spanOf((found[limit - 1] as Found).row.time)) break;
      const row = this.#row.get(hit.arrival) as FoundRow | undefined;
      if (row && isAnswer(row)) found.push({ arrival: hit.arrival, row });
    }
    found.sort((a, b) => compareKeys(b.row, a.row));
    return found.slice(0, limit).map(({ arrival }) => arrival);
  }

  close(): void {
    this.#index.close();
    this.#store.close();
  }

  #birth(): number {
    return (this.#store.prepare("SELECT value FROM setting WHERE key = 'birth'").get() as { value: number }).value;
  }

  #version(): number {
    return (this.#index.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
  }

  /** Whether this index is of this form and this very store, and not of a later state of it than what stands here now. */
  #isOurs(): boolean {
    if (this.#version() !== VERSION) return false;
    const { birth } = this.#index.prepare("SELECT birth FROM mark").get() as { birth: number };
    const { last } = this.#store.prepare("SELECT max(arrival) AS last FROM entry").get() as { last: number | null };
    return birth === this.#birth() && this.indexed <= (last ?? 0);
  }

  #marks(): { readonly indexed: number; readonly unsearched: number } {
    return this.#index.prepare("SELECT indexed, unsearched FROM mark").get() as { indexed: number; unsearched: number };
  }

  #add({ arrival, room, time, text }: Row): void {
    const terms = termsOf(text);
    const span = spanOf(time);
    const { slot } = this.#slot.get(span) as { slot: number };
    if (terms.length === 0 || slot >= SLOTS) return;
    this.#addPlace.run(span, slot, arrival);
    this.#addWords.run(span, slot, `${terms.join(" ")} ${ROOM}${room}`);
    for (const term of terms) this.#learn(term);
  }

  #learn(term: string): void {
    if (term.length <= INDEXED_BEGINNING || this.#knownTerms.has(term)) return;
    if (this.#knownTerms.size >= MOST_KNOWN_TERMS) this.#knownTerms.clear();
    this.#knownTerms.add(term);
    this.#addTerm.run(term);
  }

  /** The place stays, so that slots are never given twice. */
  #remove(arrival: number, time: number): void {
    const row = this.#index
      .prepare(`SELECT place % ${SLOTS} AS slot FROM place WHERE place >= ${PLACE_1} AND place < ${PLACE_1} + ${SLOTS} AND arrival = ?2`)
      .get(spanOf(time), arrival) as { slot: number } | undefined;
    if (row) this.#index.prepare(`DELETE FROM words WHERE rowid = ${PLACE_1} + ?2`, { readBigInts: true }).run(spanOf(time), row.slot);
  }

  /** What the index holds for the question, newest first, read a page at a time. */
  *#hits(wanted: Wanted, query: SearchQuery): Generator<Hit> {
    const match = this.#matchOf(wanted, query);
    if (match === null) return;
    const page = this.#index.prepare(
      `SELECT place.arrival, place / ${SLOTS} AS span, place % ${SLOTS} AS slot FROM words JOIN place ON place = words.rowid
       WHERE words MATCH ?4 AND words.rowid < ${PLACE_1} + ?2 ORDER BY words.rowid DESC LIMIT ?3`,
    );
    const size = Math.min(query.limit, 200) + 8;
    let span = spanOf(query.before?.time ?? Number.MAX_SAFE_INTEGER) + 1;
    let slot = 0;
    for (;;) {
      const hits = page.all(span, slot, size, match) as Hit[];
      yield* hits;
      const last = hits.at(-1);
      if (!last || hits.length < size) return;
      ({ span, slot } = last);
    }
  }

  /** The question in FTS5's language; null when no room of it is known. Terms hold letters, digits and signs only, nothing that could be syntax. */
  #matchOf(wanted: Wanted, { rooms }: SearchQuery): string | null {
    const parts = [...wanted.terms.map((term) => `"${term}"`), ...wanted.beginnings.map((term) => this.#beginningOf(term))];
    if (rooms === null || rooms.length > MOST_ROOM_TERMS) return parts.join(" AND ");
    const find = this.#store.prepare("SELECT number FROM room WHERE id = ?");
    const numbers = rooms.flatMap((room) => (find.get(room) as { number: number } | undefined)?.number ?? []);
    return numbers.length === 0 ? null : [...parts, `(${numbers.map((number) => `"${ROOM}${number}"`).join(" OR ")})`].join(" AND ");
  }

  /** FTS5 gathers all rows of all words with a long beginning before it gives the first; of whole words it gives row by row. */
  #beginningOf(term: string): string {
    if (term.length <= INDEXED_BEGINNING) return `"${term}"*`;
    const words = this.#wordsFrom.all(term) as { term: string }[];
    if (words.length === 0 || words.length > MOST_WORDS) return `"${term}"*`;
    return `(${words.map((word) => `"${word.term}"`).join(" OR ")})`;
  }
}

/** What the index alone does not see: erased since, neighbours in dense scripts, many rooms, and the order within a microsecond. */
function answerOf(wanted: Wanted, query: SearchQuery): (row: FoundRow) => boolean {
  const rooms = query.rooms && new Set<string>(query.rooms);
  return (row) => {
    if (row.text === null || (rooms && !rooms.has(row.room))) return false;
    if (query.before && compareKeys(row, query.before) >= 0) return false;
    return wanted.confirms?.(row.text) ?? true;
  };
}

const indexPath = (path: string): string => `${path}.index`;
