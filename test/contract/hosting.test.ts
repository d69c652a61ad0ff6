// What a peer promises its guests: they are people like any other, here and at other peers.

import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { createIdentity } from "../../src/core/identity.ts";
import { type Conversation, personOf } from "../../src/core/ids.ts";
import type { Chat } from "../../src/core/ports/chat.ts";
import { LOBBY } from "../../src/core/room.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { Listener } from "./listen.ts";
import { Neighbourhood, openStation, START, type Station } from "./pair.ts";
import { personIn, rejects, TEA, talkWith, textsOf } from "./scene.ts";

/** A hub with the guests gus and hal, and ann, who has a peer of her own. */
async function stage(context: TestContext) {
  const neighbourhood = await Neighbourhood.of("hub", "ann");
  context.after(() => neighbourhood.close());
  const [hub, ann] = neighbourhood.stations as [Station, Station];
  const guest = async (name: string, since = 0): Promise<Chat> => (await hub.hosting.seat({ name, since })).chat;
  const gus = await guest("gus");
  const hal = await guest("hal");
  await neighbourhood.settle();
  return { neighbourhood, hub, ann: ann.chat, gus, hal, guest };
}

describe("Hosting", () => {
  test("guests are people of their hub, at home and elsewhere", async (context) => {
    const { hub, ann, gus } = await stage(context);
    assert.deepEqual(gus.self(), { id: personOf(hub.identity.id, "gus"), name: "gus" });
    for (const chat of [ann, gus, hub.chat]) {
      const { id, via, host, status } = await personIn(chat, "gus");
      assert.deepEqual({ id, via, host, status }, { id: gus.self().id, via: "guest", host: hub.chat.self(), status: "online" });
    }
  });

  test("all hear what a guest says, in the guest's name", async (context) => {
    const { hub, ann, gus, hal } = await stage(context);
    const listeners = await Promise.all([hub.chat, ann, gus, hal].map((chat) => Listener.to(chat)));
    const said = await gus.say(LOBBY, "hello");
    assert.deepEqual(said.from, gus.self());
    for (const listener of listeners) assert.deepEqual((await listener.message("hello")).from, gus.self());
    assert.deepEqual(await textsOf(ann, LOBBY), ["hello"]);
  });

  test("the same moment is the same list for all who are told the same", async (context) => {
    const { gus, hal } = await stage(context);
    const lists: unknown[] = [];
    for (const chat of [gus, hal]) await chat.watch({ event: () => assert.fail(), events: (events) => void lists.push(events) });
    await Promise.all([gus.say(LOBBY, "one"), hal.say(LOBBY, "two")]);
    assert.equal(lists.length, 2);
    assert.equal(lists[0], lists[1]);
    assert.equal((lists[0] as readonly unknown[]).length, 2);
  });

  test("two guests talk in private, and nobody else sees it", async (context) => {
    const { hub, ann, gus, hal } = await stage(context);
    const others = await Promise.all([hub.chat, ann].map((chat) => Listener.to(chat)));
    const heard = await Listener.to(hal);
    await gus.say(talkWith(hal), "psst");
    assert.equal((await heard.message("psst")).room, talkWith(gus));
    assert.deepEqual(await textsOf(hal, talkWith(gus)), ["psst"]);
    assert.deepEqual(await hub.chat.search("psst", { limit: 9 }), []);
    await gus.say(LOBBY, "aloud");
    for (const listener of others) {
      await listener.message("aloud");
      assert.deepEqual(listener.texts, ["aloud"]);
    }
    assert.ok(!(await hub.chat.rooms()).some(({ kind }) => kind === "direct"));
  });

  test("a guest and somebody with a peer talk in private", async (context) => {
    const { ann, gus, hub } = await stage(context);
    const [atAnn, atGus] = await Promise.all([ann, gus].map((chat) => Listener.to(chat)));
    await gus.say(talkWith(ann), "are you there?");
    assert.equal((await atAnn?.message("are you there?"))?.room, talkWith(gus));
    const answer = await ann.say(talkWith(gus), "yes");
    await atGus?.message("yes");
    await ann.delivered(answer.id);
    assert.deepEqual(await textsOf(hub.chat, talkWith(ann)), []);
  });

  test("a new name is told as one, and is another id", async (context) => {
    const { ann, gus, hal, hub, neighbourhood } = await stage(context);
    await gus.join(TEA);
    await neighbourhood.settle();
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const [atAnn, atHal] = await Promise.all([ann, hal].map((chat) => Listener.to(chat)));
    const was = gus.self().id;
    const person = await gus.rename("august");
    assert.deepEqual(person, { id: personOf(hub.identity.id, "august"), name: "august" });
    for (const listener of [atAnn, atHal]) {
      const renamed = await listener?.hears("renamed");
      assert.deepEqual([renamed?.person, renamed?.previous, renamed?.was], [person, "gus", was]);
    }
    await neighbourhood.settle();
    context.mock.timers.tick(1_000);
    await neighbourhood.settle();
    for (const listener of [atAnn, atHal]) {
      assert.deepEqual(
        [...(listener?.of("joined") ?? []), ...(listener?.of("left") ?? [])].filter(({ room }) => room === LOBBY),
        [],
      );
    }
    assert.equal((await personIn(ann, "august")).status, "online");
    await gus.say(TEA, "still me");
    assert.deepEqual((await gus.history(TEA, { limit: 1 }))[0]?.from, person);
  });

  test("a former name is listed no more, unless somebody talked to it in private", async (context) => {
    const { ann, gus, hal, hub, neighbourhood } = await stage(context);
    await hal.say(talkWith(ann), "psst");
    await gus.rename("august");
    await hal.rename("harold");
    await neighbourhood.settle();
    for (const chat of [ann, hub.chat, gus]) {
      const names = (await chat.people()).map(({ name }) => name);
      assert.deepEqual(
        ["gus", "august", "harold"].map((name) => names.includes(name)),
        [false, true, true],
      );
    }
    assert.equal((await personIn(ann, "hal")).status, "offline");
    assert.equal((await personIn(hub.chat, "hal")).status, "offline");
  });

  test("one name, one seat", async (context) => {
    const { gus, hal, guest } = await stage(context);
    await rejects(guest("gus"), "in-use");
    await rejects(hal.rename("gus"), "in-use");
    await rejects(guest("#gus"), "bad-input");
    await gus.close();
    await guest("gus");
  });

  test("who leaves is gone for all, and hears nothing more", async (context) => {
    const { ann, gus, hal } = await stage(context);
    const [atAnn, atGus] = await Promise.all([ann, gus].map((chat) => Listener.to(chat)));
    await gus.close();
    await atAnn?.hears("left", ({ person }) => person.name === "gus");
    assert.equal(atGus?.ended, "closed");
    await rejects(gus.say(LOBBY, "ghost"), "closed");
    await hal.say(LOBBY, "bye gus");
    assert.equal((await personIn(hal, "gus")).status, "offline");
  });

  test("direct talk of an earlier guest of the name is not for the next", async (context) => {
    const { gus, hal, guest } = await stage(context);
    await hal.say(talkWith(gus), "a secret");
    await gus.close();
    const next = await guest("gus", START * 2);
    assert.deepEqual(await textsOf(next, talkWith(hal)), []);
    assert.deepEqual(await next.search("secret", { limit: 9 }), []);
    const heard = await Listener.to(next, 0);
    assert.deepEqual(heard.texts, []);
    assert.deepEqual(await textsOf(hal, talkWith(next)), ["a secret"]);
  });

  test("a guest resumes after the last cursor, and misses nothing", async (context) => {
    const { gus, hal, guest } = await stage(context);
    const first = await Listener.to(gus);
    await hal.say(LOBBY, "one");
    const cursor = first.events.findLast((event) => event.cursor !== null)?.cursor ?? 0;
    await gus.close();
    await hal.say(LOBBY, "two");
    await hal.say(`@${personOf(hal.self().id.slice(0, 52) as never, "gus")}` as Conversation, "three");
    const again = await Listener.to(await guest("gus"), cursor);
    assert.deepEqual(again.texts, ["two", "three"]);
  });

  test("an announcement reaches everyone in the room", async (context) => {
    const { hub, ann, gus } = await stage(context);
    const listeners = await Promise.all([ann, gus].map((chat) => Listener.to(chat)));
    await hub.hosting.announce(LOBBY, "tea is ready");
    for (const listener of listeners) {
      const { text, by, room } = await listener.hears("announced");
      assert.deepEqual([text, by, room], ["tea is ready", hub.chat.self(), LOBBY]);
    }
    await rejects(hub.hosting.announce(talkWith(gus), "psst"), "not-allowed");
  });

  test("a hub is known by its title", async (context) => {
    const { hub, ann, neighbourhood } = await stage(context);
    hub.openDoors("Room 12");
    await neighbourhood.settle();
    assert.equal((await personIn(ann, "hub")).hub, "Room 12");
    hub.openDoors(null);
    assert.equal((await personIn(ann, "hub")).hub, null);
  });

  test("typing of a guest is seen by the others, not by itself", async (context) => {
    const { ann, gus, hal } = await stage(context);
    const [atAnn, atGus, atHal] = await Promise.all([ann, gus, hal].map((chat) => Listener.to(chat)));
    gus.typing(LOBBY);
    for (const listener of [atAnn, atHal]) assert.equal((await listener?.hears("typing"))?.person.name, "gus");
    assert.deepEqual(atGus?.of("typing"), []);
  });
});

