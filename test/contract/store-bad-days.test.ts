// What the store over SQLite does on bad days: killed, locked, damaged, full, read-only.

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { LOBBY } from "../../src/core/room.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { authorOf, textsOf } from "./store-entries.ts";

const folder = mkdtempSync(join(tmpdir(), "earshot-store-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const CHILD = join(import.meta.dirname, "store-child.ts");
const ALL = { kind: "arrivals", after: 0, limit: 10_000 } as const;

/** Starts the child; resolves with the lines it wrote until it was killed, after this many. */
async function killAfter(path: string, seed: number, lines: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [CHILD, path, String(seed)], { stdio: ["ignore", "pipe", "inherit"] });
  const seen: string[] = [];
  for await (const line of createInterface({ input: child.stdout as NonNullable<ChildProcess["stdout"]> })) {
    if (seen.push(line) === lines) child.kill("SIGKILL");
  }
  return seen.slice(1);
}

test("killed at any moment, what was acknowledged is there exactly once, and nothing is half there", async () => {
  const path = join(folder, "killed.db");
  const acknowledged: string[] = [];
  for (const [seed, lines] of [3, 17, 40, 101, 333, 7].entries()) acknowledged.push(...(await killAfter(path, seed + 1, lines)));
  const store = await openSqliteStore({ path });
  const stored = await store.read(ALL);
  const times = Map.groupBy(stored, ({ entry }) => entry.id);
  assert.ok(acknowledged.length >= 480);
  for (const id of acknowledged) assert.equal(times.get(id as never)?.length, 1);
  assert.deepEqual(
    stored.map(({ arrival }) => arrival),
    stored.map((_, index) => index + 1),
  );
  assert.deepEqual((await store.load()).heads.length, 6);
  assert.equal((await store.search?.({ words: "word1x0x0", rooms: null, limit: 9 }))?.length, 1);
  await store.close();
});

test("a second process finds it in use, and leaves the first alone", async () => {
  const path = join(folder, "locked.db");
  const store = await openSqliteStore({ path });
  const script = `import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, "../../src/store/sqlite/open.ts"))};
    await openSqliteStore({ path: ${JSON.stringify(path)} }).catch((error) => console.log(error.code, error.message));`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.match(said, /^in-use .*locked\.db is in use by another process/);
  await assert.rejects(openSqliteStore({ path }), { code: "in-use" });
  assert.equal(await store.append(authorOf(1).says(LOBBY, ["still here"])), 1);
  await store.close();
  await (await openSqliteStore({ path })).close();
});

const filled = async (path: string, count = 400): Promise<void> => {
  const store = await openSqliteStore({ path });
  await store.append(
    authorOf(1).says(
      LOBBY,
      Array.from({ length: count }, (_, index) => `message ${index}`),
    ),
  );
  await store.search?.({ words: "message", rooms: null, limit: 1 });
  await store.close();
};

const damages: readonly [string, (path: string) => void][] = [
  ["is no database", (path) => writeFileSync(path, "this was a shopping list once, and is long enough to be read as a page\n".repeat(100))],
  ["lost its end", (path) => truncateSync(path, 10_000)],
  ["has a scribbled schema", (path) => scribble(path, 100, 3_000)],
];
for (const [what, damage] of damages) {
  test(`a file that ${what} is a storage error that names it; it is left as it is`, async () => {
    const path = join(folder, `${what}.db`);
    await filled(path);
    damage(path);
    const before = readFileSync(path);
    await assert.rejects(openSqliteStore({ path }), (error: { code: string; message: string }) => {
      assert.equal(error.code, "storage");
      assert.ok(error.message.includes(`${path} is damaged`), error.message);
      return true;
    });
    assert.deepEqual(readFileSync(path), before);
  });
}

test("an entry that is no longer what was stored is a storage error, not a wrong answer", async () => {
  const path = join(folder, "bitrot.db");
  await filled(path, 10);
  const database = new DatabaseSync(path);
  database.exec("UPDATE entry SET body = CAST('forged' AS BLOB) WHERE arrival = 4");
  database.close();
  const store = await openSqliteStore({ path });
  await assert.rejects(store.read(ALL), { code: "storage" });
  assert.equal((await store.read({ ...ALL, limit: 3 })).length, 3);
  await store.close();
});

test("a file of a later version is left alone", async () => {
  const path = join(folder, "later.db");
  await filled(path, 1);
  const database = new DatabaseSync(path);
  database.exec("PRAGMA user_version = 999");
  database.close();
  await assert.rejects(openSqliteStore({ path }), { code: "storage", message: /later version/ });
});

test("a damaged or lost search index is made anew", async () => {
  const path = join(folder, "index.db");
  await filled(path, 20);
  for (const damage of [() => writeFileSync(`${path}.index`, "nonsense ".repeat(2_000)), () => rmSync(`${path}.index`)]) {
    damage();
    const store = await openSqliteStore({ path });
    assert.equal((await store.search?.({ words: "message", rooms: null, limit: 100 }))?.length, 20);
    await store.close();
  }
});

test("an index of a store that stood here before is not believed", async () => {
  const path = join(folder, "moved.db");
  await filled(path, 30);
  for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
  const store = await openSqliteStore({ path });
  await store.append(authorOf(2).says(LOBBY, ["a new message"]));
  assert.deepEqual(textsOf((await store.search?.({ words: "message", rooms: null, limit: 9 })) ?? []), ["a new message"]);
  await store.close();
});

test("a missing folder is a storage error", async () => {
  await assert.rejects(openSqliteStore({ path: join(folder, "no", "such", "folder.db") }), { code: "storage" });
});

const isRoot = process.getuid?.() === 0;
const noMounts = whyNoMounts();

test("a read-only folder is a storage error", { skip: isRoot && noMounts }, async () => {
  const closed = join(folder, "closed");
  mkdirSync(closed);
  if (isRoot) execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", closed]);
  else chmodSync(closed, 0o500);
  try {
    await assert.rejects(openSqliteStore({ path: join(closed, "store.db") }), { code: "storage", message: /read-only/ });
  } finally {
    if (isRoot) execFileSync("umount", [closed]);
  }
});

test("on a full disk nothing is acknowledged, and all goes on once there is room", { skip: noMounts }, async () => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
  try {
    const path = join(disk, "store.db");
    const store = await openSqliteStore({ path });
    const author = authorOf(1);
    await store.append(author.says(LOBBY, ["before"]));
    writeFileSync(join(disk, "ballast"), new Uint8Array(780_000));
    const large = author.says(LOBBY, ["x".repeat(60_000), "y".repeat(60_000), "z".repeat(60_000)]);
    await assert.rejects(store.append(large), { code: "storage", message: /disk/ });
    assert.deepEqual(textsOf(await store.read(ALL)), ["before"]);
    rmSync(join(disk, "ballast"));
    assert.equal(await store.append(large), 2);
    await store.close();
    assert.ok(existsSync(path));
  } finally {
    execFileSync("umount", [disk]);
  }
});

function whyNoMounts(): string | false {
  if (!isRoot) return "only root may mount a small disk";
  const probe = join(folder, "probe");
  mkdirSync(probe);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("umount", [probe]);
    return false;
  } catch {
    return "no tmpfs can be mounted here";
  }
}

function scribble(path: string, from: number, length: number): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xa5, from, from + length));
}
