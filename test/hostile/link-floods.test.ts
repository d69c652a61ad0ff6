// A peer with a key and a link that gives, claims and asks without end: it costs bounded memory, and the others talk on.

import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { FeedHead } from "../../src/core/commit.ts";
import type { Entry } from "../../src/core/entry.ts";
import { createIdentity, type Identity, randomOf } from "../../src/core/identity.ts";
import { peerIdFromBytes, type RoomId } from "../../src/core/ids.ts";
import { sealPresence } from "../../src/core/presence-record.ts";
import { LOBBY } from "../../src/core/room.ts";
import { frameOf, says, stamp } from "./forge.ts";
import { type Intruder, noMemory, Siege } from "./siege.ts";

const skip = noMemory;
/** Megabytes that an attack may cost while it lasts. */
const MOST_GROWTH = 320;
const FLOODED = "#flood" as RoomId;

test("claims without end cost bounded memory and time", { skip }, async () => {
  await using siege = await Siege.begin();
  const before = siege.memory();
  const intruder = await siege.intrude();
  const top = Number.MAX_SAFE_INTEGER;
  for (let round = 0; round < 40; round++) {
    const rooms = new Map(Array.from({ length: 1_000 }, (_, i) => [`#r${round}-${i}` as RoomId, randomOf(32)] as const));
    intruder.send({ kind: "digests", rooms });
    const frontier = new Map(Array.from({ length: 5_000 }, () => [peerOfBytes(randomOf(32)), top] as const));
    intruder.send({ kind: "frontiers", whole: round % 2 === 0, rooms: new Map([[LOBBY, frontier]]) });
    const names = new Map(
      Array.from({ length: 1_000 }, (_, i) => [`#f${round}-${i}` as RoomId, new Map([[annOf(intruder), top]])] as const),
    );
    intruder.send({ kind: "frontiers", whole: true, rooms: names });
    for (let i = 0; i < 200; i++) intruder.send({ kind: "prune", author: peerOfBytes(randomOf(32)) });
    if (round % 8 === 0) await siege.talk(1);
    if ((await intruder.settled()) !== "answered") break;
  }
  const longest = await siege.talk(5);
  assert.ok(siege.memory() < before + MOST_GROWTH, `memory: ${before} → ${siege.memory()} MB; slowest line ${longest} ms`);
});

test("a flood of wants is answered in bounds, or ends the link", { skip }, async () => {
  await using siege = await Siege.begin();
  const before = siege.memory();
  const intruder = await siege.intrude();
  const author = annOf(intruder);
  for (let i = 0; i < 20_000; i++) intruder.send({ kind: "want", room: LOBBY, author, from: 1, to: Number.MAX_SAFE_INTEGER });
  const longest = await siege.talk(5);
  await intruder.settled();
  assert.ok(siege.memory() < before + MOST_GROWTH, `memory: ${before} → ${siege.memory()} MB; slowest line ${longest} ms`);
});

test("ten thousand made-up people cost bounded memory, and none of their names harms a terminal", { skip }, async () => {
  await using siege = await Siege.begin();
  const before = siege.memory();
  const intruder = await siege.intrude();
  const records: Uint8Array[] = [];
  for (let i = 0; i < 10_000; i++) {
    const own = { name: `sybil ${i}`, status: "online", text: "x".repeat(200), guests: [] } as const;
    records.push(sealPresence(createIdentity(), own, stamp()).bytes);
  }
  while (records.length > 0) intruder.send({ kind: "presence", records: records.splice(0, 1_000) });
  const longest = await siege.talk(10);
  await intruder.settled();
  await siege.talk(3);
  assert.ok(siege.memory() < before + MOST_GROWTH, `memory: ${before} → ${siege.memory()} MB; slowest line ${longest} ms`);
});

