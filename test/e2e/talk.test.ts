// Three people on three hosts of one network, as the first lines of the README promise: they find each other, talk, and go.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { labMissing } from "./namespaces.ts";
import type { Running } from "./running.ts";
import { PATIENCE, reads, Town } from "./town.ts";

const skip = labMissing();
const NAMES = ["ann", "ben", "eve"] as const;
/** Bounds that the product promises, and what a test on a busy computer grants beyond, milliseconds. */
const AT_ONCE = 1_000;
const GRANTED = 2_000;
const GONE_WITHIN = 30_000;

type Chats = readonly [ann: Running, ben: Running, eve: Running];

async function threeOf(town: Town): Promise<Chats> {
  return (await town.gather(NAMES)) as unknown as Chats;
}

const threeHosts = () => Town.build({ hosts: 3 }, ...NAMES);

/** Milliseconds until the chat shows such a line. */
async function timeUntil(chat: Running, pattern: RegExp, began = performance.now()): Promise<number> {
  await chat.until((lines) => lines.some((line) => pattern.test(line)), GONE_WITHIN + GRANTED);
  return performance.now() - began;
}

test("within a second all see each other, once", { skip }, async (t) => {
  await using town = await threeHosts();
  const chats = NAMES.map((name) => town.chat(name));
  await Promise.all(chats.map((chat) => chat.line(/-- you are /)));
  const began = performance.now();
  await town.meet(NAMES, chats);
  const took = performance.now() - began;
  t.diagnostic(`all saw each other ${Math.round(took)} ms after the last was ready`);
  assert.ok(took < AT_ONCE + GRANTED, `it took ${took} ms`);
  for (const [index, chat] of chats.entries()) {
    chat.type("/who");
    const others = NAMES.filter((name) => name !== NAMES[index]);
    for (const name of others) assert.match(await chat.line(/-- ● /), new RegExp(`^\\[\\d\\d:\\d\\d\\] -- ● ${name}, here$`));
    for (const name of others) assert.equal(chat.lines.filter((line) => line.includes(`${name} joined`)).length <= 1, true, name);
  }
});

test("what one says all read", { skip }, async () => {
  await using town = await threeHosts();
  const chats = await threeOf(town);
  for (const [index, chat] of chats.entries()) {
    chat.type(`hello from ${NAMES[index]}`);
    await Promise.all(chats.map((each) => each.line(new RegExp(`^\\[\\d\\d:\\d\\d\\] <${NAMES[index]}> hello from ${NAMES[index]}$`))));
  }
});

test("when all talk at once, all read it in one order", { skip }, async () => {
  await using town = await threeHosts();
  const chats = await threeOf(town);
  const each = 30;
  for (let n = 0; n < each; n++) {
    for (const [index, chat] of chats.entries()) chat.type(`${NAMES[index]} says ${n}`);
    await new Promise(setImmediate);
  }
  const [first, ...others] = await Promise.all(chats.map((chat) => reads(chat, 3 * each)));
  assert.equal(new Set(first).size, 3 * each);
  const histories = await Promise.all(NAMES.map((name) => town.history(name)));
  for (const history of histories) assert.deepEqual(history, histories[0]);
  for (const shown of [first, ...others]) assert.deepEqual(shown, histories[0]);
});

test("what is said to one reaches nobody else, on the wire neither", { skip: skip || labMissing("tcpdump") }, async () => {
  await using town = await threeHosts();
  const [ann, ben, eve] = await threeOf(town);
  ann.type("a word for all");
  await Promise.all([ben.line(/a word for all/), eve.line(/a word for all/)]);
  const [wire, third] = await Promise.all([town.lab.capture(), town.hostOf("eve").capture()]);
  const secret = "psst ".repeat(4_000);
  ann.type(`/msg ben ${secret}`);
  await ben.line(/\*ann\* psst /);
  ben.type("/msg ann understood, quietly");
  await ann.line(/\*ben\* understood, quietly$/);
  const [passed, reached] = await Promise.all([wire.stop(), third.stop()]);
  assert.ok(passed.length > secret.length, "the capture holds the message");
  assert.ok(reached.length < secret.length / 2, `${reached.length} bytes came to the third host`);
  for (const plain of ["psst psst", "understood, quietly"]) assert.ok(!passed.includes(plain));
  eve.type("/quit");
  await eve.ended();
  assert.ok(!eve.lines.some((line) => /psst|quietly/.test(line)));
  assert.ok(holds(town, "eve", "a word for all"));
  assert.ok(!holds(town, "eve", "psst") && !holds(town, "eve", "quietly"));
  assert.deepEqual(await town.history("ben", "@ann"), [secret.trimEnd(), "understood, quietly"]);
});

