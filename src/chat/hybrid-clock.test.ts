// The hybrid clock, when the time it is given leaps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HybridClock } from "./hybrid-clock.ts";

const HOUR = 3_600_000_000;

test("stamps grow, whatever was seen in bounds", () => {
  const clock = new HybridClock(() => HOUR);
  const stamps = [clock.stamp(), clock.stamp()];
  clock.observe([HOUR + 60_000_000]);
  stamps.push(clock.stamp());
  assert.deepEqual(stamps, [HOUR, HOUR + 1, HOUR + 60_000_001]);
});

test("a clock that is set back a little goes on where it was, one set back by hours starts from there", () => {
  let now = 10 * HOUR;
  const clock = new HybridClock(() => now);
  const first = clock.stamp();
  now -= 60_000_000;
  assert.equal(clock.stamp(), first + 1);
  now = 7 * HOUR;
  clock.observe([7 * HOUR + 5]);
  assert.equal(clock.stamp(), 7 * HOUR + 6, "beyond what is seen now, not beyond what it once said");
});
