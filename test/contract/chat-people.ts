// Chat contract: who is here and how they show, rooms, what is unread.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation } from "../../src/core/ids.ts";
import type { Message } from "../../src/core/ports/chat.ts";
import { LOBBY } from "../../src/core/room.ts";
import { Listener } from "./listen.ts";
import { personIn, rejects, roomIn, type Stage, TEA, talkWith } from "./scene.ts";

export function testPeople(stage: Stage): void {
  testPresence(stage);
  testRooms(stage);
  testUnread(stage);
}

function testPresence(stage: Stage): void {
  test("everyone here is listed, oneself included", async (context) => {
    const { ann, bob, hosts } = await stage(context);
    const everyone = ["ann", "bob", "cy", ...hosts.map(({ name }) => name)];
    assert.deepEqual(
      (await ann.people()).map(({ name, status }) => `${name} ${status}`).sort(),
      everyone.map((name) => `${name} online`),
    );
    const { id, via, host, text, verified, seen } = await personIn(ann, "bob");
    assert.deepEqual([id, text, verified], [bob.self().id, "", false]);
    assert.deepEqual([via, host], hosts[1] ? ["guest", hosts[1]] : ["link", null]);
    assert.match(seen ?? "", /^2027-01-15T08:0/);
  });

  test("those who leave are told and stay listed as offline", async (context) => {
    const { ann, bob, neighbourhood } = await stage(context);
    const heard = await Listener.to(ann);
    neighbourhood.part();
    const left = await heard.hears("left", ({ person }) => person.name === "bob");
    assert.deepEqual([left.cursor, left.room, left.person], [null, LOBBY, bob.self()]);
    assert.equal((await heard.hears("presence", ({ person }) => person.name === "bob")).person.status, "offline");
    assert.equal((await personIn(ann, "bob")).status, "offline");
    neighbourhood.join();
    await heard.hears("joined", ({ person, room }) => person.name === "bob" && room === LOBBY);
    assert.equal((await personIn(ann, "bob")).status, "online");
  });

  test("a new name is seen by all; of an owner old messages go by it, of a guest by the old", async (context) => {
    const { ann, bob, hosts } = await stage(context);
    const heard = await Listener.to(bob);
    await ann.say(LOBBY, "hello");
    const former = ann.self();
    const person = await ann.rename("  Änne  ");
    assert.deepEqual(ann.self(), person);
    assert.deepEqual([person.name, person.id === former.id], ["Änne", hosts.length === 0]);
    const event = await heard.hears("renamed");
    assert.deepEqual([event.person, event.previous, event.was], [person, "ann", hosts.length > 0 ? former.id : null]);
    await heard.hears("presence", ({ person }) => person.name === "Änne");
    assert.deepEqual((await bob.history(LOBBY, { limit: 1 }))[0]?.from, hosts.length > 0 ? former : person);
    assert.equal(heard.of("renamed").length, 1);
  });

  const unfit = {
    "nobody could read": ["", " ", "\u0007"],
    "could be taken for something else, or are too long": ["a·b", "#ann", "@ann", "x".repeat(49), "x".repeat(10_000)],
  };
  for (const [why, names] of Object.entries(unfit)) {
    test(`names that ${why} are refused`, async (context) => {
      const { ann } = await stage(context);
      for (const name of names) await rejects(ann.rename(name), "bad-input");
      assert.equal(ann.self().name, "ann");
    });
  }

  test("status and its text are seen by all; the reason for being away goes with it", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(bob);
    const shown = async (status: string, text: string) => {
      await heard.hears("presence", ({ person }) => person.name === "ann" && person.status === status && person.text === text);
      const { status: now, text: said } = await personIn(bob, "ann");
      assert.deepEqual([now, said], [status, text]);
    };
    await ann.setStatus("busy", "writing\u0007  a book");
    await shown("busy", "writing a book");
    await ann.setStatus("away", "lunch");
    await shown("away", "lunch");
    await ann.setStatus("online");
    await shown("online", "writing a book");
    await ann.setStatus("online", "");
    await shown("online", "");
  });

  test("typing is told to those in the room alone", async (context) => {
    const { ann, bob, cy } = await stage(context);
    const [atBob, atCy] = [await Listener.to(bob), await Listener.to(cy)];
    ann.typing(talkWith(bob));
    ann.typing(LOBBY);
    const typing = await atBob.hears("typing");
    assert.deepEqual([typing.cursor, typing.room, typing.person], [null, talkWith(ann), ann.self()]);
    await atCy.hears("typing");
    assert.deepEqual(
      atCy.of("typing").map(({ room }) => room),
      [LOBBY],
    );
  });
}

