// A peer with a key and a link that does its worst: refused or passed over, while the others talk on.

import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { encodeBody } from "../../src/core/body-codec.ts";
import { type Draft, type FeedHead, sealCommit } from "../../src/core/commit.ts";
import { type Entry, KINDS } from "../../src/core/entry.ts";
import { createIdentity, type Identity, randomOf } from "../../src/core/identity.ts";
import { peerIdFromBytes, personOf, type RoomId } from "../../src/core/ids.ts";
import { sealPresence } from "../../src/core/presence-record.ts";
import { directRoom, LOBBY } from "../../src/core/room.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { networkOf } from "../../src/wire/network.ts";
import { type Intruder, noMemory, Siege } from "./siege.ts";

const skip = noMemory;
const MOST_GROWTH = 200;
const FLOODED = "#flood" as RoomId;
const now = (): number => Date.now() * 1000;

/** A commit of these texts. */
function says(
  siege: Siege,
  identity: Identity,
  texts: readonly string[],
  more: Partial<Draft> & { head?: FeedHead } = {},
): readonly Entry[] {
  const { head = null, ...rest } = more;
  const draft = { network: siege.homes.network, room: LOBBY, kind: KINDS.message, time: now(), as: null, ...rest };
  const bodies = texts.map((text) => more.body ?? encodeBody({ kind: "message", text, replyTo: null }).bytes);
  return sealCommit(
    identity,
    head,
    bodies.map((body) => ({ ...draft, body })),
  );
}

const frameOf = (entries: readonly Entry[], room: RoomId = LOBBY): Frame => ({ kind: "entries", room, entries });

test("who gives what nobody could give in good faith is shown out, and nothing of it is kept", { skip }, async () => {
  await using siege = await Siege.begin();
  const offences: Record<string, (intruder: Intruder) => Frame> = {
    "a bad signature": ({ identity }) => frameOf(says(siege, identity, ["forged"]).map((entry) => ({ ...entry, signature: randomOf(64) }))),
    "no signature": ({ identity }) => frameOf(says(siege, identity, ["unsigned"]).map((entry) => ({ ...entry, signature: null }))),
    "another network": ({ identity }) => frameOf(says(siege, identity, ["foreign"], { network: "elsewhere" })),
    "another room": ({ identity }) => frameOf(says(siege, identity, ["astray"], { room: "#tea" as RoomId })),
    "a direct room of others": ({ identity }) => {
      const room = directRoom(personOf(createIdentity().id), personOf(createIdentity().id));
      return frameOf(says(siege, identity, ["overheard"], { room }), room);
    },
    "an altered body": ({ identity }) => {
      const [entry] = says(siege, identity, ["altered"]) as [Entry];
      return frameOf([{ ...entry, body: encodeBody({ kind: "message", text: "otherwise", replyTo: null }).bytes }]);
    },
    "two authors in one range": ({ identity }) =>
      frameOf([...says(siege, identity, ["mixed"]), ...says(siege, createIdentity(), ["mixed"])]),
    "a forged presence record": ({ identity }) => {
      const { bytes } = sealPresence(identity, { name: "eve", status: "online", text: "", guests: [] }, stamp());
      return { kind: "presence", records: [bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))] };
    },
    "a presence record that is none": () => ({ kind: "presence", records: [randomOf(300)] }),
    "a second hello": ({ link }) => link.hello,
  };
  for (const [what, frame] of Object.entries(offences)) {
    const intruder = await siege.intrude();
    const ending = await intruder.send(frame(intruder)).settled();
    assert.ok(ending !== "answered" && !ending.ours, `${what}: ${JSON.stringify(ending)}`);
  }
  await siege.talk(3);
  const { out } = await siege.homes.run("ann", ["history", "#lobby", "--limit", "1000"]);
  assert.deepEqual(
    out.filter((line) => /forged|unsigned|foreign|astray|overheard|altered|otherwise|mixed/.test(line)),
    [],
  );
});

test("frames of random bytes end the link and nothing else", { skip }, async () => {
  await using siege = await Siege.begin();
  for (let kind = 0; kind < 20; kind++) {
    const intruder = await siege.intrude();
    const content = randomOf(1 + kind * 50);
    const bytes = new Uint8Array(5 + content.length);
    new DataView(bytes.buffer).setUint32(0, 1 + content.length);
    bytes.set([kind, ...content], 4);
    intruder.link.sendEncoded(bytes);
    const ending = await intruder.settled();
    assert.ok(ending === "answered" ? kind === 0 || kind > 13 : !ending.ours, `kind ${kind}: ${JSON.stringify(ending)}`);
    intruder.leave();
  }
  const huge = await siege.intrude();
  huge.link.sendEncoded(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 5));
  assert.notEqual(await huge.settled(), "answered");
  await siege.talk(3);
});

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
  assert.ok(siege.memory() < before + MOST_GROWTH + 50, `memory: ${before} → ${siege.memory()} MB`);
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

test("an entry from the far future is shown marked, in nobody's way", { skip }, async () => {
  await using siege = await Siege.begin();
  const intruder = await siege.intrude();
  intruder.send(frameOf(says(siege, intruder.identity, ["from the future"], { time: Number.MAX_SAFE_INTEGER })));
  intruder.send(frameOf(says(siege, createIdentity(), ["in a day"], { time: now() + 86_400e6 })));
  await intruder.settled();
  await siege.talk(3);
  const { out } = await siege.homes.run("ann", ["history", "#lobby", "--limit", "4", "--json"]);
  const shown = out.map((line) => JSON.parse(line) as { text: string; at: string });
  assert.deepEqual(
    shown.map(({ text }) => text.replace(/\d+/, "N")),
    ["line N.", "line N.", "in a day", "from the future"],
  );
  assert.ok(Math.abs(Date.parse(shown[1]?.at ?? "") - Date.now()) < 60_000, "what is said afterwards has its own time");
});

test("a wrong secret, another network: no link", { skip }, async () => {
  await using siege = await Siege.begin("--secret", "open sesame");
  for (const network of [
    networkOf(siege.homes.network, "open says me"),
    networkOf(siege.homes.network, null),
    networkOf("other", "open sesame"),
  ])
    await assert.rejects(siege.intrude({ network }), { reason: "network" });
  const welcome = await siege.intrude({ network: networkOf(siege.homes.network, "open sesame") });
  assert.equal(await welcome.settled(), "answered");
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

const stamp = () => ({ counter: now(), lifetime: 60, addresses: [] as readonly string[] });

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