describe("Hosting: words that go", () => {
  test("the oldest beyond a count, and those before a moment", async () => {
    const { chat, hosting } = await openStation("ann");
    for (const text of ["one", "two", "three", "four"]) await chat.say(LOBBY, text);
    assert.equal(await hosting.expire({ before: null, keep: 3 }), 1);
    assert.deepEqual(await textsOf(chat, LOBBY), ["two", "three", "four"]);
    const [second, third] = await chat.history(LOBBY, { limit: 3 });
    assert.equal(await hosting.expire({ before: third?.key.time ?? 0, keep: null }), 1);
    assert.deepEqual(await textsOf(chat, LOBBY), ["three", "four"]);
    assert.deepEqual(await chat.search("two", { limit: 9 }), []);
    assert.ok(second);
    await chat.close();
  });
});

describe("Said once", () => {
  test("the same nonce is the same message, also after a restart", async () => {
    const [store, identity] = [memoryStore(), createIdentity()];
    const first = await openStation("ann", { store, identity });
    const nonce = "9f3c21d0.1";
    const said = await Promise.all([1, 2].map(() => first.chat.say(LOBBY, "once", { nonce })));
    await first.chat.close();
    const second = await openStation("ann", { store, identity });
    said.push(await second.chat.say(LOBBY, "once", { nonce }));
    assert.equal(new Set(said.map(({ id }) => id)).size, 1);
    assert.deepEqual(await textsOf(second.chat, LOBBY), ["once"]);
    await second.chat.say(LOBBY, "twice", { nonce: "9f3c21d0.2" });
    assert.deepEqual(await textsOf(second.chat, LOBBY), ["once", "twice"]);
    await rejects(second.chat.say(LOBBY, "x", { nonce: "no" }), "bad-input");
    await second.chat.close();
  });

  test("guests do not share nonces", async () => {
    const { chat, hosting } = await openStation("hub");
    const [gus, hal] = await Promise.all(["gus", "hal"].map(async (name) => (await hosting.seat({ name, since: 0 })).chat));
    await Promise.all([gus, hal].map((guest) => guest?.say(LOBBY, guest.self().name, { nonce: "the-same-nonce" })));
    assert.deepEqual((await textsOf(chat, LOBBY)).sort(), ["gus", "hal"]);
    await chat.close();
  });
});
