// Networks of another name or secret: those who are not of one network neither see nor hear each other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { labMissing } from "./namespaces.ts";
import type { Running } from "./running.ts";
import { Town } from "./town.ts";

const skip = labMissing();
const NAMES = ["ann", "ben", "eve", "zoe"] as const;

/** Ann and Ben are of one network; Eve and Zoe of others, and neither hears anything of them, even where they dial them. */
async function apart(town: Town, insiders: readonly string[], eves: readonly string[], zoes: readonly string[]): Promise<void> {
  const [ann, ben] = await town.gather(["ann", "ben"], ...insiders);
  assert(ann && ben);
  const dial = ["--peer", town.hostOf("ann").address, "--peer", town.hostOf("ben").address];
  const outsiders = [town.chat("eve", ...eves, ...dial), town.chat("zoe", ...zoes, ...dial)];
  await Promise.all(outsiders.map((chat) => chat.line(/-- Nobody is here yet/)));
  ann.type("a word among us");
  await ben.line(/<ann> a word among us$/);
  ann.type("/msg ben and one between us two");
  await ben.line(/\*ann\* and one between us two$/);
  for (const chat of outsiders) {
    chat.type("is anybody here?");
    await chat.line(/> is anybody here\?$/);
  }
  ben.type("/who");
  await ben.line(/-- ● ann, here$/);
  for (const name of ["eve", "zoe"]) assert.deepEqual([...(await town.people(name)).keys()], [name]);
  assert.deepEqual([...(await town.people("ann")).keys()].sort(), ["ann", "ben"]);
  for (const chat of outsiders) assertSilentOn(chat, /ann|ben|among us|between us/);
  for (const chat of [ann, ben]) assertSilentOn(chat, /eve|zoe|anybody/);
}

/** What came out says nothing of it; what stands before the first line of its own talk may not either. */
function assertSilentOn(chat: Running, pattern: RegExp): void {
  assert.deepEqual(
    chat.lines.filter((line) => pattern.test(line)),
    [],
  );
}

test("different networks do not see each other", { skip }, async () => {
  await using town = await Town.build({ hosts: 4 }, ...NAMES);
  await apart(town, ["--network", "workshop"], ["--network", "office"], []);
});

test("a network with a secret tells nothing to who knows another word, or none", { skip }, async () => {
  await using town = await Town.build({ hosts: 4 }, ...NAMES);
  await apart(town, ["--secret", "mellon"], ["--secret", "melon"], []);
});

test("neither name nor word nor secret passes the wire in the open", { skip: skip || labMissing("tcpdump") }, async () => {
  await using town = await Town.build({ hosts: 3 }, "anneliese", "benedict", "eve");
  const wire = await town.lab.capture();
  const secret = ["--secret", "open-sesame"];
  const eve = town.chat("eve", "--secret", "open-simsim", "--peer", town.hostOf("anneliese").address);
  const [ann, ben] = await town.gather(["anneliese", "benedict"], ...secret);
  assert(ann && ben);
  ann.type("a word among us");
  await ben.line(/<anneliese> a word among us$/);
  await eve.line(/-- Nobody is here yet/);
  const passed = await wire.stop();
  assert.ok(passed.length > 1_000);
  for (const plain of ["anneliese", "benedict", "a word among us", "open-sesame"]) assert.ok(!passed.includes(plain), plain);
});
