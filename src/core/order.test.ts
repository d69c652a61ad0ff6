// The order of a room: total and transitive, whatever the clocks say.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PeerId } from "./ids.ts";
import { compareKeys, nextStamp } from "./order.ts";
import type { OrderKey } from "./ports/store.ts";

const key: fc.Arbitrary<OrderKey> = fc.record(
  {
    time: fc.oneof(fc.nat(3), fc.maxSafeNat()),
    author: fc.constantFrom("a", "b", "c") as fc.Arbitrary<PeerId>,
    seq: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  },
  { noNullPrototype: true },
);
const RUNS = { seed: 2, numRuns: 3000 };
const sign = (a: OrderKey, b: OrderKey): number => Math.sign(compareKeys(a, b));

test("of two keys one comes first, unless they are the same", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.ok(sign(a, b) + sign(b, a) === 0);
      assert.equal(sign(a, b) === 0, a.time === b.time && a.author === b.author && a.seq === b.seq);
    }),
    RUNS,
  );
});

test("what comes before what comes before comes before", () => {
  fc.assert(
    fc.property(key, key, key, (a, b, c) => {
      if (sign(a, b) <= 0 && sign(b, c) <= 0) assert.ok(sign(a, c) <= 0);
    }),
    RUNS,
  );
});

test("sorting gives the same whatever the order of arrival", () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 30 }), (keys) => {
      assert.deepEqual(keys.toSorted(compareKeys), keys.toReversed().toSorted(compareKeys));
    }),
    { seed: 2, numRuns: 500 },
  );
});

test("a stamp is beyond all that was seen, and never before now", () => {
  assert.equal(nextStamp(10, 5), 10);
  assert.equal(nextStamp(10, 10), 11);
  assert.equal(nextStamp(10, 50), 51);
});
