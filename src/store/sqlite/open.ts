// Opens the store of a home: one file, one process, nothing overwritten that cannot be read.

import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../core/errors.ts";
import type { Store } from "../../core/ports/store.ts";
import { isBusy, storageError } from "./failure.ts";
import { makePrivate } from "./private-file.ts";
import { migrate } from "./schema.ts";
import { SqliteStore } from "./store.ts";

export type SqliteStoreOptions = {
  /** The file; it is made when it is not there. Beside it stand `-wal` and `-shm`, `.lock`, and `.index` for search. Its folder must be there. */
  readonly path: string;
};

/** Pages after which the log is moved into the file here and now, should the other thread fail to. */
const SAFETY_NET = 50_000;

/** Rejects with `in-use` while another process has it open, and with `storage` for a file or folder that cannot be read and written. */
export async function openSqliteStore({ path }: SqliteStoreOptions): Promise<Store> {
  const release = lock(path);
  try {
    makePrivate(path);
    const database = new DatabaseSync(path, { timeout: 5_000 });
    try {
      prepare(database, path);
      return new SqliteStore(database, path, release);
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    release();
    throw storageError(error, path);
  }
}

/** Held until the process ends, however it ends. Returns the way to give it back. */
function lock(path: string): () => void {
  const file = `${path}.lock`;
  try {
    makePrivate(file);
    const database = new DatabaseSync(file);
    try {
      database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    } catch (error) {
      database.close();
      throw error;
    }
    return () => database.isOpen && database.close();
  } catch (error) {
    if (!isBusy(error)) throw storageError(error, file);
    throw new ChatError("in-use", `${path} is in use by another process: end that one, or use another --home`, { cause: error });
  }
}

function prepare(database: DatabaseSync, path: string): void {
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000; PRAGMA secure_delete = ON;
     PRAGMA wal_autocheckpoint = ${SAFETY_NET}; PRAGMA journal_size_limit = 67108864`,
  );
  migrate(database, path);
}