test("/nick, /away, /back and /status are seen by all", { skip }, async () => {
  await using town = await threeHosts();
  const [ann, ...others] = await threeOf(town);
  const seenAs = async (name: string, status: string, text: string) => {
    for (const other of ["ben", "eve"]) {
      const right = (people: Awaited<ReturnType<Town["people"]>>) => people.get(name)?.status === status && people.get(name)?.text === text;
      await town.eventually(() => town.people(other), right);
    }
  };
  const allRead = (line: RegExp) => Promise.all(others.map((chat) => chat.line(line)));
  ann.type("/nick Anna");
  await allRead(/-- ann is now Anna$/);
  ann.type("/away lunch");
  await allRead(/-- Anna is away: lunch$/);
  await seenAs("Anna", "away", "lunch");
  ann.type("/back");
  await allRead(/-- Anna is back$/);
  await seenAs("Anna", "online", "");
  ann.type("/status in the workshop");
  await allRead(/-- Anna is here: in the workshop$/);
  await seenAs("Anna", "online", "in the workshop");
  assert.equal((await town.people("ben")).has("ann"), false);
});

test("who leaves is gone at once, by /quit and by SIGTERM", { skip }, async (t) => {
  await using town = await threeHosts();
  const [ann, ben, eve] = await threeOf(town);
  const gone = async (leave: () => void, chats: readonly Running[], line: RegExp) => {
    const began = performance.now();
    leave();
    const took = Math.max(...(await Promise.all(chats.map((chat) => timeUntil(chat, line, began)))));
    t.diagnostic(`${line}: ${Math.round(took)} ms`);
    assert.ok(took < AT_ONCE + GRANTED, `it took ${took} ms`);
  };
  await gone(() => eve.type("/quit"), [ann, ben], /-- eve left #lobby$/);
  await gone(() => ben.kill("SIGTERM"), [ann], /-- ben left #lobby$/);
  assert.deepEqual([(await eve.ended()).code, (await ben.ended()).code], [0, 0]);
});

test("who is killed is shown as offline within 30 s, who is unplugged too", { skip }, async (t) => {
  await using town = await threeHosts();
  const [ann, ben, eve] = await threeOf(town);
  const began = performance.now();
  await town.hostOf("eve").unplug();
  ben.kill("SIGKILL");
  const times = await Promise.all([timeUntil(ann, /-- ben left #lobby$/, began), timeUntil(ann, /-- eve left #lobby$/, began)]);
  t.diagnostic(`killed: ${Math.round(times[0])} ms, unplugged: ${Math.round(times[1])} ms`);
  for (const took of times) assert.ok(took < GONE_WITHIN, `it took ${took} ms`);
  const people = await town.people("ann");
  assert.deepEqual([people.get("ben")?.status, people.get("eve")?.status], ["offline", "offline"]);
  await eve.until((lines) => lines.some((line) => /-- ann left #lobby$/.test(line)), GONE_WITHIN);
  await town.hostOf("eve").plug();
  await ann.until(tellsBack, GONE_WITHIN);
  ann.type("welcome back");
  await eve.line(/<ann> welcome back$/, PATIENCE);
});

/** Whether the last thing that was told of eve is that she came. */
const tellsBack = (lines: readonly string[]): boolean =>
  (lines.findLast((line) => / eve (joined|left) /.test(line)) ?? "").includes("joined");

/** Whether this text stands anywhere in the files of a home. */
function holds(town: Town, name: string, text: string): boolean {
  const files = ["history.db", "history.db-wal"].map((file) => `${town.home(name)}/${file}`);
  return files.some((file) => readIfThere(file).includes(text));
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
