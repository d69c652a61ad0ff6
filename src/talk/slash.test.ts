// What commands tell, wherever they are typed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LOBBY } from "../core/room.ts";
import { FakeChat, here, person } from "../ui/cli/testing/fake-chat.ts";
import { Directory } from "./directory.ts";
import { newsLine } from "./lines.ts";
import { runSlash } from "./slash.ts";
import type { Talker } from "./talker.ts";

const me = person("m", "me");
const ann = person("a", "ann lee");

/** Types a line, and answers with the rows that are told. */
async function typed(line: string): Promise<readonly string[]> {
  const rows: string[] = [];
  const talker: Talker = {
    ...{ chat: new FakeChat(me, [here(ann)]), people: new Directory(me, [ann]), room: LOBBY },
    ...{ here: async () => [here(ann)], own: async () => here(me), say: async () => {}, quit: () => {} },
    ...{ showPast: async () => {}, enter: async () => {}, lookFor: async (find) => find() },
    tell: (...lines) => void rows.push(...lines.flatMap((text) => newsLine(text).text.split("\n"))),
  };
  await runSlash(talker, line);
  return rows;
}

test("/help fits a terminal of 80 columns, each help in its column", async () => {
  const rows = await typed("/help");
  assert.ok(rows.length > 28);
  for (const row of rows) assert.ok(row.length <= 80, row);
  for (const row of rows.filter((row) => row.startsWith(" "))) assert.match(row, /^ {37}\S/);
  for (const row of rows.filter((row) => row.includes("  "))) assert.match(row, /^.{36} \S/);
});

test("/join @NAME tells that the talk is with one person alone", async () => {
  assert.match((await typed("/join @ann lee")).join(), / -- you talk to ann lee alone now: \/leave goes back to #lobby$/);
});
