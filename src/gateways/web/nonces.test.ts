// A request that comes again is answered from memory.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Nonces } from "./nonces.ts";

describe("nonces", () => {
  const counter = () => {
    let runs = 0;
    return () => Promise.resolve(++runs);
  };

  it("run work once per nonce, also while it is under way", async () => {
    const nonces = new Nonces(() => 0);
    const work = counter();
    const answers = await Promise.all([nonces.once("a", work), nonces.once("a", work), nonces.once("b", work)]);
    assert.deepEqual(answers, [1, 1, 2]);
    assert.equal(await nonces.once("a", work), 1);
  });

  it("forget what failed", async () => {
    const nonces = new Nonces(() => 0);
    await assert.rejects(nonces.once("a", () => Promise.reject(new Error("no"))));
    assert.equal(await nonces.once("a", counter()), 1);
  });

  it("forget what is old, and the oldest of too many", async () => {
    let now = 0;
    const nonces = new Nonces(() => now, 3, 1000);
    const work = counter();
    for (const nonce of ["a", "b", "c", "d"]) await nonces.once(nonce, work);
    assert.equal(await nonces.once("b", work), 2);
    assert.equal(await nonces.once("a", work), 5);
    now = 2000;
    await nonces.once("e", work);
    assert.equal(await nonces.once("d", work), 7);
  });
});
