import assert from "node:assert/strict";
import { test } from "node:test";
import { createSecureContext } from "node:tls";
import { createIdentity } from "../../core/identity.ts";
import { credentialsOf } from "./certificate.ts";
import { ClockFilter } from "./clock-filter.ts";

test("credentials are made once, and TLS takes them", () => {
  const identity = createIdentity();
  const credentials = credentialsOf(identity);
  assert.equal(credentialsOf(identity), credentials);
  assert.ok(createSecureContext(credentials));
});

test("the same key gives the same certificate, another key another", () => {
  const identity = createIdentity();
  assert.equal(credentialsOf({ ...identity }).cert, credentialsOf(identity).cert);
  assert.notEqual(credentialsOf(createIdentity()).cert, credentialsOf(identity).cert);
});

test("the exchange with the least round trip knows the skew best", () => {
  const filter = new ClockFilter();
  assert.equal(filter.best(), null);
  filter.add(1_000, 9_000, 505_900);
  filter.add(20_000, 20_100, 520_050);
  filter.add(30_000, 36_000, 530_100);
  assert.deepEqual(filter.best(), { roundTrip: 100, skew: 500_000 });
});

test("an exchange during which our clock was set back is not counted", () => {
  const filter = new ClockFilter();
  filter.add(2_000, 1_000, 5_000);
  assert.equal(filter.best(), null);
});

test("a clock that was set anew is believed after some exchanges", () => {
  const filter = new ClockFilter();
  filter.add(0, 10, 5);
  for (let at = 1_000; at <= 8_000; at += 1_000) filter.add(at, at + 100, at + 50 + 7_000);
  assert.equal(filter.best()?.skew, 7_000);
});
