// The store over SQLite keeps the promises of the port, on a real disk.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Store } from "../../src/core/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { storeContract } from "./store.ts";
import { searchContract } from "./store-search.ts";

const folder = mkdtempSync(join(tmpdir(), "earshot-store-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const paths = new Map<Store, string>();

async function openAt(path: string): Promise<Store> {
  const store = await openSqliteStore({ path });
  paths.set(store, path);
  return store;
}

async function reopen(store: Store): Promise<Store> {
  await store.close();
  return openAt(paths.get(store) as string);
}

const factory = { open: () => openAt(join(folder, `${paths.size}.db`)), reopen };
storeContract("sqlite", factory);
searchContract("sqlite", factory);