test("hearsay makes nobody dial strangers at will", { skip }, async () => {
  await using siege = await Siege.begin();
  const hits = { count: 0 };
  await using victim = await target(hits);
  const intruder = await siege.intrude();
  let named = 0;
  const elsewhere = () => `127.0.${1 + Math.floor(named / 250)}.${1 + (named++ % 250)}:${victim.port}`;
  for (let round = 0; round < 20; round++) {
    intruder.send({
      kind: "peers",
      peers: Array.from({ length: 200 }, () => ({ peer: peerOfBytes(randomOf(32)), addresses: [elsewhere()] })),
    });
    const own = { name: "eve", status: "online", text: "", guests: [] } as const;
    const records = Array.from({ length: 25 }, () => sealPresence(createIdentity(), own, { ...stamp(), addresses: [elsewhere()] }).bytes);
    intruder.send({ kind: "presence", records });
  }
  await siege.talk(3);
  await pause(3_000);
  const burst = hits.count;
  await pause(3_000);
  assert.ok(burst < 200, `ann and bob dialled ${burst} times at once`);
  assert.ok(hits.count - burst < 40, `and ${hits.count - burst} times in three more seconds`);
});

test("one who takes hundreds of keys gets a bounded number of links", { skip }, async () => {
  await using siege = await Siege.begin();
  const before = siege.memory();
  let refused = 0;
  for (let round = 0; round < 60; round++) {
    const links = await Promise.allSettled(Array.from({ length: 10 }, () => siege.intrude()));
    refused += links.filter(({ status }) => status === "rejected").length;
  }
  assert.ok(refused > 50, `${refused} were refused`);
  const longest = await siege.talk(5);
  assert.ok(siege.memory() < before + MOST_GROWTH, `memory: ${before} → ${siege.memory()} MB; slowest line ${longest} ms`);
});

test("who takes nothing is dropped, and the others do not wait for it", { skip }, async () => {
  await using siege = await Siege.begin();
  const intruder = await siege.intrude();
  intruder.link.pause();
  const before = siege.memory();
  const author = createIdentity();
  const giver = await siege.intrude();
  const head = await flood(siege, giver, author, { commits: 150, room: FLOODED });
  assert.ok(head.seq > 0);
  await siege.talk(5);
  assert.ok(siege.memory() < before + MOST_GROWTH, `memory: ${before} → ${siege.memory()} MB`);
});

test("through a flood of entries in the room where people talk nothing is lost, and talk goes on after it", { skip }, async () => {
  await using siege = await Siege.begin();
  const before = siege.memory();
  const giver = await siege.intrude();
  await flood(siege, giver, giver.identity, { commits: 20, room: LOBBY });
  await Promise.all([siege.ann, siege.bob].map((person) => person.line(/> 19-499 x+$/, 15_000)));
  for (const person of [siege.ann, siege.bob]) assert.equal(person.lines.filter((line) => / \d+-\d+ x+$/.test(line)).length, 10_000);
  await siege.talk(3);
  assert.ok(siege.memory() < before + MOST_GROWTH, `memory: ${before} → ${siege.memory()} MB`);
});

type Flood = { readonly commits: number; readonly room: RoomId };

/** Gives ann a feed at full speed, `commits` of 500 entries with 200 bytes each. Answers with its head. */
async function flood(siege: Siege, giver: Intruder, author: Identity, { commits, room }: Flood): Promise<FeedHead> {
  let head: FeedHead = { seq: 0, id: "" as FeedHead["id"] };
  for (let i = 0; i < commits; i++) {
    const texts = Array.from({ length: 500 }, (_, n) => `${i}-${n} ${"x".repeat(190)}`);
    const entries = says(siege, author, texts, { room, ...(head.seq > 0 && { head }) });
    const last = entries.at(-1) as Entry;
    head = { seq: last.header.seq, id: last.id };
    giver.send(frameOf(entries, room));
    while (giver.link.buffered > 1 << 20) await pause(5);
  }
  return head;
}

const peerOfBytes = (bytes: Uint8Array) => peerIdFromBytes(bytes) as NonNullable<ReturnType<typeof peerIdFromBytes>>;

const annOf = (intruder: Intruder) => intruder.link.peer;

/** A listener that has nothing to do with Earshot. */
async function target(hits: { count: number }): Promise<{ readonly port: number; [Symbol.asyncDispose](): Promise<void> }> {
  const server: Server = createServer((socket) => {
    hits.count++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const address = server.address() as { readonly port: number };
  return {
    port: address.port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
