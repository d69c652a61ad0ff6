// Calls in their order, appends together.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Appending, Turns } from "./turns.ts";

function watched(): { turns: Turns; log: string[] } {
  const log: string[] = [];
  const turns = new Turns((appends: readonly Appending[]) => {
    log.push(`commit of ${appends.length}`);
    for (const { resolve } of appends) resolve(1);
  });
  return { turns, log };
}

test("appends of one turn of the loop are committed together", async () => {
  const { turns, log } = watched();
  await Promise.all([turns.append([]), turns.append([]), turns.append([])]);
  assert.deepEqual(log, ["commit of 3"]);
});

test("another call runs after the appends before it, and before those after it", async () => {
  const { turns, log } = watched();
  const calls = [turns.append([]), turns.append([]), turns.run(() => void log.push("read")), turns.append([])];
  assert.deepEqual(log, ["commit of 2", "read"]);
  await Promise.all(calls);
  assert.deepEqual(log, ["commit of 2", "read", "commit of 1"]);
});

test("while held, nothing runs; afterwards all does, in order", async () => {
  const { turns, log } = watched();
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = turns.hold(() => promise);
  const calls = [turns.append([]), turns.run(() => void log.push("read"))];
  await new Promise((next) => setImmediate(next));
  assert.deepEqual(log, []);
  resolve();
  await Promise.all([held, ...calls, turns.settled()]);
  assert.deepEqual(log, ["commit of 1", "read"]);
});

test("a call that throws rejects, and the next one runs", async () => {
  const { turns } = watched();
  await assert.rejects(turns.run(() => assert.fail("no")));
  assert.equal(await turns.run(() => 7), 7);
});
