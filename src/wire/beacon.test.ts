// What beacons promise: one datagram, signed, small, and silence for everything else.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createIdentity } from "../core/identity.ts";
import { type BeaconFields, type BeaconKind, encodeBeacon, MAX_BEACON, openBeacon, peekBeacon } from "./beacon.ts";
import { networkOf } from "./network.ts";

const ANN = createIdentity();
const FIELDS: BeaconFields = {
  kind: "here",
  tag: networkOf("lan", null).tag,
  instance: new Uint8Array(8).fill(3),
  counter: 1_795_000_000_000_000,
  port: 3277,
  hub: true,
  title: "Büro",
};

test("a beacon comes back as it was, with who sent it", () => {
  for (const kind of ["here", "answer", "bye"] as BeaconKind[]) {
    const beacon = openBeacon(encodeBeacon({ ...FIELDS, kind }, ANN));
    assert.deepEqual(beacon, { ...FIELDS, kind, peer: ANN.id, key: ANN.publicKey });
  }
});

test("it is read wherever it lies in a buffer", () => {
  const bytes = encodeBeacon(FIELDS, ANN);
  const buffer = new Uint8Array(bytes.length + 9);
  buffer.set(bytes, 5);
  assert.deepEqual(openBeacon(buffer.subarray(5, 5 + bytes.length)), openBeacon(bytes));
});

test("it is small, and a long title is cut between characters", () => {
  assert.equal(encodeBeacon({ ...FIELDS, title: "" }, ANN).length, 130);
  const bytes = encodeBeacon({ ...FIELDS, title: `a\n${"👋".repeat(40)}` }, ANN);
  assert.ok(bytes.length <= MAX_BEACON && MAX_BEACON < 200);
  assert.equal(openBeacon(bytes)?.title, `a ${"👋".repeat(15)}`);
});

test("every changed byte is noticed: the claim is none, or the signature does not fit", () => {
  const bytes = encodeBeacon(FIELDS, ANN);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (bytes[at] as number) ^ 2;
    assert.equal(openBeacon(changed), null, `byte ${at}`);
  }
});

test("random and cut datagrams are no beacons, and nothing throws", () => {
  const bytes = encodeBeacon(FIELDS, ANN);
  const start = bytes.subarray(0, 6);
  const any = fc.oneof(
    fc.uint8Array({ maxLength: 1500 }),
    fc.nat(bytes.length - 1).map((length) => bytes.slice(0, length)),
    fc.uint8Array({ maxLength: 250 }).map((tail) => Uint8Array.of(...bytes, ...tail, 0)),
  );
  fc.assert(
    fc.property(any, (datagram) => assert.equal(peekBeacon(datagram), null)),
    { seed: 2, numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 120, maxLength: 200 }), (tail) => {
      assert.equal(openBeacon(Uint8Array.of(...start, ...tail)), null);
    }),
    { seed: 2, numRuns: 1000 },
  );
});

test("a beacon without a port, or with a title that holds a control, is none", () => {
  assert.equal(peekBeacon(encodeBeacon({ ...FIELDS, port: 0 }, ANN)), null);
  const bytes = encodeBeacon({ ...FIELDS, title: "ab" }, ANN);
  bytes[66] = 7;
  assert.equal(peekBeacon(bytes), null);
});
