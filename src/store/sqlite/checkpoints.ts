// Moves the write-ahead log into the file: the part of writing that waits for the disk.

import { DatabaseSync } from "node:sqlite";

/** A connection of its own; SQLite lets it work beside the one that appends. */
export class Checkpoints {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 5_000 });
    this.#database.exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0");
  }

  /** Moves all pages that are in the log by now. Appends go on meanwhile. */
  pass(): void {
    this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  }

  /** Moves the rest, and begins the log anew by a write: so this thread waits for the disk, and not the one that talks. */
  turn(): void {
    this.pass();
    this.#database.exec("UPDATE setting SET value = value + 1 WHERE key = 'turns'");
  }

  close(): void {
    this.#database.close();
  }
}
