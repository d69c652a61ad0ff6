// Measures the store over SQLite among many messages: `node bench/store.ts [MESSAGES]` (default 200,000; the decisions used 1,000,000).

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { sealCommit } from "../src/core/commit.ts";
import type { Entry } from "../src/core/entry.ts";
import { createIdentity } from "../src/core/identity.ts";
import type { EntryId, RoomId } from "../src/core/ids.ts";
import { keyOf } from "../src/core/order.ts";
import type { Incoming, Store } from "../src/core/ports/store.ts";
import { LOBBY } from "../src/core/room.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import { corpusOf } from "./store-corpus.ts";

const MESSAGES = Number(process.argv[2] ?? 200_000);
const BATCH = 256;
const ROOMS = [LOBBY, "#tea" as RoomId, "#work" as RoomId];
/** Microseconds between two messages of the corpus. */
const PACE = 30_000_000;

const corpus = corpusOf(1);
const identity = createIdentity();
const heads = new Map<RoomId, { seq: number; id: EntryId }>();
const ids: EntryId[] = [];
const utf8 = new TextEncoder();
let clock = 1_700_000_000_000_000;

const folder = mkdtempSync(join(tmpdir(), "earshot-bench-"));
try {
  await measure(join(folder, "store.db"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(path: string): Promise<void> {
  let store = await openSqliteStore({ path });
  const reference = bareInserts(join(folder, "bare.db"), Math.min(MESSAGES, 100_000));
  line("bare node:sqlite, one table, batches of 256", `${Math.round(reference)} rows/s`);
  const { rate, busy } = await fill(store, MESSAGES);
  line("append, batches of 256", `${Math.round(rate)} messages/s = ${(rate / reference).toFixed(2)} of bare`);
  line("append, by this thread's time on a core", `${Math.round(busy)} messages/s = ${(busy / reference).toFixed(2)} of bare`);
  await store.close();
  line("file", `${Math.round(statSync(path).size / 2 ** 20)} MiB`);
  const opened = performance.now();
  store = await openSqliteStore({ path });
  const ready = performance.now() - opened;
  await store.load();
  line("open, then load", `${ready.toFixed(1)} ms, ${(performance.now() - opened - ready).toFixed(1)} ms`);
  const indexed = performance.now();
  await search(store, "nothing");
  line(
    "index all, then search",
    `${((performance.now() - indexed) / 1_000).toFixed(1)} s; ${Math.round(statSync(`${path}.index`).size / 2 ** 20)} MiB`,
  );
  await reads(store);
  await singles(store);
  await talkAndSearch(store);
  await store.close();
}

/** Rows of the same size without any index but the row's number: what the medium gives. */
function bareInserts(path: string, count: number): number {
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE entry (arrival INTEGER PRIMARY KEY, header BLOB, body BLOB)",
  );
  const insert = database.prepare("INSERT INTO entry VALUES (NULL, ?, ?)");
  const [header, body] = [new Uint8Array(127), new Uint8Array(205)];
  const started = performance.now();
  for (let done = 0; done < count; done += BATCH) {
    database.exec("BEGIN");
    for (let i = 0; i < BATCH; i++) insert.run(header, body);
    database.exec("COMMIT");
  }
  database.close();
  return count / ((performance.now() - started) / 1_000);
}

/** Messages a second over the second half, the sealing not counted: by the clock, and by the time that this thread was on a core. */
async function fill(store: Store, count: number): Promise<{ readonly rate: number; readonly busy: number }> {
  let [spent, onCore, measured] = [0, 0, 0];
  for (let done = 0; done < count; done += BATCH) {
    const batch = said(BATCH);
    const [started, before] = [performance.now(), process.threadCpuUsage()];
    await store.append(batch);
    const { user, system } = process.threadCpuUsage();
    if (done < count / 2) continue;
    spent += performance.now() - started;
    onCore += (user + system - before.user - before.system) / 1_000;
    measured += BATCH;
  }
  return { rate: (measured / spent) * 1_000, busy: (measured / onCore) * 1_000 };
}

async function reads(store: Store): Promise<void> {
  const page = { kind: "page", room: LOBBY, kinds: [1], limit: 50 } as const;
  const [middle] = await store.read({ kind: "arrivals", after: Math.floor(MESSAGES / 2), limit: 1 });
  const before = keyOf((middle as { entry: Entry }).entry);
  await timed("page of 50, the newest", 200, () => store.read(page));
  await timed("page of 50, in the middle", 200, () => store.read({ ...page, before }));
  const range = { kind: "feed", room: LOBBY, author: identity.id, limit: 500 } as const;
  await timed("feed range of 500", 60, (i) => store.read({ ...range, from: 1 + i * 700, to: 500 + i * 700 }));
  await timed("one entry by id", 200, () =>
    store.read({ kind: "ids", ids: [ids[Math.floor(corpus.random() * ids.length)] as EntryId], related: false }),
  );
}

async function singles(store: Store): Promise<void> {
  await timed("append of one, durable", 2_000, () => store.append(said(1)));
}

/** 100 messages a second are said while one search follows the other; the loop of this thread is watched. */
async function talkAndSearch(store: Store): Promise<void> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const appends: number[] = [];
  const all: number[] = [];
  const talk = setInterval(() => {
    const started = performance.now();
    void store.append(said(1)).then(() => appends.push(performance.now() - started));
  }, 10);
  loop.enable();
  const { words, han } = corpus;
  const pick = (): string => words[Math.floor(corpus.random() ** 2 * words.length)] as string;
  const questions: Readonly<Record<string, () => string>> = {
    "a word": pick,
    "two words": () => `${pick()} ${pick()}`,
    "a word and a beginning": () => `${pick()} ${pick().slice(0, 2)}`,
    "three letters": () => pick().slice(0, 3),
    "four letters": () => pick().slice(0, 4),
    "one letter": () => pick().slice(0, 1),
    "two characters": () => han.slice(3, 5),
    "three characters": () => han.slice(20, 23),
    "one character": () => han.slice(9, 10),
  };
  for (const [kind, question] of Object.entries(questions)) await timed(`search: ${kind}`, 60, () => search(store, question()), all);
  line("search, 50 results, while 100/s are said", summary(all));
  loop.disable();
  clearInterval(talk);
  line("meanwhile: append", summary(appends));
  line(
    "meanwhile: the loop was late by",
    `p50 ${ms(loop.percentile(50) / 1e6)}, p99 ${ms(loop.percentile(99) / 1e6)}, at most ${ms(loop.max / 1e6)}`,
  );
}

async function search(store: Store, words: string): Promise<unknown> {
  return store.search?.({ words, rooms: ROOMS, limit: 50 });
}

function said(count: number): readonly Incoming[] {
  const room = ROOMS[Math.floor(corpus.random() ** 2 * ROOMS.length)] as RoomId;
  const texts = Array.from({ length: count }, () => corpus.text());
  const drafts = texts.map((text) => {
    clock += PACE;
    return { network: "lan", room, kind: 1, time: clock, as: null, body: utf8.encode(`\x01${text}`) };
  });
  const entries = sealCommit(identity, heads.get(room) ?? null, drafts);
  const last = entries.at(-1) as Entry;
  heads.set(room, { seq: last.header.seq, id: last.id });
  if (ids.length < 100_000) ids.push(last.id);
  return entries.map((entry, index) => ({ entry, target: null, searchable: texts[index] as string, fork: false }));
}

async function timed(what: string, times: number, work: (index: number) => Promise<unknown>, all: number[] = []): Promise<void> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await work(i);
    taken.push(performance.now() - started);
  }
  all.push(...taken);
  line(what, summary(taken));
}

function summary(taken: readonly number[]): string {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] as number;
  return `p50 ${ms(at(0.5))}, p99 ${ms(at(0.99))}, at most ${ms(at(1))}`;
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(2)} ms`;
}

function line(what: string, result: string): void {
  console.log(`${what.padEnd(46)} ${result}`);
}
