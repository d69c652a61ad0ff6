// What the entry codec promises: one valid form, and a typed error for everything else.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Entry, type Header, MAX_BODY, MAX_HEADER } from "./entry.ts";
import { decodeEntry, encodeHeader, entryIdBytes, entryIdFromBytes } from "./entry-codec.ts";
import { ChatError } from "./errors.ts";
import { peerIdOf, sha256, sha256Hex } from "./identity.ts";
import { LOBBY } from "./room.ts";

const RUNS = { numRuns: 3000, seed: 2 };
const BODY = new TextEncoder().encode("hello");
const HEADER: Header = {
  version: 1,
  network: "lan",
  room: LOBBY,
  authorKey: new Uint8Array(32).fill(7),
  seq: 1,
  previous: null,
  time: 1_795_000_000_000_000,
  kind: 1,
  as: null,
  bodyHash: sha256(BODY),
};

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const anyHeader: fc.Arbitrary<Header> = fc
  .record({
    version: fc.constant(1 as const),
    network: fc.constantFrom("lan", "büro 2", "x".repeat(64)),
    room: fc.constantFrom(LOBBY, "#tee-raum" as typeof LOBBY, "#日本" as typeof LOBBY),
    authorKey: hash,
    seq: fc.oneof(fc.constant(1), fc.maxSafeNat()).map((seq) => Math.max(1, seq)),
    previous: hash,
    time: fc.maxSafeNat(),
    kind: fc.nat(65_535),
    as: fc.constantFrom(null, "ann", "zoë q"),
    bodyHash: hash,
  })
  .map((header) => ({ ...header, previous: header.seq === 1 ? null : header.previous }));

const decode = (headerBytes: Uint8Array): Entry => decodeEntry({ headerBytes, body: null, signature: null });

function rejects(change: { readonly [field in keyof Header]?: unknown }): void {
  assert.throws(() => decode(encodeHeader({ ...HEADER, ...change } as Header)), { code: "bad-input" });
}

test("a header comes back as it was, and its hash is the entry's id", () => {
  fc.assert(
    fc.property(anyHeader, (header) => {
      const bytes = encodeHeader(header);
      const entry = decode(bytes);
      assert.deepEqual(entry.header, header);
      assert.equal(entry.id, sha256Hex(bytes));
      assert.equal(entry.author, peerIdOf(header.authorKey));
      assert.equal(entry.headerBytes, bytes);
    }),
    { ...RUNS, numRuns: 1000 },
  );
});

test("whatever bytes decode are the one encoding of what they decode to", () => {
  let accepted = 0;
  fc.assert(
    fc.property(anyHeader, fc.nat(), fc.nat(255), fc.constantFrom("flip", "cut", "grow"), (header, at, byte, how) => {
      const bytes = mutate(encodeHeader(header), at, byte, how);
      const decoded = attempt(bytes);
      if (!decoded) return;
      accepted++;
      assert.deepEqual(encodeHeader(decoded.header), bytes);
    }),
    { ...RUNS, numRuns: 6000 },
  );
  assert.ok(accepted > 1000, "mutations inside hashes and numbers stay valid");
});

test("random bytes are answered with a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(attempt(bytes), null);
    }),
    RUNS,
  );
});

test("the bounds of every field hold", () => {
  rejects({ version: 2 });
  rejects({ network: "" });
  rejects({ network: "x".repeat(65) });
  rejects({ network: "é".repeat(33) });
  rejects({ room: "lobby" });
  rejects({ room: "#Lobby" });
  rejects({ room: "@a+b" });
  rejects({ authorKey: new Uint8Array(31) });
  rejects({ seq: 0 });
  rejects({ seq: 2 });
  rejects({ seq: -1 });
  rejects({ seq: 1.5 });
  rejects({ previous: new Uint8Array(32) });
  rejects({ seq: 2, previous: new Uint8Array(33) });
  rejects({ time: -1 });
  rejects({ time: Number.MAX_SAFE_INTEGER + 1 });
  rejects({ kind: 65_536 });
  rejects({ as: "a/b" });
  rejects({ as: " ann" });
  rejects({ as: "\u202eann" });
  rejects({ as: "x".repeat(10_000).slice(0, 700) });
  rejects({ bodyHash: new Uint8Array(0) });
});

test("other encodings of the same header are refused", () => {
  const hex = encodeHeader(HEADER).toHex();
  for (const [from, to] of [
    ["8a01", "8a1801"], // a longer integer
    ["8a01", "9800"], // nonsense length
    ["8a01", "980a01"], // a longer array length
    ["8a01", "8af93c00"], // 1.0
    ["8a01", "8ac101"], // a tag
    ["636c616e", "78036c616e"], // a longer text length
    ["636c616e", "7f636c616eff"], // a text in chunks
    ["636c616e", "66efbbbf6c616e"], // a byte order mark
    ["636c616e", "636c61ff"], // no UTF-8
  ] as const) {
    assert.ok(hex.includes(from));
    assert.throws(() => decode(Uint8Array.fromHex(hex.replace(from, to))), { code: "bad-input" }, to);
  }
  assert.throws(() => decode(Uint8Array.fromHex(`${hex}00`)), { code: "bad-input" });
});

test("a body must have the hash that the header names, and may be missing", () => {
  const headerBytes = encodeHeader(HEADER);
  assert.equal(decodeEntry({ headerBytes, body: BODY, signature: null }).body, BODY);
  assert.equal(decodeEntry({ headerBytes, body: null, signature: null }).body, null);
  assert.throws(() => decodeEntry({ headerBytes, body: BODY.subarray(1), signature: null }), { code: "bad-input" });
  assert.throws(() => decodeEntry({ headerBytes, body: new Uint8Array(MAX_BODY + 1), signature: null }), { code: "too-large" });
});

test("a signature has 64 bytes and a header at most its bound", () => {
  const headerBytes = encodeHeader(HEADER);
  assert.throws(() => decodeEntry({ headerBytes, body: null, signature: new Uint8Array(63) }), { code: "bad-input" });
  assert.throws(() => decode(new Uint8Array(MAX_HEADER + 1)), { code: "too-large" });
});

test("an entry id is 32 bytes and comes back", () => {
  fc.assert(fc.property(hash, (bytes) => assert.deepEqual(entryIdBytes(entryIdFromBytes(bytes)), bytes)));
  assert.throws(() => entryIdFromBytes(new Uint8Array(31)), { code: "bad-input" });
});

function attempt(bytes: Uint8Array): Entry | null {
  try {
    return decode(bytes);
  } catch (error) {
    assert.ok(error instanceof ChatError, String(error));
    return null;
  }
}

function mutate(bytes: Uint8Array, at: number, byte: number, how: "flip" | "cut" | "grow"): Uint8Array {
  const place = at % bytes.length;
  if (how === "cut") return bytes.slice(0, place);
  if (how === "grow") return Uint8Array.of(...bytes.subarray(0, place), byte, ...bytes.subarray(place));
  const changed = bytes.slice();
  changed[place] = byte;
  return changed;
}
