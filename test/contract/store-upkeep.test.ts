// What the store over SQLite does beside its calls, among so many entries that it does all of it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { EntryId } from "../../src/core/ids.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { LOBBY } from "../../src/core/room.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { authorOf } from "./store-entries.ts";

const folder = mkdtempSync(join(tmpdir(), "earshot-upkeep-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const BATCHES = 96;
const BATCH = 256;

test("ids are found, the log is turned over and nothing is lost, before and after a reopening", async () => {
  const path = join(folder, "store.db");
  const author = authorOf(1);
  const ids: EntryId[] = [];
  let store = await openSqliteStore({ path });
  for (let batch = 0; batch < BATCHES; batch++) {
    const said = author.says(
      LOBBY,
      Array.from({ length: BATCH }, (_, index) => `${batch} ${index} `.padEnd(500, "talk ")),
    );
    ids.push(...said.map(({ entry }) => entry.id));
    await store.append(said);
  }
  await findAll(store, ids);
  await store.close();
  assert.ok(statSync(path).size > 10 << 20);
  store = await openSqliteStore({ path });
  assert.equal((await store.load()).lastArrival, BATCHES * BATCH);
  await findAll(store, ids);
  const range = { kind: "feed", room: LOBBY, author: author.id, from: 1, limit: 50_000 } as const;
  assert.equal((await store.read({ ...range, to: 20_000 })).length, Math.floor(10_000 / BATCH) * BATCH);
  await store.close();
});

async function findAll(store: Store, ids: readonly EntryId[]): Promise<void> {
  for (let index = 0; index < ids.length; index += 997) {
    const [found, ...others] = await store.read({ kind: "ids", ids: [ids[index] as EntryId], related: false });
    assert.deepEqual([found?.arrival, others.length], [index + 1, 0]);
  }
}
