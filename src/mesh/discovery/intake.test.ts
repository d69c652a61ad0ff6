import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createIdentity } from "../../core/identity.ts";
import { type BeaconFields, encodeBeacon } from "../../wire/beacon.ts";
import { Intake } from "./intake.ts";

const TAG = new Uint8Array(8).fill(7);
const HERE = new Uint8Array(8).fill(1);
const START = 1_000_000;
const self = createIdentity();
const bob = createIdentity();
const from = { address: "192.0.2.7", port: 50_000 };

const intake = () => new Intake({ identity: self, instance: HERE, tag: TAG, since: START });
const beacon = (more: Partial<BeaconFields> = {}, identity = bob) =>
  encodeBeacon(
    { kind: "here", tag: TAG, instance: new Uint8Array(8).fill(2), counter: 10, port: 3277, hub: false, title: "", ...more },
    identity,
  );

test("a new peer is seen, and asks to be answered", () => {
  const finding = intake().take(beacon(), from, 0);
  assert.ok(finding?.kind === "seen" && finding.asks);
  assert.deepEqual(finding.sighting.addresses, ["192.0.2.7:3277"]);
});

test("a link-local sender keeps its zone", () => {
  const finding = intake().take(beacon(), { address: "fe80::1%eth0", port: 50_000 }, 0);
  assert.deepEqual(finding?.kind === "seen" && finding.sighting.addresses, ["[fe80::1%eth0]:3277"]);
});

test("the same beacon by another way adds an address; by the same way it is nothing new", () => {
  const it = intake();
  it.take(beacon(), from, 0);
  assert.equal(it.take(beacon(), from, 1), null);
  const finding = it.take(beacon(), { address: "198.51.100.7", port: 50_001 }, 2);
  assert.deepEqual(finding?.kind === "seen" && finding.sighting.addresses, ["198.51.100.7:3277", "192.0.2.7:3277"]);
});

test("answers are not answered, and a peer is answered once a second and only while it is new", () => {
  const it = intake();
  const asksAt = (counter: number, now: number, kind: "here" | "answer" = "here") => {
    const finding = it.take(beacon({ counter, kind }), from, now);
    return finding?.kind === "seen" && finding.asks;
  };
  assert.equal(asksAt(10, 0, "answer"), false);
  assert.equal(asksAt(11, 10), true);
  assert.equal(asksAt(12, 500), false);
  assert.equal(asksAt(13, 2_000), true);
  assert.equal(asksAt(14, 60_000), false);
});

test("an old goodbye or an old sign, replayed, changes nothing", () => {
  const it = intake();
  it.take(beacon({ counter: 20 }), from, 0);
  assert.equal(it.take(beacon({ kind: "bye", counter: 19 }), from, 1), null);
  assert.deepEqual(it.take(beacon({ kind: "bye", counter: 21 }), from, 2), { kind: "left", peer: bob.id });
  assert.equal(it.take(beacon({ kind: "bye", counter: 21 }), from, 3), null);
  assert.equal(it.take(beacon({ counter: 20 }), from, 4), null);
  assert.equal(it.take(beacon({ counter: 22 }), from, 5)?.kind, "seen");
});

test("forged, foreign and own beacons are nothing", () => {
  const forged = beacon();
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  assert.equal(intake().take(forged, from, 0), null);
  assert.equal(intake().take(beacon({ tag: HERE }), from, 0), null);
  assert.equal(intake().take(beacon({ instance: HERE, counter: START + 1 }, self), from, 0), null);
});

test("a copy of this machine is found once; an earlier run of our own is none", () => {
  const it = intake();
  assert.equal(it.take(beacon({ counter: START - 1 }, self), from, 0), null);
  assert.equal(it.take(beacon({ counter: START + 1 }, self), from, 1)?.kind, "copy");
  assert.equal(it.take(beacon({ counter: START + 2 }, self), from, 2), null);
});

test("a flood from one address leaves others heard", () => {
  const it = intake();
  const seen = Array.from({ length: 500 }, (_, i) => it.take(beacon({ counter: i + 1 }), from, 0)).filter(Boolean);
  assert.equal(seen.length, 120);
  assert.equal(it.take(beacon({}, createIdentity()), { address: "192.0.2.8", port: 1 }, 0)?.kind, "seen");
});

test("signature checks are bounded over all addresses", () => {
  const it = intake();
  const forged = beacon();
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  for (let i = 0; i < 700; i += 1) it.take(forged, { address: `10.0.${i >> 8}.${i & 255}`, port: 1 }, 0);
  assert.equal(it.take(beacon(), from, 0), null);
  assert.equal(it.take(beacon({ counter: 11 }), from, 1_000)?.kind, "seen");
});

test("any bytes are taken without a throw", () => {
  const it = intake();
  const valid = beacon();
  let now = 0;
  const mutated = fc.tuple(fc.nat(valid.length - 1), fc.nat(255)).map(([at, byte]) => valid.with(at, byte));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
      now += 100;
      it.take(bytes, from, now);
    }),
    { numRuns: 2_000 },
  );
});
