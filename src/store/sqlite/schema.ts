// The tables of the store, and how an older file is brought up to date.

import type { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../core/errors.ts";

/**
 * Each step brings a file from one `user_version` to the next; what was released is never changed.
 *
 * - `author.number` follows the order of the ids' code units (see `numbers.ts`), so that an index is in the total order.
 * - `entry.searchable` is null, a text, or its place in the body: `offset * 65536 + length`, bytes of UTF-8.
 * - `place` maps the first 48 bits of an id to arrivals, up to the arrival in the setting `placed`; later ones are in memory.
 * - The setting `birth` is a random number by which the search index knows its store.
 * - `unsearch` tells the search index what to forget.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE room (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE author (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE entry (
     arrival INTEGER PRIMARY KEY, room INTEGER NOT NULL, author INTEGER NOT NULL, seq INTEGER NOT NULL, kind INTEGER NOT NULL,
     time INTEGER NOT NULL, fork INTEGER NOT NULL, target BLOB, searchable ANY, signature BLOB, header BLOB NOT NULL, body BLOB) STRICT;
   CREATE UNIQUE INDEX feed ON entry (room, author, seq) WHERE fork = 0;
   CREATE INDEX fork ON entry (room, author, seq) WHERE fork = 1;
   CREATE INDEX page ON entry (room, kind, time, author, seq);
   CREATE INDEX target ON entry (target) WHERE target IS NOT NULL;
   CREATE TABLE place (key INTEGER NOT NULL, arrival INTEGER NOT NULL, PRIMARY KEY (key, arrival)) STRICT, WITHOUT ROWID;
   CREATE TABLE head (room INTEGER NOT NULL, author INTEGER NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (room, author)) STRICT, WITHOUT ROWID;
   CREATE TABLE latest (
     room INTEGER NOT NULL, author INTEGER NOT NULL, guest TEXT NOT NULL, kind INTEGER NOT NULL, time INTEGER NOT NULL,
     seq INTEGER NOT NULL, arrival INTEGER NOT NULL, PRIMARY KEY (room, author, guest, kind)) STRICT, WITHOUT ROWID;
   CREATE TABLE unsearch (number INTEGER PRIMARY KEY AUTOINCREMENT, arrival INTEGER NOT NULL) STRICT;
   CREATE TABLE remembered (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE setting (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO setting VALUES ('placed', 0), ('indexed', 0), ('turns', 0), ('birth', random() >> 11);`,
];

/** Makes the tables, or brings them up to date; throws `storage` for a file that a later version wrote. */
export function migrate(database: DatabaseSync, path: string): void {
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > STEPS.length) {
    throw new ChatError("storage", `${path} was written by a later version of Earshot (${version}): start that one, or use another --home`);
  }
  if (version === STEPS.length) return;
  const steps = STEPS.slice(version).join("\n");
  database.exec(`BEGIN EXCLUSIVE; ${steps} PRAGMA user_version = ${STEPS.length}; COMMIT`);
}
