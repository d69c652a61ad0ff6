import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PeerId } from "../../core/ids.ts";
import { compareKeys } from "../../core/order.ts";
import { BURST, BURST_MS, SETTLE_MS, Settle } from "./settle.ts";

const key = (time: number, author = "a", seq = 1) => ({ time, author: author as PeerId, seq });

test("nothing comes out before it was held long enough", () => {
  const settle = new Settle<string>();
  settle.add("x", key(1), 0);
  assert.deepEqual(settle.release(SETTLE_MS - 1), []);
  assert.equal(settle.due, SETTLE_MS);
  assert.deepEqual(settle.release(SETTLE_MS), ["x"]);
  assert.equal(settle.due, null);
});

test("what was said at the same time comes out in the one order, however it arrived", () => {
  const settle = new Settle<string>();
  settle.add("second", key(5, "b"), 0);
  settle.add("first", key(5, "a"), 30);
  assert.deepEqual(settle.release(SETTLE_MS), ["first", "second"]);
});

test("what was said later waits for its own time", () => {
  const settle = new Settle<string>();
  settle.add("now", key(1), 0);
  settle.add("later", key(2), 50);
  assert.deepEqual(settle.release(SETTLE_MS), ["now"]);
  assert.deepEqual(settle.release(SETTLE_MS + 50), ["later"]);
});

test("in a burst, what was said first has more time to arrive", () => {
  const settle = new Settle<number>();
  for (let n = 1; n <= BURST + 1; n++) settle.add(n, key(n), n);
  assert.deepEqual(settle.release(SETTLE_MS + 20), []);
  settle.add(0, key(0), BURST_MS);
  assert.equal(settle.due, 1 + BURST_MS);
  assert.deepEqual(
    settle.release(BURST_MS + BURST + 1),
    Array.from({ length: BURST + 2 }, (_, n) => n),
  );
});

test("what has no place of its own stays behind what was there before it", () => {
  const settle = new Settle<string>();
  settle.add("b", key(2), 0);
  settle.add("news", null, 1);
  settle.add("a", key(1), 2);
  settle.add("c", key(3), 3);
  assert.deepEqual(settle.release(Number.POSITIVE_INFINITY), ["a", "b", "news", "c"]);
});

test("everything comes out exactly once, and each release is in order", () => {
  const arrivals = fc.array(fc.record({ time: fc.nat(500), gap: fc.nat(80) }), { maxLength: 60 });
  fc.assert(
    fc.property(arrivals, (items) => {
      const settle = new Settle<ReturnType<typeof key>>();
      const out: ReturnType<typeof key>[] = [];
      let now = 0;
      const take = (some: readonly ReturnType<typeof key>[]) => {
        assert.deepEqual(some, some.toSorted(compareKeys));
        out.push(...some);
      };
      for (const [seq, { time, gap }] of items.entries()) {
        now += gap;
        settle.add(key(time, "a", seq), key(time, "a", seq), now);
        take(settle.release(now));
      }
      take(settle.release(Number.POSITIVE_INFINITY));
      assert.deepEqual(
        out.map(({ seq }) => seq).sort((a, b) => a - b),
        [...items.keys()],
      );
    }),
  );
});
