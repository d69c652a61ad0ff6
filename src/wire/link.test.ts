// What the frames of a link promise: each comes back as it was, hostile bytes get a typed error, later kinds are passed over.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pack, type Value } from "../core/cbor.ts";
import { sealCommit } from "../core/commit.ts";
import { ChatError } from "../core/errors.ts";
import { createIdentity } from "../core/identity.ts";
import { personOf, type RoomId } from "../core/ids.ts";
import { sealPresence } from "../core/presence-record.ts";
import { directRoom, LOBBY } from "../core/room.ts";
import { type Frame, MAX_FRAME } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { decodeFrame, encodeFrame } from "./link.ts";

const ANN = createIdentity();
const BOB = createIdentity();
const TEA = "#お茶" as RoomId;
const DIRECT = directRoom(personOf(ANN.id), personOf(BOB.id, "zoë"));
const ENTRIES = sealCommit(
  ANN,
  null,
  ["one", "two", "three"].map((text) => ({ network: "lan", room: TEA, kind: 1, time: 7, as: null, body: new TextEncoder().encode(text) })),
);
const RECORD = sealPresence(ANN, { name: "ann", status: "online", text: "", guests: [] }, { counter: 1, lifetime: 9, addresses: [] });

const FRAMES: readonly Frame[] = [
  {
    kind: "hello",
    versions: [1, 2],
    network: "lan",
    proof: new Uint8Array(32).fill(1),
    port: 3277,
    clock: 1_795_000_000_000_000,
    instance: new Uint8Array(8).fill(2),
  },
  {
    kind: "digests",
    rooms: new Map([
      [LOBBY, new Uint8Array(32).fill(3)],
      [DIRECT, new Uint8Array(32)],
    ]),
  },
  { kind: "digests", rooms: new Map() },
  {
    kind: "frontiers",
    whole: true,
    rooms: new Map([
      [
        LOBBY,
        new Map([
          [ANN.id, 7],
          [BOB.id, 2 ** 40],
        ]),
      ],
      [TEA, new Map()],
    ]),
  },
  { kind: "want", room: LOBBY, author: ANN.id, from: 3, to: 3 },
  { kind: "entries", room: TEA, entries: ENTRIES },
  { kind: "entries", room: TEA, entries: ENTRIES.map((entry) => ({ ...entry, body: null })) },
  { kind: "prune", author: ANN.id },
  { kind: "graft", author: BOB.id },
  { kind: "presence", records: [RECORD.bytes, RECORD.bytes] },
  {
    kind: "peers",
    peers: [
      { peer: ANN.id, addresses: ["192.0.2.7:3277", "[2001:db8::7]:3277"] },
      { peer: BOB.id, addresses: [] },
    ],
  },
  { kind: "typing", room: DIRECT, as: "zoë" },
  { kind: "typing", room: LOBBY, as: null },
  { kind: "ping", nonce: 5, clock: 6 },
  { kind: "pong", nonce: 5, clock: 7 },
  { kind: "bye", code: "leaving", text: "see you" },
];
/** A frame's bytes as a reader gives them. */
const payloadOf = (frame: Frame): Uint8Array => encodeFrame(frame).subarray(4);
const framed = (number: number, ...values: Value[]): Uint8Array => new Uint8Array(Buffer.concat([Uint8Array.of(number), pack(values)]));

for (const frame of FRAMES) {
  test(`a ${frame.kind} frame comes back as it was, through a reader`, () => {
    const reader = new FrameReader();
    reader.push(encodeFrame(frame));
    assert.deepEqual(decodeFrame(reader.next() as Uint8Array), frame);
    assert.equal(reader.held, 0);
  });
}

