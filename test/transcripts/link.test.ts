// Replays the examples of docs/protocol/link.md.

import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyRun } from "../../src/core/commit.ts";
import type { PeerId } from "../../src/core/ids.ts";
import type { OwnPresence } from "../../src/core/presence.ts";
import { openPresence, type PresenceStamp, sealPresence } from "../../src/core/presence-record.ts";
import { digestOf } from "../../src/mesh/replica/digests.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { FrameReader } from "../../src/wire/frame-reader.ts";
import { decodeFrame, encodeFrame } from "../../src/wire/link.ts";
import { linkProof, networkOf } from "../../src/wire/network.ts";
import { exampleIdentity, readPage } from "./page.ts";

const PAGE = readPage("link");
const FRAMES = ["hello", "digests", "frontiers", "want", "prune", "graft", "peers", "typing", "ping", "pong", "bye"];

for (const kind of FRAMES) {
  test(`the page's ${kind} frame is made of the page's fields, and read as them`, () => {
    const frame = frameOf(PAGE.json(kind));
    assert.equal(frame.kind, kind);
    assert.deepEqual(encodeFrame(frame), PAGE.hex(kind));
    assert.deepEqual(readFrame(PAGE.hex(kind)), frame);
  });
}

test("every example of the page is replayed", () => {
  assert.deepEqual(new Set(PAGE.names("hex")), new Set([...FRAMES, "entries", "presence-record"]));
});

test("the page's entries are the commit of the page on entries", () => {
  const page = readPage("entry");
  const frame = readFrame(PAGE.hex("entries"));
  assert.ok(frame.kind === "entries");
  assert.equal(verifyRun(frame.entries, null), null);
  assert.deepEqual(
    frame.entries.map(({ headerBytes }) => headerBytes),
    [page.hex("first-header"), page.hex("second-header")],
  );
  assert.deepEqual(encodeFrame(frame), PAGE.hex("entries"));
});

test("networks and proofs are made as the page says", () => {
  type Known = { readonly name: string; readonly secret: string | null; readonly key: string; readonly tag: string };
  for (const { name, secret, key, tag } of PAGE.json("networks") as readonly Known[]) {
    const network = networkOf(name, secret);
    assert.deepEqual([network.key.toHex(), network.tag.toHex()], [key, tag]);
  }
  const known = PAGE.json("proofs") as Record<"network" | "secret" | "keyingMaterial" | "dialer" | "acceptor", string>;
  const network = networkOf(known.network, known.secret);
  for (const role of ["dialer", "acceptor"] as const) {
    assert.equal(linkProof(network, Uint8Array.fromHex(known.keyingMaterial), role).toHex(), known[role]);
  }
});

test("the digest of a frontier is the page's", () => {
  const { frontier, digest } = PAGE.json("digest") as { readonly frontier: Record<PeerId, number>; readonly digest: string };
  assert.equal(digestOf(new Map(Object.entries(frontier) as [PeerId, number][])).toHex(), digest);
});

test("the page's presence record is sealed from the page's words, and opens", () => {
  const words = PAGE.json("presence-record") as OwnPresence & PresenceStamp;
  const record = sealPresence(exampleIdentity(), words, words);
  assert.deepEqual(record.bytes, PAGE.hex("presence-record"));
  const opened = openPresence(PAGE.hex("presence-record"));
  assert.deepEqual(opened, record);
  assert.deepEqual({ ...opened, ...words }, opened);
});

function readFrame(bytes: Uint8Array): Frame {
  const reader = new FrameReader();
  reader.push(bytes);
  return decodeFrame(reader.next() as Uint8Array) as Frame;
}

/** JSON has no maps: rooms stand as objects, and so do frontiers in them. */
function frameOf(json: unknown): Frame {
  const frame = json as { readonly kind: string; readonly rooms?: Record<string, unknown> };
  if (!frame.rooms) return json as Frame;
  const rooms = Object.entries(frame.rooms).map(([room, content]): [string, unknown] => [
    room,
    content instanceof Uint8Array ? content : new Map(Object.entries(content as Record<string, number>)),
  ]);
  return { ...frame, rooms: new Map(rooms) } as unknown as Frame;
}