function testRooms(stage: Stage): void {
  test("#lobby is joined from the start and cannot be left", async (context) => {
    const { ann, hosts } = await stage(context);
    const { last, ...lobby } = await roomIn(ann, LOBBY);
    const here = 3 + hosts.length;
    assert.deepEqual(lobby, { room: LOBBY, kind: "open", name: "lobby", topic: "", joined: true, here, unread: 0 });
    assert.equal(last, null);
    assert.deepEqual(await ann.join(LOBBY), { ...lobby, last });
    await rejects(ann.leave(LOBBY), "not-allowed");
  });

  test("joining and leaving are told to those in the room, once", async (context) => {
    const { ann, bob, cy } = await stage(context);
    await bob.join(TEA);
    const [atBob, atCy] = [await Listener.to(bob), await Listener.to(cy)];
    const joined = await ann.join(TEA);
    assert.deepEqual([joined.joined, joined.kind, joined.name], [true, "open", "tea"]);
    await ann.join(TEA);
    const event = await atBob.hears("joined", ({ room }) => room === TEA);
    assert.deepEqual([event.person, typeof event.cursor], [ann.self(), "number"]);
    assert.equal((await roomIn(bob, TEA)).here, 2);
    await ann.leave(TEA);
    await ann.leave(TEA);
    await atBob.hears("left", ({ room }) => room === TEA);
    await ann.say(LOBBY, "done");
    await Promise.all([atBob.message("done"), atCy.message("done")]);
    assert.deepEqual([atBob.of("joined").length, atBob.of("left").length, atCy.of("joined").length], [1, 1, 0]);
    assert.equal((await roomIn(ann, TEA)).joined, false);
    assert.equal((await roomIn(bob, TEA)).here, 1);
  });

  test("open rooms of others are listed; what is said there is told once joined", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(bob);
    await ann.say(TEA, "anyone?");
    await ann.say(LOBBY, "come");
    await heard.message("come");
    const { joined, unread, here } = await roomIn(bob, TEA);
    assert.deepEqual([joined, unread, here, heard.texts], [false, 0, 1, ["come"]]);
    await bob.join(TEA);
    assert.equal((await bob.history(TEA, { limit: 5 })).length, 1);
    await ann.say(TEA, "welcome");
    await heard.message("welcome");
  });

  test("a topic is one line, told and kept", async (context) => {
    const { ann, bob } = await stage(context);
    await bob.join(TEA);
    const heard = await Listener.to(bob);
    await ann.setTopic(TEA, "green\nor black");
    const event = await heard.hears("topic");
    assert.deepEqual([event.text, event.room, event.by], ["green or black", TEA, ann.self()]);
    assert.equal((await roomIn(bob, TEA)).topic, "green or black");
    await rejects(ann.setTopic(talkWith(bob), "us"), "not-allowed");
  });

  test("direct talk is listed by the other's name once something was said", async (context) => {
    const { ann, bob, cy } = await stage(context);
    const heard = await Listener.to(bob);
    assert.equal((await bob.rooms()).length, 1);
    await ann.say(talkWith(bob), "psst");
    await heard.message("psst");
    const { last, ...info } = await roomIn(bob, talkWith(ann));
    assert.deepEqual(info, { room: talkWith(ann), kind: "direct", name: "ann", topic: "", joined: true, here: 2, unread: 1 });
    assert.match(last ?? "", /^2027/);
    assert.equal((await cy.rooms()).length, 1);
    await rejects(bob.leave(talkWith(ann)), "not-allowed");
  });

  test("what is no room is refused", async (context) => {
    const { ann } = await stage(context);
    for (const room of ["", "#", "tea", "@nobody", `#${"x".repeat(49)}`, "#a/b"])
      await rejects(ann.join(room as Conversation), "bad-input");
  });
}

function testUnread(stage: Stage): void {
  test("messages of others count as unread until they are read; the mark moves forward only", async (context) => {
    const { ann, bob } = await stage(context);
    const heard = await Listener.to(bob);
    const said: Message[] = [];
    for (const text of ["one", "two", "three"]) said.push(await ann.say(LOBBY, text));
    await heard.message("three");
    await bob.say(LOBBY, "mine");
    const unread = async () => (await roomIn(bob, LOBBY)).unread;
    assert.equal(await unread(), 3);
    assert(said[0] && said[1] && said[2]);
    await bob.markRead(LOBBY, said[1].key);
    assert.equal(await unread(), 1);
    await bob.markRead(LOBBY, said[0].key);
    assert.equal(await unread(), 1);
    await bob.markRead(LOBBY, said[2].key);
    assert.equal(await unread(), 0);
    await ann.say(LOBBY, "four");
    await heard.message("four");
    assert.equal(await unread(), 1);
  });
}
