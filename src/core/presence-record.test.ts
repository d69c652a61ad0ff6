// What presence records promise: what a peer says of itself, in its own words or not at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ChatError } from "./errors.ts";
import { createIdentity } from "./identity.ts";
import type { GuestPresence, OwnPresence, PresenceRecord } from "./presence.ts";
import { MAX_GUESTS, MAX_PRESENCE, openPresence, type PresenceStamp, peekPresence, sealPresence } from "./presence-record.ts";

const ANN = createIdentity();
const OWN: OwnPresence = { name: "ann", status: "away", text: "at tea", guests: [{ name: "zoë", status: "online", text: "" }] };
const STAMP: PresenceStamp = { counter: 1_795_000_000_000_000, lifetime: 24, addresses: ["192.0.2.7:3277", "[2001:db8::7]:3277"] };
const seal = (own: Partial<OwnPresence>, stamp: Partial<PresenceStamp> = {}): PresenceRecord =>
  sealPresence(ANN, { ...OWN, ...own }, { ...STAMP, ...stamp });

test("a record opens as it was sealed", () => {
  const record = seal({});
  assert.deepEqual(openPresence(record.bytes), record);
  assert.deepEqual(record, { ...OWN, ...STAMP, peer: ANN.id, key: ANN.publicKey, bytes: record.bytes });
  assert.deepEqual(peekPresence(record.bytes), { peer: ANN.id, counter: STAMP.counter });
});

test("it opens wherever it lies in a buffer", () => {
  const record = seal({});
  const buffer = new Uint8Array(record.bytes.length + 20);
  buffer.set(record.bytes, 7);
  assert.deepEqual(openPresence(buffer.subarray(7, 7 + record.bytes.length)).addresses, STAMP.addresses);
});

test("texts are cleaned, and what cannot be told is left out, when it is sealed", () => {
  const guests: GuestPresence[] = [...OWN.guests, { name: "zoë", status: "busy", text: "twice" }];
  const record = seal({ text: " at\n tea\u0007 ", guests }, { addresses: ["ann.local:3277", "[fe80::1%eth0]:3277", ...STAMP.addresses] });
  assert.equal(record.text, "at tea");
  assert.equal(record.guests.length, 1);
  assert.deepEqual(record.addresses, STAMP.addresses);
  assert.equal(seal({}, { addresses: Array.from({ length: 20 }, (_, i) => `192.0.2.${i}:1`) }).addresses.length, 16);
});

test("a full hub still fits: first the guests' texts go, then the guests beyond the bound", () => {
  const guests = Array.from(
    { length: MAX_GUESTS + 5 },
    (_, i): GuestPresence => ({ name: `guest ${i}`, status: "online", text: "x".repeat(200) }),
  );
  const record = openPresence(seal({ guests }).bytes);
  assert.equal(record.guests.length, MAX_GUESTS);
  assert.equal(record.guests[0]?.text, "");
  assert.ok(record.bytes.length <= MAX_PRESENCE);
});

test("what no record may say is refused when it is sealed", () => {
  assert.throws(() => seal({ name: "#ann" }), { code: "bad-input" });
  assert.throws(() => seal({}, { lifetime: 0 }), { code: "bad-input" });
  assert.throws(() => seal({}, { lifetime: 601 }), { code: "bad-input" });
  assert.throws(() => seal({}, { counter: -1 }), { code: "bad-input" });
  assert.throws(() => seal({}, { counter: 1.5 }), { code: "bad-input" });
});

test("every changed byte is noticed", () => {
  const { bytes } = seal({});
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (bytes[at] as number) ^ 1;
    assert.throws(
      () => openPresence(changed),
      (error) => error instanceof ChatError && ["bad-input", "bad-signature"].includes(error.code),
    );
  }
});

test("random and cut bytes are answered with a typed error", () => {
  const { bytes } = seal({});
  const any = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.nat(bytes.length - 1).map((length) => bytes.slice(0, length)),
    fc.uint8Array({ maxLength: 200 }).map((tail) => Uint8Array.of(1, ...bytes.subarray(1, 41), ...tail)),
  );
  fc.assert(
    fc.property(any, (candidate) => {
      assert.throws(() => openPresence(candidate), ChatError);
    }),
    { seed: 2, numRuns: 3000 },
  );
  assert.throws(() => openPresence(new Uint8Array(MAX_PRESENCE + 1)), { code: "too-large" });
});
