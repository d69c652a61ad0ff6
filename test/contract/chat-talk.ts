// Chat contract: what is said, changed, read back, found and delivered.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation, EntryId } from "../../src/core/ids.ts";
import { compareKeys } from "../../src/core/order.ts";
import { LOBBY } from "../../src/core/room.ts";
import { Listener } from "./listen.ts";
import { rejects, type Stage, TEA, talkWith, textsOf } from "./scene.ts";

const NO_ENTRY = "0".repeat(64) as EntryId;
const NOBODY = `@${"a".repeat(52)}` as Conversation;

export function testTalk(stage: Stage): void {
  testSaying(stage);
  testChanging(stage);
  testReading(stage);
  testDelivery(stage);
}

function testSaying(stage: Stage): void {
  test("what is said comes back as it stands, and reaches everyone", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(bob);
    const said = await ann.say(LOBBY, "  two\n\tlines ");
    assert.deepEqual(
      { ...said, id: "", at: "", key: null },
      {
        ...{ id: "", at: "", key: null, room: LOBBY, from: ann.self(), text: "  two\n\tlines " },
        ...{ edited: false, redacted: false, replyTo: null, reactions: [], ahead: false },
      },
    );
    assert.match(said.at, /^2027-01-15T08:00:\d\d\.\d{3}Z$/);
    assert.deepEqual(await heard.message(said.text), said);
  });

  test("a burst keeps the order in which it was said", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(bob);
    const texts = Array.from({ length: 500 }, (_, index) => `message ${index}`);
    const said = await Promise.all(texts.map((text) => ann.say(LOBBY, text)));
    await heard.message("message 499");
    assert.deepEqual(heard.texts, texts);
    assert.deepEqual(
      said.toSorted((a, b) => compareKeys(a.key, b.key)),
      said,
    );
    assert.deepEqual(await textsOf(ann, LOBBY), texts);
  });

  test("controls and marks that reorder text are taken out", async (context) => {
    const { ann } = await stage(context);
    assert.equal((await ann.say(LOBBY, "a\u001b[31mb\u202ec\r\nd")).text, "a[31mbc\nd");
  });

  test("nothing to say, too much, nobody to hear, no such room", async (context) => {
    const { ann } = await stage(context);
    await rejects(ann.say(LOBBY, " \n\u0007"), "bad-input");
    await rejects(ann.say(LOBBY, "é".repeat(30_001)), "too-large");
    await rejects(ann.say(NOBODY, "hello"), "not-found");
    await rejects(ann.say("tea" as Conversation, "hello"), "bad-input");
    await rejects(ann.say("#a b" as Conversation, "hello"), "bad-input");
    assert.equal((await ann.say(LOBBY, "é".repeat(30_000))).text.length, 30_000);
  });

  test("a reply names what it answers", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(bob);
    const question = await ann.say(LOBBY, "tea?");
    await heard.message("tea?");
    const answer = await bob.say(LOBBY, "yes", { replyTo: question.id });
    assert.equal(answer.replyTo, question.id);
  });

  test("direct talk reaches one and no one else", async (context) => {
    const { ann, bob, cy } = await stage(context);
    const [atBob, atCy] = [await Listener.to(bob), await Listener.to(cy)];
    await ann.say(talkWith(bob), "between us");
    await ann.say(LOBBY, "for all");
    assert.equal((await atBob.message("between us")).room, talkWith(ann));
    await atCy.message("for all");
    assert.deepEqual(atCy.texts, ["for all"]);
    assert.deepEqual(await textsOf(cy, talkWith(ann)), []);
    assert.deepEqual(await cy.search("between", { limit: 10 }), []);
  });

  test("notes to oneself stay with oneself", async (context) => {
    const { ann, bob } = await stage(context);
    const note = await ann.say(talkWith(ann), "buy tea");
    assert.equal(note.room, talkWith(ann));
    await ann.delivered(note.id);
    assert.deepEqual(await textsOf(ann, talkWith(ann)), ["buy tea"]);
    assert.deepEqual(await bob.search("tea", { limit: 10 }), []);
  });

  test("to say something in an open room is to join it", async (context) => {
    const { ann } = await stage(context);
    await ann.say(TEA, "first");
    assert.equal((await ann.rooms()).find(({ room }) => room === TEA)?.joined, true);
  });
}

