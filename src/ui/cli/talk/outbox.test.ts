// What was typed is said in its order, also where it comes too fast for the other side.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ChatError } from "../../../core/errors.ts";
import { LOBBY } from "../../../core/room.ts";
import { FakeChat, person } from "../testing/fake-chat.ts";
import { Outbox } from "./outbox.ts";

const tooFast = () => new ChatError("rate-limited", "too fast");

function newOutbox(refusals: (ChatError | null)[] = []) {
  const chat = new FakeChat(person("m", "me"));
  chat.refusals = refusals;
  const refused: string[] = [];
  const outbox = new Outbox(chat, (text, { code }) => refused.push(`${text}: ${code}`));
  const say = async (...texts: readonly string[]) => {
    for (const text of texts) await outbox.say(LOBBY, text);
    await outbox.idle();
  };
  return { outbox, refused, say, said: () => chat.said.map(({ text }) => text) };
}

test("what is refused for the moment is said before what was typed after it", async () => {
  const { say, said, refused } = newOutbox([null, tooFast(), tooFast(), null, tooFast()]);
  await say("one", "two", "three");
  assert.deepEqual([said(), refused], [["one", "two", "three"], []]);
});

test("what is refused for good is told, and the rest is said", async () => {
  const { say, said, refused } = newOutbox([null, new ChatError("not-allowed", "muted")]);
  await say("one", "two", "three");
  assert.deepEqual([said(), refused], [["one", "three"], ["two: not-allowed"]]);
});

test("what is neither said nor refused yet is known in its order", async () => {
  const { outbox, said } = newOutbox([tooFast(), tooFast()]);
  for (const text of ["one", "two"]) await outbox.say(LOBBY, text);
  assert.deepEqual(outbox.unsaid, ["one", "two"]);
  await outbox.idle();
  assert.deepEqual([said(), outbox.unsaid], [["one", "two"], []]);
});

test("a text too long for one message becomes several, none of them with half a character", async () => {
  const { say, said } = newOutbox();
  await say("ä".repeat(50_000));
  assert.ok(said().length > 1);
  assert.equal(said().join(""), "ä".repeat(50_000));
});
