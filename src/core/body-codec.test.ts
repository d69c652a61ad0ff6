// What bodies promise: what is said comes back, and everything else is silence.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Body, MAX_EMOJI, MAX_TEXT, MAX_TOPIC } from "./body.ts";
import { decodeBody, encodeBody } from "./body-codec.ts";
import { pack } from "./cbor.ts";
import { KINDS, MAX_BODY } from "./entry.ts";
import { entryIdFromBytes } from "./entry-codec.ts";

const ID = entryIdFromBytes(new Uint8Array(32).fill(5));
const BODIES: readonly Body[] = [
  { kind: "message", text: "hello\n\tthere 👋", replyTo: null },
  { kind: "message", text: "yes", replyTo: ID },
  { kind: "message", text: "once", replyTo: null, nonce: "9f3c21d0.1" },
  { kind: "announce", text: "tea is ready" },
  { kind: "edit", target: ID, text: "hallo" },
  { kind: "redact", target: ID },
  { kind: "react", target: ID, emoji: "👍", on: true },
  { kind: "react", target: ID, emoji: "👍", on: false },
  { kind: "topic", text: "tea at four" },
  { kind: "topic", text: "" },
  { kind: "join" },
  { kind: "leave" },
  { kind: "profile", name: "Zoë" },
];
const reread = (body: Body): Body | null => {
  const { kind, bytes } = encodeBody(body);
  return decodeBody(kind, bytes);
};

for (const body of BODIES) {
  test(`${body.kind} comes back as it was: ${JSON.stringify(body)}`, () => {
    assert.deepEqual(reread(body), body);
    assert.equal(encodeBody(body).kind, KINDS[body.kind]);
  });
}

test("any text comes back cleaned, whatever a person types", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
      const once = reread({ kind: "message", text: `.${text}`, replyTo: null });
      assert.ok(once);
      assert.deepEqual(reread(once), once);
    }),
    { seed: 2, numRuns: 2000 },
  );
  assert.deepEqual(reread({ kind: "message", text: "a\u001b[2Jb\r\n\ud800", replyTo: null }), {
    kind: "message",
    text: "a[2Jb\n",
    replyTo: null,
  });
});

test("what is empty or too large is refused when written", () => {
  assert.throws(() => encodeBody({ kind: "message", text: "", replyTo: null }), { code: "bad-input" });
  assert.throws(() => encodeBody({ kind: "message", text: "\u0007", replyTo: null }), { code: "bad-input" });
  assert.throws(() => encodeBody({ kind: "react", target: ID, emoji: " ", on: true }), { code: "bad-input" });
  assert.throws(() => encodeBody({ kind: "profile", name: "#ann" }), { code: "bad-input" });
  assert.throws(() => encodeBody({ kind: "message", text: "x".repeat(MAX_TEXT + 1), replyTo: null }), { code: "too-large" });
  assert.throws(() => encodeBody({ kind: "topic", text: "é".repeat(MAX_TOPIC) }), { code: "too-large" });
  assert.throws(() => encodeBody({ kind: "react", target: ID, emoji: "é".repeat(MAX_EMOJI), on: true }), { code: "too-large" });
  assert.ok(encodeBody({ kind: "message", text: "x".repeat(MAX_TEXT), replyTo: ID }).bytes.length <= MAX_BODY);
});

test("malformed bodies and unknown kinds are null", () => {
  const cases: readonly [kind: number, bytes: Uint8Array][] = [
    [KINDS.message, pack(["hi"])],
    [KINDS.message, pack(["hi", null, null])],
    [KINDS.message, pack(["", null])],
    [KINDS.message, pack(["\u001b[2J", null])],
    [KINDS.message, pack(["x".repeat(MAX_TEXT + 1), null])],
    [KINDS.message, pack(["hi", new Uint8Array(31)])],
    [KINDS.message, pack([1, null])],
    [KINDS.react, pack([new Uint8Array(32), "👍", 1])],
    [KINDS.react, pack([new Uint8Array(32), "a\nb", true])],
    [KINDS.topic, pack(["two\nlines"])],
    [KINDS.profile, pack(["#ann"])],
    [KINDS.join, new Uint8Array(0)],
    [KINDS.file, pack([])],
    [77, pack(["hi"])],
  ];
  for (const [kind, bytes] of cases) assert.equal(decodeBody(kind, bytes), null, bytes.toHex());
});

test("random and mutated bytes are null or the one encoding of what they decode to", () => {
  const kind = fc.constantFrom(...Object.values(KINDS));
  fc.assert(
    fc.property(kind, fc.uint8Array({ maxLength: 80 }), (number, bytes) => isNullOrExact(number, bytes)),
    { seed: 2, numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...BODIES), fc.nat(), fc.nat(255), (body, at, byte) => {
      const { kind: number, bytes } = encodeBody(body);
      bytes[at % bytes.length] = byte;
      isNullOrExact(number, bytes);
    }),
    { seed: 2, numRuns: 5000 },
  );
});

function isNullOrExact(kind: number, bytes: Uint8Array): void {
  const body = decodeBody(kind, bytes);
  if (body) assert.deepEqual(encodeBody(body), { kind, bytes });
}
