// A bad network: everything comes late, a tenth of it never. Nothing that is said is lost, twice or out of order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { labMissing } from "./namespaces.ts";
import { reads, said, Town } from "./town.ts";

const skip = labMissing("python3");
const NAMES = ["ann", "ben", "eve"] as const;
const EACH = 100;

test("with 200 ms of delay and a tenth lost, three people read all that each of them says, once and in order", {
  skip,
  timeout: 150_000,
}, async () => {
  await using town = await Town.build({ hosts: 3, lossy: { delay: 200, loss: 0.1, seed: 11 } }, ...NAMES);
  const chats = await town.gather(NAMES);
  for (let n = 0; n < EACH; n++) {
    for (const [index, chat] of chats.entries()) chat.type(`${NAMES[index]} ${n}`);
    await Promise.all(chats.map((chat, index) => chat.until((lines) => lines.some((line) => line.endsWith(`> ${NAMES[index]} ${n}`)))));
  }
  const all = EACH * NAMES.length;
  for (const chat of chats) {
    const shown = await reads(chat, all, 60_000);
    assert.equal(new Set(shown).size, all);
    for (const name of NAMES) {
      const own = shown.filter((text) => text.startsWith(name));
      assert.deepEqual(
        own,
        Array.from({ length: EACH }, (_, n) => `${name} ${n}`),
        "each speaker's words stand in their order",
      );
    }
  }
  const [whole, ...others] = await Promise.all(NAMES.map((name) => town.history(name)));
  assert.equal(whole?.length, all);
  for (const history of others) assert.deepEqual(history, whole);
  for (const chat of chats) assert.equal(said(chat.lines).length, all, "nothing was shown again meanwhile");
});
