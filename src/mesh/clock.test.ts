import assert from "node:assert/strict";
import { test } from "node:test";
import type { PeerId } from "../core/ids.ts";
import { NetworkClock } from "./clock.ts";

const HOUR = 3_600_000_000;
const peer = (i: number) => `peer${i}` as PeerId;

test("alone, a clock is as it is", () => {
  assert.equal(new NetworkClock().offset(), 0);
});

test("two peers whose clocks differ by three hours agree on the middle", () => {
  const [early, late] = [new NetworkClock(), new NetworkClock()];
  early.measured(peer(1), 3 * HOUR);
  late.measured(peer(0), -3 * HOUR);
  assert.equal(0 + early.offset(), 3 * HOUR + late.offset());
});

test("everyone in a full mesh comes to the same time, whatever the order of measuring", () => {
  const clocks = [0, 5 * HOUR, -2 * HOUR, 70_000, 12 * HOUR];
  const times = clocks.map((own, i) => {
    const clock = new NetworkClock();
    const others = clocks.map((other, j) => ({ j, skew: other - own })).filter(({ j }) => j !== i);
    for (const { j, skew } of i % 2 ? others.toReversed() : others) clock.measured(peer(j), skew);
    return own + clock.offset();
  });
  assert.deepEqual(new Set(times), new Set([70_000]));
});

test("one wrong clock among three moves nobody but itself", () => {
  const good = new NetworkClock();
  good.measured(peer(1), 0);
  good.measured(peer(2), 9 * HOUR);
  assert.equal(good.offset(), 0);
});

test("differences as small as latency change nothing", () => {
  const clock = new NetworkClock();
  clock.measured(peer(1), 60_000);
  assert.equal(clock.offset(), 0);
  clock.measured(peer(1), 200_000);
  assert.equal(clock.offset(), 100_000);
  clock.measured(peer(1), 220_000);
  assert.equal(clock.offset(), 100_000);
});

test("when all links are gone the last offset stays", () => {
  const clock = new NetworkClock();
  clock.measured(peer(1), 2 * HOUR);
  clock.gone(peer(1));
  assert.equal(clock.offset(), HOUR);
});

test("who is far off is told once, and once when it is good again", () => {
  const clock = new NetworkClock();
  assert.equal(clock.measured(peer(1), 3 * HOUR), "off");
  assert.equal(clock.measured(peer(2), 3 * HOUR), null);
  assert.equal(clock.measured(peer(1), 0), "good");
  assert.equal(clock.measured(peer(2), 0), null);
});

test("a difference that is no number is not believed", () => {
  const clock = new NetworkClock();
  clock.measured(peer(1), Number.NaN);
  clock.measured(peer(2), Number.POSITIVE_INFINITY);
  assert.equal(clock.offset(), 0);
});
