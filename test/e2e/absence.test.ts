// Who was away, cut off or killed misses nothing, and the network outlives whoever began it.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { labMissing } from "./namespaces.ts";
import { reads, said, sees, Town } from "./town.ts";

const skip = labMissing();
const NAMES = ["ann", "ben", "eve"] as const;

const numbered = (count: number, what: string): string[] => Array.from({ length: count }, (_, index) => `${what} ${index}`);

test("who is killed in the middle of talk has everything after a new start, once, in order, and is shown what was missed", {
  skip,
}, async () => {
  await using town = await Town.build({ hosts: 3 }, ...NAMES);
  const [ann, ben, eve] = await town.gather(NAMES);
  assert(ann && ben && eve);
  const [before, during] = [numbered(40, "before"), numbered(40, "during")];
  for (const text of before) ann.type(text);
  await reads(eve, 20);
  eve.kill("SIGKILL");
  await eve.ended();
  for (const text of during) ben.type(text);
  await reads(ann, 80);
  await reads(ben, 80);
  const again = town.chat("eve");
  await again.line(/-- \d+ messages while you were away$/);
  await again.until((lines) => during.every((text) => said(lines).includes(text)));
  const shown = said(again.lines);
  assert.deepEqual(
    shown.filter((text) => during.includes(text)),
    during,
  );
  assert.equal(new Set(shown).size, shown.length, "nothing is shown twice");
  const whole = await town.history("ann");
  assert.deepEqual([...whole].sort(), [...before, ...during].sort());
  assert.deepEqual(await town.history("eve"), whole);
  again.type("and I am back");
  await Promise.all([ann, ben].map((chat) => chat.line(/<eve> and I am back$/)));
});

test("when the first peer of the network leaves, the rest carry on", { skip }, async () => {
  await using town = await Town.build({ hosts: 4 }, "ann", "ben", "eve", "zoe");
  const ann = town.chat("ann");
  await ann.line(/-- you are /);
  const [ben, eve] = [town.chat("ben"), town.chat("eve")];
  await town.meet(["ann", "ben", "eve"], [ann, ben, eve]);
  ann.type("I was first");
  await Promise.all([ben, eve].map((chat) => chat.line(/<ann> I was first$/)));
  ann.kill("SIGTERM");
  await ann.ended();
  await Promise.all([ben, eve].map((chat) => chat.line(/-- ann left #lobby$/)));
  ben.type("carrying on");
  await eve.line(/<ben> carrying on$/);
  const zoe = town.chat("zoe");
  await sees(zoe, "ben", "eve");
  assert.deepEqual(await reads(zoe, 2), ["I was first", "carrying on"]);
});

test("a network that was cut in two heals into one history", { skip }, async () => {
  const names = ["ann", "ben", "eve", "zoe"];
  await using town = await Town.build({ hosts: 4 }, ...names);
  const chats = await town.gather(names);
  const [ann, ben, eve, zoe] = chats;
  assert(ann && ben && eve && zoe);
  await town.lab.partition([
    [0, 1],
    [2, 3],
  ]);
  for (let n = 0; n < 20; n++) {
    ann.type(`left ${n}`);
    zoe.type(`right ${n}`);
  }
  await Promise.all([reads(ben, 20), reads(eve, 20)]);
  assert.ok(!said(ben.lines).some((text) => text.startsWith("right")));
  await town.lab.heal();
  await Promise.all(chats.map((chat) => reads(chat, 40, 40_000)));
  const histories = await Promise.all(names.map((name) => town.history(name)));
  assert.equal(new Set(histories[0]).size, 40);
  for (const history of histories) assert.deepEqual(history, histories[0]);
  for (const chat of chats) assert.equal(new Set(said(chat.lines)).size, 40);
});

test("a network that was cut for long heals, too", { skip }, async () => {
  await using town = await Town.build({ hosts: 3 }, ...NAMES);
  const [ann, ben, eve] = await town.gather(NAMES);
  assert(ann && ben && eve);
  await town.lab.partition([[0, 1], [2]]);
  await Promise.all([
    ann.line(/-- eve left #lobby$/, 30_000),
    eve.until((lines) => lines.filter((line) => /left #lobby$/.test(line)).length === 2, 30_000),
  ]);
  ann.type("who misses this");
  eve.type("talking to myself");
  await ben.line(/<ann> who misses this$/);
  await town.lab.heal();
  await Promise.all([ann, ben].map((chat) => chat.line(/<eve> talking to myself$/, 40_000)));
  await eve.line(/<ann> who misses this$/);
  const [whole, ...others] = await Promise.all(NAMES.map((name) => town.history(name)));
  assert.deepEqual([...(whole ?? [])].sort(), ["talking to myself", "who misses this"]);
  for (const history of others) assert.deepEqual(history, whole);
});

test("who comes later reads the last messages on joining", { skip }, async () => {
  await using town = await Town.build({ hosts: 3 }, ...NAMES);
  const [ann, ben] = await town.gather(["ann", "ben"]);
  assert(ann && ben);
  const texts = numbered(30, "line");
  for (const text of texts) ann.type(text);
  await reads(ben, texts.length);
  const eve = town.chat("eve");
  await eve.until((lines) => said(lines).includes("line 29"));
  assert.deepEqual(said(eve.lines).slice(-20), texts.slice(-20));
  await town.eventually(
    () => town.history("eve"),
    (history) => history.join() === texts.join(),
  );
});

test("what was said to one who was away arrives once both are here", { skip }, async () => {
  await using town = await Town.build({ hosts: 2 }, "ann", "ben");
  const [ann, ben] = await town.gather(["ann", "ben"]);
  assert(ann && ben);
  ben.type("/quit");
  await ann.line(/-- ben left #lobby$/);
  ann.type("/msg ben for when you are back");
  await ann.line(/-> \*ben\* for when you are back$/);
  ann.type("/quit");
  assert.equal((await ann.ended()).code, 0);
  const again = town.chat("ben");
  await again.line(/-- you are /);
  const back = town.chat("ann");
  await again.line(/\*ann\* for when you are back$/);
  await sees(back, "ben");
});

test("a message by a peer that runs for it alone reaches those who are here, and is read by those who come later", { skip }, async () => {
  await using town = await Town.build({ hosts: 3 }, ...NAMES);
  const ann = town.chat("ann");
  await ann.line(/-- you are /);
  const sent = await town.run("ben", ["send", "#lobby", "a", "word", "in", "passing", "--name", "ben"]);
  assert.deepEqual([sent.code, sent.out, sent.err], [0, [], ""]);
  await ann.line(/<ben> a word in passing$/);
  const direct = await town.run("ben", ["send", "@ann", "psst", "--wait", "delivered"]);
  assert.equal(direct.code, 0, direct.err);
  await ann.line(/\*ben\* psst$/);
  for (const newcomer of [
    ["history", "#lobby"],
    ["search", "passing"],
    ["export", "#lobby"],
  ]) {
    const { out, err } = await town.run("eve", newcomer);
    assert.match(out.join("\n"), /<ben> a word in passing$/, `${newcomer[0]} ${err}`);
    rmSync(town.home("eve"), { recursive: true });
  }
});
