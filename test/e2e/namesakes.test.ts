// Two people of one name: told apart wherever they are shown or meant.

import assert from "node:assert/strict";
import { test } from "node:test";
import { labMissing } from "./namespaces.ts";
import { PATIENCE, Town } from "./town.ts";

const skip = labMissing();

test("two people of one name are told apart by a tag, in what is shown and in what is meant", { skip }, async () => {
  await using town = await Town.build({ hosts: 3 }, "ann", "one", "two");
  const ann = town.chat("ann");
  await ann.line(/-- you are ann/);
  const bens = ["one", "two"].map((home) => town.start(home, "chat", "--name", "ben"));
  const tags: string[] = [];
  for (const home of ["one", "two"]) {
    const { out } = await town.run(home, ["id", "--json"]);
    tags.push((JSON.parse(out[0] ?? "") as { readonly id: string }).id.slice(0, 4));
  }
  await ann.until((lines) => lines.filter((line) => /-- ben\S* joined #lobby$/.test(line)).length === 2, PATIENCE);
  for (const [index, ben] of bens.entries()) {
    ben.type(`I am number ${index}`);
    assert.ok((await ann.line(/number \d$/)).endsWith(`<ben·${tags[index]}> I am number ${index}`));
  }
  const { code, out, err } = await town.run("ann", ["send", "@ben", "which one?"]);
  assert.deepEqual([code, out], [1, []]);
  for (const tag of tags) assert.ok(err.includes(`@ben·${tag}`), err);
  assert.equal((await town.run("ann", ["send", `@ben·${tags[1]}`, "you", "alone", "--wait", "delivered"])).code, 0);
  await bens[1]?.line(/\*ann\* you alone$/);
  ann.type("/msg ben who?");
  assert.match(await ann.line(/several people/), new RegExp(`ben·(${tags.join("|")}), @?ben·(${tags.join("|")})`));
  ann.type(`/msg ben·${tags[0]} and you`);
  await bens[0]?.line(/\*ann\* and you$/);
  assert.ok(!bens[0]?.lines.some((line) => line.includes("you alone")));
  ann.type("/who");
  for (const _ of tags) assert.match(await ann.line(/-- ● /), new RegExp(`ben·(${tags.join("|")}), here$`));
});
