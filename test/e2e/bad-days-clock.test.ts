// Clocks that are wrong by hours: people talk as if they agreed, and who is off is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, Homes } from "./cli.ts";
import type { Running } from "./running.ts";

const HOUR = 3_600_000;
const BEHIND_OR_AHEAD = /this computer's clock is (90|179|180|181) minutes (behind|ahead of) the others here/;

test("two whose clocks differ by three hours talk in one order, with the same times, and are told once", async () => {
  await using homes = new Homes();
  const relay = homes.startPeer("eve", "run", "--name", "eve", "--no-discovery");
  const address = addressOf(await relay.line(/^ready /));
  const bob = shifted(3 * HOUR, () => homes.startPeer("bob", "chat", "--name", "bob", "--no-discovery", "--peer", address));
  const cid = homes.startPeer("cid", "chat", "--name", "cid", "--no-discovery", "--peer", address);
  await Promise.all([bob.line(BEHIND_OR_AHEAD, 20_000), cid.line(/bob/)]);
  for (let i = 0; i < 6; i++) await inTurn(i % 2 === 0 ? [bob, cid] : [cid, bob], `line ${i}.`);
  const [atCid, atBob] = await Promise.all([history(homes, "cid"), history(homes, "bob")]);
  assert.deepEqual(atBob, atCid);
  assert.deepEqual(
    atCid.map(({ text }) => text),
    [0, 1, 2, 3, 4, 5].map((i) => `line ${i}.`),
  );
  for (const { at } of atCid) assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000, `${at} is the time of most`);
  assert.equal(bob.lines.filter((line) => BEHIND_OR_AHEAD.test(line)).length, 1);
  assert.equal(cid.lines.filter((line) => BEHIND_OR_AHEAD.test(line)).length, 0);
});

test("with nobody else to ask, two whose clocks differ by three hours still stand in one order, with the same times", async () => {
  await using homes = new Homes();
  const relay = homes.startPeer("ann", "run", "--name", "ann", "--no-discovery");
  const address = addressOf(await relay.line(/^ready /));
  const ann = homes.start("ann", "chat");
  const bob = shifted(-3 * HOUR, () => homes.startPeer("bob", "chat", "--name", "bob", "--no-discovery", "--peer", address));
  await Promise.all([ann.line(/bob/), bob.line(/ann/)]);
  for (let i = 0; i < 6; i++) await inTurn(i % 2 === 0 ? [bob, ann] : [ann, bob], `line ${i}.`);
  const [atAnn, atBob] = await Promise.all([history(homes, "ann"), history(homes, "bob")]);
  assert.deepEqual(atBob, atAnn);
  assert.deepEqual(
    atAnn.map(({ text }) => text),
    [0, 1, 2, 3, 4, 5].map((i) => `line ${i}.`),
  );
});

/** One says it, the other reads it. */
async function inTurn([from, to]: readonly [Running, Running], text: string): Promise<void> {
  from.type(text);
  await to.line(new RegExp(`> ${text.replace(".", "\\.")}$`));
}

async function history(homes: Homes, home: string) {
  const { out } = await homes.run(home, ["history", "#lobby", "--json"]);
  return out.map((line) => JSON.parse(line) as { readonly text: string; readonly at: string }).map(({ text, at }) => ({ text, at }));
}

/** What is started by `begin` has its clock so many milliseconds off. */
function shifted(by: number, begin: () => Running): Running {
  const script = `const now = Date.now; Date.now = () => now() + ${by};`;
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `${before ?? ""} --import=data:text/javascript,${encodeURIComponent(script)}`;
  try {
    return begin();
  } finally {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  }
}