const PEER = new Uint8Array(32);
const REFUSED: readonly [name: string, payload: Uint8Array][] = [
  ["nothing", new Uint8Array(0)],
  ["no array", Uint8Array.of(11, 1)],
  ["too few fields", framed(11, 1)],
  ["more after the array", Uint8Array.of(...framed(11, 1, 2), 0)],
  ["a longer encoding of a number", Uint8Array.of(11, 0x82, 0x18, 0x01, 0x02)],
  ["a hello without versions", framed(1, [], "lan", PEER, 1, 1, new Uint8Array(8))],
  ["a hello with versions that fall", framed(1, [2, 1], "lan", PEER, 1, 1, new Uint8Array(8))],
  ["a hello with a short proof", framed(1, [1], "lan", new Uint8Array(31), 1, 1, new Uint8Array(8))],
  ["a hello with a port beyond 65535", framed(1, [1], "lan", PEER, 65_536, 1, new Uint8Array(8))],
  [
    "a room twice",
    framed(2, [
      ["#a", PEER],
      ["#a", PEER],
    ]),
  ],
  ["a room that is none", framed(2, [["#A", PEER]])],
  [
    "10,001 rooms",
    framed(
      2,
      Array.from({ length: 10_001 }, (_, i) => [`#${i}`, PEER]),
    ),
  ],
  ["a frontier with an author twice", framed(3, true, [["#a", [PEER, 1, PEER, 2]]])],
  ["a frontier with half a pair", framed(3, true, [["#a", [PEER]]])],
  ["a frontier with a zero", framed(3, true, [["#a", [PEER, 0]]])],
  ["a want of nothing", framed(4, "#a", PEER, 3, 2)],
  ["a want from zero", framed(4, "#a", PEER, 0, 2)],
  ["a peer of 31 bytes", framed(6, new Uint8Array(31))],
  ["a record over its bound", framed(8, [new Uint8Array(65_537)])],
  ["an address that is a name", framed(9, [[PEER, ["ann.local:3277"]]])],
  ["17 addresses", framed(9, [[PEER, Array(17).fill("192.0.2.7:1")]])],
  ["someone typing under a name that is none", framed(10, "#a", "\u202e")],
  ["a goodbye with a control in it", framed(13, 1, "\u001b[2J")],
  ["entries without a room", Uint8Array.of(5, 0, 0)],
  ["entries of a room that is none", Uint8Array.of(5, 0, 2, 0xc3, 0x28)],
  ["no entries", Uint8Array.of(5, 0, 2, 0x23, 0x61)],
  ["entries with unknown flags", Uint8Array.of(5, 0, 2, 0x23, 0x61, 4, 0, 0)],
  ["entries cut off", payloadOf(FRAMES[5] as Frame).slice(0, -1)],
];

for (const [name, payload] of REFUSED) {
  test(`a frame is refused: ${name}`, () => {
    assert.throws(() => decodeFrame(payload), { code: "bad-input" });
  });
}

test("a kind of frame of a later version is passed over, and so are more fields and other reasons to go", () => {
  assert.equal(decodeFrame(framed(77, 1)), null);
  assert.deepEqual(decodeFrame(framed(11, 1, 2, "more")), { kind: "ping", nonce: 1, clock: 2 });
  assert.deepEqual(decodeFrame(framed(13, 99, "")), { kind: "bye", code: "other", text: "" });
});

test("a frame over its bound is not made", () => {
  const records = Array(17).fill(new Uint8Array(65_000));
  assert.throws(() => encodeFrame({ kind: "presence", records }), { code: "too-large" });
  assert.throws(() => decodeFrame(new Uint8Array(MAX_FRAME + 1)), { code: "too-large" });
});

test("a goodbye's text is cleaned on its way out", () => {
  assert.deepEqual(decodeFrame(payloadOf({ kind: "bye", code: "slow", text: ` a\n${"b".repeat(300)}` })), {
    kind: "bye",
    code: "slow",
    text: `a ${"b".repeat(198)}`,
  });
});

test("random bytes after any number get a typed error or a frame", () => {
  fc.assert(
    fc.property(fc.nat(15), fc.uint8Array({ maxLength: 120 }), (number, bytes) => survives(Uint8Array.of(number, ...bytes))),
    { seed: 2, numRuns: 6000 },
  );
});

test("mutated frames get a typed error, or come back as they are read", () => {
  fc.assert(
    fc.property(fc.constantFrom(...FRAMES), fc.nat(), fc.nat(255), fc.boolean(), (frame, at, byte, isCut) => {
      const bytes = payloadOf(frame);
      bytes[at % bytes.length] = byte;
      survives(isCut ? bytes.slice(0, at % bytes.length) : bytes);
    }),
    { seed: 2, numRuns: 6000 },
  );
});

test("nesting without end is refused at once", () => {
  assert.throws(() => decodeFrame(new Uint8Array(MAX_FRAME).fill(0x81).with(0, 2)), { code: "bad-input" });
});

function survives(payload: Uint8Array): void {
  try {
    const frame = decodeFrame(payload);
    if (frame) assert.deepEqual(decodeFrame(payloadOf(frame)), frame);
  } catch (error) {
    assert.ok(error instanceof ChatError, String(error));
  }
}
