// The small runs of the simulator; `npm run sim` is the large one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "./scenario.ts";

/** One copy per receiver, and a little for the tree that mends itself. */
const MOST_COPIES = 1.1;

const SIZES = [
  { peers: 2, seeds: 4 },
  { peers: 3, seeds: 4 },
  { peers: 12, seeds: 4 },
  { peers: 41, seeds: 1 },
  { peers: 60, seeds: 4 },
];

for (const { peers, seeds } of SIZES) {
  for (let seed = 101; seed < 101 + seeds; seed++) {
    test(`${peers} peers become equal whatever happens (again: npm run sim -- --peers ${peers} --seed ${seed})`, () => {
      const { calmCopies } = simulate({ peers, seed });
      assert.ok(calmCopies < MOST_COPIES, `${calmCopies} copies per receiver`);
    });
  }
}
