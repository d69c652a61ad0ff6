// Chat contract: watching, resuming, closing.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chat, ChatEvent } from "../../src/core/ports/chat.ts";
import { LOBBY } from "../../src/core/room.ts";
import { Listener } from "./listen.ts";
import { rejects, type Stage, TEA, talkWith } from "./scene.ts";

/** Those that are part of history. People are left out by name: an event of old shows everyone by the name of today. */
const stored = (events: readonly ChatEvent[]): { readonly cursor: number }[] =>
  JSON.parse(JSON.stringify(events.filter(({ cursor }) => cursor !== null)), function (this: object, key: string, value: unknown) {
    return key === "name" && "id" in this ? "" : value;
  });

export function testWatch(stage: Stage): void {
  test("a watch tells what comes after it stands, until it is stopped", async (context) => {
    const { ann } = await stage(context);
    await ann.say(LOBBY, "before");
    const heard = await Listener.to(ann);
    await ann.say(LOBBY, "during");
    await heard.message("during");
    heard.stop();
    const other = await Listener.to(ann);
    await ann.say(LOBBY, "after");
    await other.message("after");
    assert.deepEqual(heard.texts, ["during"]);
    assert(other.cursor > heard.cursor);
  });

  test("a watch after a cursor tells all that was stored since: the same events, once, in order", async (context) => {
    const { ann, bob } = await stage(context);
    const live = await Listener.to(ann);
    await allKinds(ann, bob, live);
    const told = stored(live.events);
    assert(told.length >= 10);
    for (const { cursor } of [{ cursor: live.cursor }, ...told]) {
      const replay = await Listener.to(ann, cursor);
      replay.stop();
      assert.deepEqual(
        stored(replay.events),
        told.filter((event) => event.cursor > cursor),
      );
    }
  });

  test("cursors ascend", async (context) => {
    const { ann, bob } = await stage(context);
    const live = await Listener.to(ann);
    await allKinds(ann, bob, live);
    const cursors = stored(live.events).map(({ cursor }) => cursor);
    assert.deepEqual(
      cursors,
      [...new Set(cursors)].sort((a, b) => a - b),
    );
  });

  test("no event is lost or doubled where a replay meets live talk", async (context) => {
    const { ann } = await stage(context);
    const first = await Listener.to(ann);
    const texts = Array.from({ length: 600 }, (_, index) => `m${index}`);
    const said = texts.map((text) => ann.say(LOBBY, text));
    await said[50];
    const watches: Promise<Listener>[] = [];
    for (let index = 0; index < 20; index++) {
      watches.push(Listener.to(ann, first.cursor));
      await said[50 + index * 20];
    }
    await Promise.all(said);
    await ann.say(LOBBY, "last");
    for (const watch of await Promise.all(watches)) {
      await watch.message("last");
      assert.deepEqual(watch.texts, [...texts, "last"]);
    }
  });

  test("closing ends watches with `closed`, and everything after it is refused", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(ann);
    const said = await ann.say(LOBBY, "bye");
    await ann.close();
    await ann.close();
    assert.equal(heard.ended, "closed");
    await rejects(ann.say(LOBBY, "too late"), "closed");
    await rejects(ann.edit(said.id, "too late"), "closed");
    await rejects(ann.react(said.id, "👍"), "closed");
    await rejects(ann.join(TEA), "closed");
    await rejects(ann.history(LOBBY, { limit: 1 }), "closed");
    await rejects(ann.people(), "closed");
    await rejects(ann.rooms(), "closed");
    await rejects(ann.rename("x"), "closed");
    await rejects(ann.watch({ event: () => {} }), "closed");
    await bob.say(LOBBY, "goes on");
  });
}

/** Events of every kind that is part of history, from both sides. */
async function allKinds(ann: Chat, bob: Chat, atAnn: Listener): Promise<void> {
  const atBob = await Listener.to(bob);
  const { id } = await ann.say(LOBBY, "one");
  await ann.edit(id, "two");
  await ann.edit(id, "three");
  await atBob.hears("edited", ({ message }) => message.text === "three");
  await bob.react(id, "👍");
  await bob.say(talkWith(ann), "hi");
  await ann.join(TEA);
  await ann.setTopic(TEA, "tea");
  await atBob.message("one");
  await bob.join(TEA);
  await bob.rename("bobby");
  await bob.say(TEA, "last of bob");
  await atAnn.message("last of bob");
  await atAnn.hears("renamed");
  await ann.leave(TEA);
  await ann.join(TEA);
  const other = await ann.say(LOBBY, "kept");
  await ann.react(other.id, "🍰");
  await ann.react(other.id, "🍰", false);
  await atAnn.hears("reacted", ({ on }) => !on);
  atBob.stop();
}
