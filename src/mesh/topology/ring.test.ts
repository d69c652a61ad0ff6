import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PeerId } from "../../core/ids.ts";
import { Ring } from "./ring.ts";

const ids = fc.uniqueArray(fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz234567"), minLength: 6, maxLength: 6 }), {
  minLength: 1,
  maxLength: 80,
});

test("whoever is there, links to ring neighbours alone connect everyone, and both sides want them", () => {
  fc.assert(
    fc.property(ids, (texts) => {
      const peers = texts as PeerId[];
      const ring = new Ring();
      for (const peer of peers) ring.add(peer);
      const reached = new Set<PeerId>();
      const open = [peers[0] as PeerId];
      for (let peer = open.pop(); peer; peer = open.pop()) {
        if (reached.has(peer)) continue;
        reached.add(peer);
        for (const next of ring.neighbours(peer, 2)) {
          assert.ok(ring.neighbours(next, 2).has(peer));
          open.push(next);
        }
      }
      assert.equal(reached.size, peers.length);
    }),
    { seed: 20, numRuns: 300 },
  );
});

test("a ring holds each id once, in order, and forgets it", () => {
  fc.assert(
    fc.property(ids, (texts) => {
      const ring = new Ring();
      for (const text of [...texts, ...texts]) ring.add(text as PeerId);
      assert.deepEqual(ring.all(), texts.toSorted());
      for (const text of texts) assert.ok(ring.delete(text as PeerId));
      assert.equal(ring.size, 0);
    }),
    { seed: 21, numRuns: 100 },
  );
});
