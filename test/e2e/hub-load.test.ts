// A hub under load: who stops reading costs nobody else anything, and a thousand who come cost little.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { LOBBY } from "../../src/core/room.ts";
import { addressOf, Homes } from "./cli.ts";
import { Crowd, type Guest } from "./guests.ts";
import { onPath } from "./namespaces.ts";
import { type Running, type StartOptions, start } from "./running.ts";

const MIB = 1 << 20;

/** Starts ann's hub without limits on how fast people talk. */
async function openHub(homes: Homes): Promise<string> {
  mkdirSync(homes.home("ann"), { recursive: true });
  writeFileSync(join(homes.home("ann"), "hub.toml"), "[limits]\nmessages-per-10-seconds = 0\nmessages-per-10-seconds-per-address = 0\n");
  const hub = homes.startPeer("ann", "hub", "--name", "ann", "--no-discovery");
  return addressOf(await hub.line(/^ready /));
}

test("one in a hundred stops reading: nobody else notices; it is dropped with a reason, and resumes", async (t) => {
  await using homes = new Homes();
  const address = await openHub(homes);
  await using crowd = new Crowd(address);
  const { barrier } = crowd;
  const readers = await Promise.all(Array.from({ length: 97 }, (_, index) => crowd.enterByLine(`reader ${index}`)));
  const [speaker, deaf, deafLine] = await Promise.all([crowd.enter("speaker"), crowd.enter("deaf"), crowd.enterByLine("deaf line")]);
  for (const reader of readers) reader.forget();
  deaf.stopReading();
  deafLine.socket.pause();
  const count = 800;
  const text = "x".repeat(15_000);
  const slowest = { ms: 0 };
  const began = performance.now();
  for (let n = 0; n < count; n++) {
    const said = performance.now();
    await speaker.chat.say(LOBBY, `${n} ${text}`);
    slowest.ms = Math.max(slowest.ms, performance.now() - said);
  }
  await barrier.until(() => readers.every(({ bytes }) => bytes > count * text.length));
  t.diagnostic(
    `${count} messages to 100 in ${Math.round(performance.now() - began)} ms; the slowest was said within ${Math.round(slowest.ms)} ms`,
  );
  assert.ok(readers.every(({ isClosed }) => !isClosed));
  assert.ok(deaf.heard.length < count, "it did stop");
  deaf.readAgain();
  await barrier.until(
    () => deaf.heard.length === count,
    () => `${deaf.heard.length} heard, ${deaf.states}`,
  );
  assert.deepEqual(
    deaf.heard.map((text) => Number.parseInt(text, 10)),
    Array.from({ length: count }, (_, n) => n),
  );
  assert.ok(deaf.returns === 1 || deaf.states.length === 1, "by a new connection, or by resuming on the old one");
  deafLine.socket.resume();
  await barrier.until(() => deafLine.isClosed);
  assert.match(deafLine.text.slice(-300), /-- .*(?:behind|read)/);
});

test("a thousand joins cost less than 50 MB in all: names, the last messages, and who is there", async (t) => {
  await using homes = new Homes();
  const address = await openHub(homes);
  await using crowd = new Crowd(address);
  const first = await crowd.enter("first");
  for (let n = 0; n < 50; n++) await first.chat.say(LOBBY, `this is message ${n}, of the length that messages have`);
  const count = 1_000;
  const guests: Guest[] = [];
  const join = async (index: number) => {
    const guest = await crowd.enter(`guest ${index}`);
    guests.push(guest);
    const [people, messages] = await Promise.all([guest.chat.people(), guest.chat.history(LOBBY, { limit: 50 })]);
    assert.equal(messages.length, 50);
    assert.ok(people.length > 2);
  };
  const began = performance.now();
  for (let n = 0; n < count; n += 50) await Promise.all(Array.from({ length: 50 }, (_, index) => join(n + index)));
  const joined = performance.now() - began;
  const told = 999; // a thousand are told of one by one, the first of them is oneself
  const seen = (guest: Guest) => new Set(guest.events.flatMap((event) => (event.kind === "presence" ? [event.person.id] : []))).size;
  await crowd.barrier.until(
    () => seen(first) >= told,
    () => `${seen(first)} seen`,
  );
  const traffic = guests.reduce((sum, guest) => sum + guest.traffic, first.traffic);
  t.diagnostic(`${count} joined in ${Math.round(joined)} ms with ${(traffic / MIB).toFixed(1)} MiB in all`);
  assert.ok(traffic < 50e6, `${traffic} bytes`);
});

/** Homes whose programs may open 200 files at once. */
class NarrowHomes extends Homes {
  protected override launch(_home: string, argv: readonly string[], options: StartOptions): Running {
    return start("prlimit", ["--nofile=200:200", process.execPath, EARSHOT, ...argv], options);
  }
}

const EARSHOT = fileURLToPath(new URL("../../bin/earshot.js", import.meta.url));

test("where the system allows no more connections, that is told once, and those who are there talk on", {
  skip: !onPath("prlimit") && "needs prlimit",
}, async () => {
  await using homes = new NarrowHomes();
  const hub = homes.startPeer("ann", "hub", "--name", "ann", "--no-discovery");
  await using crowd = new Crowd(addressOf(await hub.line(/^ready /)));
  const [cat, dan] = await Promise.all([crowd.enter("cat"), crowd.enterByLine("dan")]);
  const flood = Array.from({ length: 300 }, () => crowd.knock());
  await crowd.barrier.until(() => flood.filter(({ isClosed }) => isClosed).length >= 100);
  await cat.chat.say(LOBBY, "still here");
  await dan.shows("still here");
  assert.equal(hub.errors.match(/connections that this computer allows/g)?.length, 1);
  for (const { socket } of flood) socket.destroy();
  await crowd.barrier.until(() => flood.every(({ isClosed }) => isClosed));
  await crowd.enterByLine("eve");
});
