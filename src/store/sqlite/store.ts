// The store over one SQLite file. Appends and reads run here, in microseconds; what may take longer runs in another thread (see docs/decisions).

import type { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../core/errors.ts";
import type { EntryId } from "../../core/ids.ts";
import type { Head, Incoming, Query, SearchQuery, Store, Stored } from "../../core/ports/store.ts";
import { Appender } from "./appender.ts";
import { Background } from "./background.ts";
import { storageError } from "./failure.ts";
import { IdIndex } from "./id-index.ts";
import { Numbers } from "./numbers.ts";
import { Reader } from "./reader.ts";
import { type Appending, Turns } from "./turns.ts";
import { Upkeep } from "./upkeep.ts";

export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #release: () => void;
  readonly #numbers: Numbers;
  readonly #appender: Appender;
  readonly #ids: IdIndex;
  readonly #reader: Reader;
  readonly #background: Background;
  readonly #turns: Turns;
  readonly #upkeep: Upkeep;
  #closing: Promise<void> | null = null;

  /** Takes over the open database and the lock on it, which `release` gives back. */
  constructor(database: DatabaseSync, path: string, release: () => void) {
    this.#database = database;
    this.#path = path;
    this.#release = release;
    this.#numbers = new Numbers(database);
    this.#appender = new Appender(database, this.#numbers);
    this.#ids = new IdIndex(database, this.#appender.last);
    this.#reader = new Reader(database, path, this.#numbers, this.#ids);
    this.#background = new Background(path);
    this.#turns = new Turns((appends) => this.#commit(appends));
    const { value: indexed } = database.prepare("SELECT value FROM setting WHERE key = 'indexed'").get() as { value: number };
    this.#upkeep = new Upkeep({
      turns: this.#turns,
      background: this.#background,
      ids: this.#ids,
      transaction: (step) => this.#transaction(step),
      noteIndexed: (arrival) => void database.prepare("UPDATE setting SET value = ? WHERE key = 'indexed'").run(arrival),
      unindexed: this.#appender.last - indexed,
    });
  }

  load(): Promise<{ readonly heads: readonly Head[]; readonly lastArrival: number }> {
    return this.#run(() => ({ heads: this.#reader.heads(), lastArrival: this.#appender.last }));
  }

  append(batch: readonly Incoming[]): Promise<number> {
    return this.#closing !== null ? Promise.reject(closed()) : this.#turns.append(batch);
  }

  read(query: Query): Promise<readonly Stored[]> {
    return this.#run(() => this.#reader.read(query));
  }

  erase(ids: readonly EntryId[]): Promise<void> {
    return this.#run(() => {
      const arrivals = this.#reader.find(ids);
      if (arrivals.length > 0) this.#transaction(() => this.#eraseAt(arrivals));
    });
  }

  remember(key: string, value: string | null): Promise<void> {
    return this.#run(() => {
      if (value === null) this.#database.prepare("DELETE FROM remembered WHERE key = ?").run(key);
      else this.#database.prepare("INSERT INTO remembered VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value").run(key, value);
    });
  }

  recall(key: string): Promise<string | null> {
    return this.#run(() => {
      const row = this.#database.prepare("SELECT value FROM remembered WHERE key = ?").get(key) as { value: string } | undefined;
      return row?.value ?? null;
    });
  }

  readonly search = async (query: SearchQuery): Promise<readonly Stored[]> => {
    const arrivals = await this.#run(() => this.#background.ask({ kind: "search", query }));
    const stored = await this.#run(() => this.#reader.entries(arrivals));
    return stored.filter(({ entry }) => entry.body !== null);
  };

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await this.#upkeep.close();
    await this.#turns.settled();
    try {
      this.#database.close();
    } catch (error) {
      throw storageError(error, this.#path);
    } finally {
      this.#release();
    }
  }

  async #run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#closing !== null) throw closed();
    try {
      return await this.#turns.run(work);
    } catch (error) {
      throw storageError(error, this.#path);
    }
  }

  /** All in one transaction; if that fails, each alone, so that one bad append spoils no other. */
  #commit(appends: readonly Appending[]): void {
    try {
      const firsts = this.#transaction(() => appends.map(({ batch }) => this.#appender.append(batch)));
      for (const [index, { batch, resolve }] of appends.entries()) {
        const first = firsts[index] as number;
        this.#stored(batch, first);
        resolve(first);
      }
    } catch (error) {
      if (appends.length > 1) for (const append of appends) this.#commit([append]);
      else for (const { reject } of appends) reject(storageError(error, this.#path));
    }
  }

  #stored(batch: readonly Incoming[], first: number): void {
    let bytes = 0;
    for (const [index, { entry }] of batch.entries()) {
      this.#ids.add(entry.id, first + index);
      bytes += entry.headerBytes.length + (entry.body?.length ?? 0);
    }
    this.#upkeep.stored(batch.length, bytes);
  }

  #transaction<T>(work: () => T): T {
    const last = this.#appender.last;
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#appender.takeBack(last);
      this.#numbers.forget();
      throw error;
    }
  }

  /** What is erased is overwritten in the file, too; in the log it stays until that is turned over. */
  #eraseAt(arrivals: readonly number[]): void {
    const erase = this.#database.prepare("UPDATE entry SET body = NULL, searchable = NULL WHERE arrival = ?");
    const unsearch = this.#database.prepare("INSERT INTO unsearch (arrival) VALUES (?)");
    for (const arrival of arrivals) {
      erase.run(arrival);
      unsearch.run(arrival);
    }
  }
}

const closed = (): ChatError => new ChatError("closed", "the store is closed");
