// Writes entries: one row each, and the heads and latest states that change with them.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { KINDS } from "../../core/entry.ts";
import { entryIdBytes } from "../../core/entry-codec.ts";
import { ChatError } from "../../core/errors.ts";
import { sameBytes } from "../../core/identity.ts";
import type { EntryId, PeerId, RoomId } from "../../core/ids.ts";
import type { Incoming } from "../../core/ports/store.ts";
import { isTaken } from "./failure.ts";
import type { Numbers } from "./numbers.ts";

/** Kinds of which the latest entry is kept at hand. */
const STATES: ReadonlySet<number> = new Set([KINDS.topic, KINDS.join, KINDS.leave, KINDS.profile]);

/** Writes within a transaction that its caller begins and ends. */
export class Appender {
  readonly #numbers: Numbers;
  readonly #entry: StatementSync;
  readonly #head: StatementSync;
  readonly #latest: StatementSync;
  readonly #atPlace: StatementSync;
  #last: number;
  #hasForks: boolean;

  constructor(database: DatabaseSync, numbers: Numbers) {
    this.#numbers = numbers;
    this.#entry = database.prepare("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#head = database.prepare(
      "INSERT INTO head VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq, id = excluded.id WHERE excluded.seq > seq",
    );
    this.#latest = database.prepare(
      `INSERT INTO latest VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET time = excluded.time, seq = excluded.seq, arrival = excluded.arrival
       WHERE (excluded.time, excluded.seq) > (time, seq)`,
    );
    this.#atPlace = database.prepare(
      `SELECT header FROM entry WHERE room = ?1 AND author = ?2 AND seq = ?3 AND fork = 0
       UNION ALL SELECT header FROM entry WHERE room = ?1 AND author = ?2 AND seq = ?3 AND fork = 1`,
    );
    this.#last = (database.prepare("SELECT max(arrival) AS last FROM entry").get() as { last: number | null }).last ?? 0;
    this.#hasForks = database.prepare("SELECT 1 FROM entry WHERE fork = 1 LIMIT 1").get() !== undefined;
  }

  /** The highest arrival, those of an open transaction included. */
  get last(): number {
    return this.#last;
  }

  /** After a rollback: the highest arrival is this again. */
  takeBack(last: number): void {
    this.#last = last;
  }

  /** Returns the arrival of the first; throws `bad-input` for an entry that is there already. */
  append(batch: readonly Incoming[]): number {
    const first = this.#last + 1;
    const heads = new Map<RoomId, Map<PeerId, { readonly seq: number; readonly id: EntryId }>>();
    for (const incoming of batch) {
      this.#insert(incoming);
      if (incoming.fork) continue;
      const { id, author, header } = incoming.entry;
      const feeds = heads.get(header.room) ?? new Map();
      heads.set(header.room, feeds.set(author, { seq: header.seq, id }));
    }
    for (const [room, feeds] of heads) {
      for (const [author, { seq, id }] of feeds) this.#head.run(this.#numbers.roomFor(room), this.#numbers.authorFor(author), seq, id);
    }
    return first;
  }

  #insert(incoming: Incoming): void {
    const { entry, target, fork } = incoming;
    const { seq, kind, time, as } = entry.header;
    const room = this.#numbers.roomFor(entry.header.room);
    const author = this.#numbers.authorFor(entry.author);
    if (fork || this.#hasForks) this.#refuseTwin(incoming, room, author);
    const arrival = this.#last + 1;
    const about = target === null ? null : entryIdBytes(target);
    const { signature, headerBytes, body } = entry;
    try {
      this.#entry.run(arrival, room, author, seq, kind, time, fork ? 1 : 0, about, placeOfText(incoming), signature, headerBytes, body);
    } catch (error) {
      throw isTaken(error) ? alreadyThere(entry.id) : error;
    }
    if (STATES.has(kind)) this.#latest.run(room, author, as ?? "", kind, time, seq, arrival);
    this.#hasForks ||= fork;
    this.#last = arrival;
  }

  #refuseTwin({ entry }: Incoming, room: number, author: number): void {
    for (const row of this.#atPlace.all(room, author, entry.header.seq)) {
      if (sameBytes((row as { header: Uint8Array }).header, entry.headerBytes)) throw alreadyThere(entry.id);
    }
  }
}

/** Where in the body the searchable text stands, if it stands there as it is; else the text. */
function placeOfText({ searchable, entry: { body } }: Incoming): bigint | string | null {
  if (searchable === null || searchable === "" || body === null) return searchable;
  const text = Buffer.from(searchable);
  const offset = Buffer.from(body.buffer, body.byteOffset, body.byteLength).indexOf(text);
  return offset < 0 ? searchable : BigInt(offset * 65_536 + text.length);
}

const alreadyThere = (id: EntryId): ChatError =>
  new ChatError("bad-input", `entry ${id.slice(0, 12)} or another at its place is stored already`);
