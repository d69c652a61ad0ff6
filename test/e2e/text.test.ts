// What people type comes out as it went in, on another computer: long, many, and in any script.

import assert from "node:assert/strict";
import { test } from "node:test";
import { labMissing } from "./namespaces.ts";
import { reads, sees, Town } from "./town.ts";

const skip = labMissing();
const HOSTS = { hosts: 2 } as const;

test("a paste of a hundred lines arrives line by line, in order", { skip }, async () => {
  await using town = await Town.build(HOSTS, "ann", "ben");
  const [ann, ben] = await town.gather(["ann", "ben"]);
  assert(ann && ben);
  const paste = Array.from({ length: 100 }, (_, index) => `${" ".repeat(index % 8)}line ${index} of the paste`);
  ann.type(paste.join("\n"));
  assert.deepEqual(await reads(ben, paste.length), paste);
  assert.deepEqual(await reads(ann, paste.length), paste);
  assert.deepEqual(await town.history("ben"), paste);
});

test("a line of 10,000 characters is one message", { skip }, async () => {
  await using town = await Town.build(HOSTS, "ann", "ben");
  const [ann, ben] = await town.gather(["ann", "ben"]);
  assert(ann && ben);
  const long = "abcdefghi ".repeat(1_000).trimEnd();
  ann.type(long);
  assert.deepEqual(await reads(ben, 1), [long]);
  const wide = "図書館".repeat(3_333);
  ben.type(wide);
  assert.deepEqual(await reads(ann, 2), [long, wide]);
});

const TEXTS = [
  ["emoji", "👍🏽 👩‍👩‍👧‍👦 🇸🇨 ❤️ 🫠"],
  ["Hebrew and Arabic", "שלום, עולם — مرحبا بالعالم (abc) 123"],
  ["Chinese, Japanese and Korean", "你好,世界。こんにちは。안녕하세요"],
  ["combining marks, kept as typed", "e\u0301 नमस्ते ไทย"],
  ["markup and quotes", `<ann> *bold* "quotes" \\n $HOME \`id\` & ; | --help`],
] as const;

test("every script comes out as it went in, in what is said, done and set", { skip }, async () => {
  await using town = await Town.build(HOSTS, "ann", "ben");
  const [ann, ben] = await town.gather(["ann", "ben"]);
  assert(ann && ben);
  for (const [what, text] of TEXTS) {
    ann.type(text);
    assert.ok((await ben.line(/<ann> /)).endsWith(`] <ann> ${text}`), what);
    ann.type(`/status ${text}`);
    assert.ok((await ben.line(/-- ann is here: /)).endsWith(`-- ann is here: ${text}`), what);
  }
  assert.deepEqual(
    await town.history("ben"),
    TEXTS.map(([, text]) => text),
  );
  const { code, err } = await town.run("ben", ["send", "@ann", TEXTS[0][1], "--wait", "delivered"]);
  assert.equal(code, 0, err);
  assert.ok((await ann.line(/\*ben\* /)).endsWith(`*ben* ${TEXTS[0][1]}`));
});

test("names of any script are shown, and can be talked to", { skip }, async () => {
  const names = ["José Łukasz", "דניאל", "山田 太郎", "🦊 fox"];
  await using town = await Town.build({ hosts: 4 }, ...names);
  const chats = await town.gather(names);
  const [jose] = chats;
  for (const [index, name] of names.entries()) {
    const chat = chats[index];
    if (!chat || !jose || index === 0) continue;
    jose.type(`/msg ${name} hello ${name}`);
    assert.ok((await chat.line(/\*José Łukasz\* /)).endsWith(`*José Łukasz* hello ${name}`));
    chat.type(`I am ${name}`);
    assert.ok((await jose.line(/> I am /)).endsWith(`<${name}> I am ${name}`));
  }
});

test("names that nobody could read are refused: at the start with 2, in chat with a line", { skip }, async () => {
  await using town = await Town.build(HOSTS, "ann", "ben");
  for (const name of [
    "\u001b[31mred",
    "a\u0007b",
    "a\nb\u0000".replace("\u0000", "\u0001"),
    "\u202eevil",
    "\u200b",
    " ",
    "x".repeat(10_000),
  ]) {
    const { code, out, err } = await town.run("ann", ["run", "--name", name]);
    assert.deepEqual([code, out], [2, []], JSON.stringify(name));
    assert.match(err, /^earshot: [\x20-\x7e…"“”·]+\n$/u);
  }
  const ann = town.chat("ann");
  const ben = town.chat("ben");
  await sees(ben, "ann");
  ann.type("/nick \u001b[31mred");
  assert.doesNotMatch(await ann.line(/name/), /\u001b/);
  ann.type("still ann");
  await ben.line(/<ann> still ann$/);
});
