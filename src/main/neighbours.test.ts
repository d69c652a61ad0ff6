// What a damaged memory of neighbours may do: be forgotten, nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createIdentity } from "../core/identity.ts";
import { memoryStore } from "../store/memory.ts";
import { recallNeighbours } from "./neighbours.ts";

const { id: peer } = createIdentity();

test("who was met is known in the next run, at the latest addresses", async () => {
  const store = memoryStore();
  const first = await recallNeighbours(store);
  for (const address of ["10.0.0.1:1", "10.0.0.2:2", "[fe80::1%eth0]:3"]) first.remember({ peer, addresses: [address] });
  assert.deepEqual((await recallNeighbours(store)).known, [{ peer, addresses: ["[fe80::1%eth0]:3", "10.0.0.2:2", "10.0.0.1:1"] }]);
});

test("damaged memory is none, and stops no start", async () => {
  const whole = JSON.stringify([[peer, ["10.0.0.1:1"]]]);
  const damaged = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(fc.nat(whole.length), fc.string()).map(([at, text]) => whole.slice(0, at) + text + whole.slice(at + 1)),
    fc.json().map((json) => `[["${peer}",${json}],${json}]`),
  );
  await fc.assert(
    fc.asyncProperty(damaged, async (text) => {
      const store = memoryStore();
      await store.remember("neighbours", text);
      const { known } = await recallNeighbours(store);
      assert.ok(known.every(({ addresses }) => addresses.length > 0 && addresses.length <= 4));
    }),
    { numRuns: 5_000 },
  );
});
