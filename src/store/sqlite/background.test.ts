// The other thread ends and comes back without losing a job.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Background, type Job } from "./background.ts";
import { openSqliteStore } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "earshot-background-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const SEARCH: Job = { kind: "search", query: { words: "anything", rooms: null, limit: 5 } };

test("a job asked while the thread ends is done by a new one", async () => {
  const path = join(folder, "store.db");
  const store = await openSqliteStore({ path });
  const background = new Background(path);
  assert.deepEqual(await background.ask(SEARCH), []);
  const ended = background.close();
  assert.deepEqual(await background.ask(SEARCH), []);
  await ended;
  await background.close();
  await background.close();
  await store.close();
});

test("what is asked before the end is answered", async () => {
  const path = join(folder, "busy.db");
  const store = await openSqliteStore({ path });
  const background = new Background(path);
  const jobs = [SEARCH, { kind: "index" }, { kind: "checkpoint" }, { kind: "turn" }].map((job) => background.ask(job as Job));
  await background.close();
  const settled = await Promise.allSettled(jobs);
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["fulfilled", "fulfilled", "fulfilled", "fulfilled"],
  );
  await store.close();
});

test("where there is no store, a job is a storage error", async () => {
  const background = new Background(join(folder, "nowhere", "store.db"));
  await assert.rejects(background.ask(SEARCH), { code: "storage" });
  await background.close();
});