function testChanging(stage: Stage): void {
  test("an edit changes the text for everyone and says what it was", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(bob);
    const said = await ann.say(LOBBY, "helo");
    const edited = await ann.edit(said.id, "hello");
    assert.deepEqual(edited, { ...said, text: "hello", edited: true });
    const event = await heard.hears("edited");
    assert.deepEqual([event.message, event.previous, event.by], [edited, "helo", ann.self()]);
    await ann.edit(said.id, "hello!");
    assert.equal((await heard.hears("edited", ({ message }) => message.text === "hello!")).previous, "hello");
    assert.deepEqual(await textsOf(bob, LOBBY), ["hello!"]);
  });

  test("a redacted message is empty, for good and everywhere", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(bob);
    const said = await ann.say(LOBBY, "secret");
    await ann.edit(said.id, "secret2");
    await ann.redact(said.id);
    await ann.redact(said.id);
    const event = await heard.hears("redacted");
    assert.deepEqual([event.room, event.id, event.by], [LOBBY, said.id, ann.self()]);
    await rejects(ann.edit(said.id, "again"), "not-allowed");
    for (const chat of [ann, bob]) {
      const [message] = await chat.history(LOBBY, { limit: 10 });
      assert.deepEqual([message?.id, message?.text, message?.redacted], [said.id, "", true]);
      assert.deepEqual(await chat.search("secret", { limit: 10 }), []);
    }
  });

  test("only the author may edit or redact", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(bob);
    const said = await ann.say(LOBBY, "mine");
    await heard.message("mine");
    await rejects(bob.edit(said.id, "yours"), "not-allowed");
    await rejects(bob.redact(said.id), "not-allowed");
    await rejects(ann.edit(NO_ENTRY, "what"), "not-found");
    await rejects(ann.redact(NO_ENTRY), "not-found");
    await rejects(ann.edit(said.id, " "), "bad-input");
  });

  test("reactions are gathered per emoji and can be taken back", async (context) => {
    const { ann, bob } = await stage(context);
    const [atAnn, atBob] = [await Listener.to(ann), await Listener.to(bob)];
    const { id } = await ann.say(LOBBY, "cake");
    await atBob.message("cake");
    await ann.react(id, "👍");
    await bob.react(id, "👍");
    await bob.react(id, "🍰");
    const event = await atAnn.hears("reacted", ({ emoji }) => emoji === "🍰");
    assert.deepEqual([event.room, event.id, event.by, event.on], [LOBBY, id, bob.self(), true]);
    const [message] = await ann.history(LOBBY, { limit: 1 });
    assert.deepEqual(message?.reactions, [
      { emoji: "👍", by: [ann.self(), bob.self()] },
      { emoji: "🍰", by: [bob.self()] },
    ]);
    await bob.react(id, "🍰", false);
    await atAnn.hears("reacted", ({ on }) => !on);
    assert.deepEqual((await ann.history(LOBBY, { limit: 1 }))[0]?.reactions, message.reactions.slice(0, 1));
    await rejects(ann.react(NO_ENTRY, "👍"), "not-found");
    await rejects(ann.react(id, " "), "bad-input");
    await rejects(ann.react(id, "x".repeat(100)), "too-large");
  });
}

function testReading(stage: Stage): void {
  test("history comes in pages, ascending, before and after a place", async (context) => {
    const { ann } = await stage(context);
    const said = await Promise.all(Array.from({ length: 10 }, (_, index) => ann.say(LOBBY, `m${index}`)));
    const texts = async (query: Parameters<typeof ann.history>[1]) => (await ann.history(LOBBY, query)).map(({ text }) => text);
    assert.deepEqual(await texts({ limit: 3 }), ["m7", "m8", "m9"]);
    assert.deepEqual(await texts({ limit: 3, before: said[7]?.key }), ["m4", "m5", "m6"]);
    assert.deepEqual(await texts({ limit: 3, after: said[7]?.key }), ["m8", "m9"]);
    assert.deepEqual(await texts({ limit: 2, after: said[3]?.key }), ["m4", "m5"]);
    assert.deepEqual(await ann.history(TEA, { limit: 3 }), []);
    await rejects(ann.history(LOBBY, { limit: 0 }), "bad-input");
  });

  test("search finds words in any script, newest first, in one room or all", async (context) => {
    const { ann } = await stage(context);
    await ann.say(LOBBY, "green tea");
    await ann.say(TEA, "black tea, 日本茶");
    const found = async (words: string, room?: Conversation) => (await ann.search(words, { limit: 10, room })).map(({ text }) => text);
    assert.deepEqual(await found("tea"), ["black tea, 日本茶", "green tea"]);
    assert.deepEqual(await found("tea", LOBBY), ["green tea"]);
    assert.deepEqual(await found("日本"), ["black tea, 日本茶"]);
    assert.deepEqual(await found("coffee"), []);
    await rejects(ann.search(" ", { limit: 10 }), "bad-input");
  });

  test("search finds a message by what it says now", async (context) => {
    const { ann } = await stage(context);
    const { id } = await ann.say(LOBBY, "coffee at three");
    await ann.edit(id, "cocoa at three");
    assert.deepEqual(await ann.search("coffee", { limit: 10 }), []);
    assert.deepEqual(
      (await ann.search("cocoa", { limit: 10 })).map((message) => message.id),
      [id],
    );
  });

  test("those who were apart hold one history in one order", async (context) => {
    const { ann, bob, cy, neighbourhood } = await stage(context);
    neighbourhood.part();
    for (const chat of [ann, bob, cy, bob, ann]) await chat.say(LOBBY, `${chat.self().name} alone`);
    const heard = await Listener.to(cy);
    neighbourhood.join();
    await neighbourhood.settle();
    await ann.say(LOBBY, "together");
    await heard.message("together");
    const histories = await Promise.all([ann, bob, cy].map((chat) => chat.history(LOBBY, { limit: 100 })));
    assert.equal(histories[0]?.length, 6);
    assert.deepEqual(histories[1], histories[0]);
    assert.deepEqual(histories[2], histories[0]);
  });
}

function testDelivery(stage: Stage): void {
  test("a message is delivered once the other side holds it", async (context) => {
    const { ann, bob, neighbourhood } = await stage(context);
    neighbourhood.part();
    const [toBob, toAll] = [await ann.say(talkWith(bob), "later"), await ann.say(LOBBY, "later")];
    const order: string[] = [];
    const delivered = Promise.all([ann.delivered(toBob.id), ann.delivered(toAll.id)]).then(() => order.push("delivered"));
    await neighbourhood.settle();
    order.push("joined");
    neighbourhood.join();
    await delivered;
    assert.deepEqual(order, ["joined", "delivered"]);
    await ann.delivered(toBob.id);
  });

  test("waiting for delivery can be given up, and needs a message", async (context) => {
    const { ann, bob, neighbourhood } = await stage(context);
    neighbourhood.part();
    const said = await ann.say(talkWith(bob), "are you there?");
    const given = new AbortController();
    const waiting = ann.delivered(said.id, given.signal);
    given.abort();
    await assert.rejects(waiting);
    await rejects(ann.delivered(NO_ENTRY), "not-found");
  });
}
