// Who comes in, under which name, and comes back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rejects } from "../../test/contract/scene.ts";
import type { Conversation } from "../core/ids.ts";
import type { ChatEvent } from "../core/ports/chat.ts";
import type { Farewell } from "../core/ports/hub.ts";
import { LOBBY } from "../core/room.ts";
import { at, byToken, DAY, House, MINUTE, SECOND } from "./testing/house.ts";

const HERE = at("10.0.0.7");
const THERE = at("10.0.0.8");
const PASSWORD = "correct horse";

test("a guest comes in by a free name, talks, and is seen", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  await bob.chat.say(LOBBY, "hello");
  const people = await house.engine.chat.people();
  assert.equal(people.find(({ name }) => name === "bob")?.status, "online");
  assert.deepEqual(house.hub.desk.about(), { title: "Room 12", welcome: "" });
  assert.equal(house.hub.counts().guests, 1);
});

for (const name of ["bob", "BOB", "b0b", "ｂｏｂ", "bоb"]) {
  test(`while bob is here nobody else comes in as ${name}`, async (t) => {
    const house = await House.open(t);
    await house.enter("bob");
    await rejects(house.enter(name, THERE), "in-use");
    await rejects(house.enter(name, HERE), "in-use");
  });
}

for (const name of ["olga", "0LGA", "Room 12", "server", "[Hub]", "S y s t e m", "Earsh0t", "moderator"]) {
  test(`${name} is no name for a guest of olga's Room 12`, async (t) => {
    const house = await House.open(t);
    await rejects(house.enter(name), "in-use");
  });
}

for (const name of ["", " ", "#bob", "a/b", "x".repeat(300), "a\u202eb"]) {
  test(`${JSON.stringify(name.slice(0, 9))} is no name at all`, async (t) => {
    const house = await House.open(t);
    await rejects(house.enter(name), "bad-input");
  });
}

test("of many who ask for one name at once, one gets it", async (t) => {
  const house = await House.open(t);
  const asked = Array.from({ length: 20 }, (_, index) => house.enter(index % 2 ? "bob" : "BOB", at(`10.0.1.${index}`)));
  const results = await Promise.allSettled(asked);
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
});

test("a token brings the same person back, and tells who it was", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  const olga = house.engine.chat.self();
  await house.engine.chat.say(`@${bob.chat.self().id}` as Conversation, "for bob alone");
  await bob.chat.close();
  house.pass(MINUTE);
  const again = await house.hub.desk.enter(byToken(bob.token), THERE);
  assert.equal(again.chat.self().name, "bob");
  const told = await again.chat.history(`@${olga.id}` as Conversation, { limit: 5 });
  assert.deepEqual(
    told.map(({ text }) => text),
    ["for bob alone"],
  );
});

test("a name is kept for its token, but from the same address it can be had without, and then without what was said to it", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  const olga = house.engine.chat.self();
  await house.engine.chat.say(`@${bob.chat.self().id}` as Conversation, "for bob alone");
  await bob.chat.close();
  house.pass(MINUTE);
  await rejects(house.enter("bob", THERE), "in-use");
  const other = await house.enter("bob", HERE);
  assert.deepEqual(await other.chat.history(`@${olga.id}` as Conversation, { limit: 5 }), []);
  await rejects(house.hub.desk.enter(byToken(bob.token), THERE), "in-use");
});

test("who comes by plain lines has no token to come back with: the name is free again", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob", at("10.0.0.7", "line"));
  await bob.chat.close();
  house.pass(MINUTE);
  await house.enter("bob", THERE);
});

test("a short loss of connection is no leaving", async (t) => {
  const house = await House.open(t);
  const moves: string[] = [];
  await house.engine.chat.watch({
    event: (event: ChatEvent) => void ((event.kind === "joined" || event.kind === "left") && moves.push(event.kind)),
  });
  const bob = await house.enter("bob");
  bob.lost();
  house.pass(5 * SECOND);
  const again = await house.hub.desk.enter(byToken(bob.token), HERE);
  house.pass(20 * SECOND);
  await again.chat.say(LOBBY, "still here");
  assert.deepEqual(moves, ["joined"]);
  again.lost();
  house.pass(20 * SECOND);
  assert.deepEqual(moves, ["joined", "left"]);
});

test("who says goodbye is gone at once", async (t) => {
  const house = await House.open(t);
  const left = Promise.withResolvers<void>();
  await house.engine.chat.watch({ event: ({ kind }: ChatEvent) => kind === "left" && left.resolve() });
  await (await house.enter("bob")).chat.close();
  await left.promise;
});

test("two connections of one token are one person", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  const second = await house.hub.desk.enter(byToken(bob.token), HERE);
  assert.deepEqual(second.chat.self(), bob.chat.self());
  assert.deepEqual([house.hub.counts().visits, house.hub.counts().guests], [2, 1]);
  await bob.chat.close();
  await rejects(bob.chat.say(LOBBY, "gone"), "closed");
  await second.chat.say(LOBBY, "here");
});

test("a token is good for a month after the last visit, and not a day longer", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  await bob.chat.close();
  house.pass(29 * DAY);
  const again = await house.hub.desk.enter(byToken(bob.token), HERE);
  await again.chat.close();
  house.pass(29 * DAY);
  await (await house.hub.desk.enter(byToken(again.token), HERE)).chat.close();
  await rejects(house.hub.desk.enter(byToken(bob.token), HERE), "bad-signature");
});

for (const [what, token] of [
  ["nothing", () => ""],
  ["no token", () => "hello"],
  ["a token with another payload", (good: string) => `${btoa('{"id":"aaaaaaaaaaaaaaaa"}')}.${good.split(".")[1]}`],
  ["a token with another seal", (good: string) => `${good.slice(0, -3)}AAA`],
  ["a token cut short", (good: string) => good.slice(0, -1)],
  ["a long text", () => "a.".repeat(100_000)],
] as const) {
  test(`${what} lets nobody in`, async (t) => {
    const house = await House.open(t);
    const bob = await house.enter("bob");
    await rejects(house.hub.desk.enter(byToken(token(bob.token)), HERE), "bad-signature");
  });
}

test("a token still holds after a kill, written or not", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  await house.killAndRestart();
  const again = await house.hub.desk.enter(byToken(bob.token), THERE);
  assert.equal(again.chat.self().name, "bob");
  await rejects(house.enter("bob", at("10.0.0.9")), "in-use");
});

test("after a rename the token stands for the new name, and the former is free", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  assert.equal((await bob.chat.rename("robert")).name, "robert");
  await house.enter("bob", THERE);
  await bob.chat.close();
  house.pass(MINUTE);
  assert.equal((await house.hub.desk.enter(byToken(bob.token), THERE)).chat.self().name, "robert");
});

test("nobody is renamed to a name that is taken", async (t) => {
  const house = await House.open(t);
  const ann = await house.enter("ann", THERE);
  await house.enter("bob");
  await rejects(ann.chat.rename("Bob"), "in-use");
  await rejects(ann.chat.rename("hub"), "in-use");
  assert.equal(ann.chat.self().name, "ann");
  await ann.chat.rename("Ann");
});

test("register makes the name an account: it asks for its password from then on, everywhere", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  await rejects(bob.chat.hub({ kind: "register", password: "short" }), "bad-input");
  await bob.chat.hub({ kind: "register", password: PASSWORD });
  await rejects(bob.chat.hub({ kind: "register", password: PASSWORD }), "in-use");
  await rejects(bob.chat.rename("robert"), "not-allowed");
  assert.equal(house.hub.desk.isMember("B0B"), true);
  await rejects(house.enter("bob", THERE), "bad-signature");
  await rejects(house.enter("bob", THERE, "wrong horse"), "bad-signature");
  const desktop = await house.enter("bob", THERE, PASSWORD);
  assert.deepEqual(desktop.chat.self(), bob.chat.self());
  await house.killAndRestart();
  assert.equal((await house.hub.desk.enter(byToken(bob.token), HERE)).chat.self().name, "bob");
  await house.enter("bob", THERE, PASSWORD);
  assert.deepEqual([house.hub.counts().members, house.hub.counts().visits], [1, 2]);
});

test("passwords are tried at most so often", async (t) => {
  const house = await House.open(t);
  await (await house.enter("bob")).chat.hub({ kind: "register", password: PASSWORD });
  for (let tries = 0; tries < 10; tries++) await rejects(house.enter("bob", THERE, "wrong horse"), "bad-signature");
  await rejects(house.enter("bob", THERE, PASSWORD), "rate-limited");
  await house.enter("bob", HERE, PASSWORD);
  house.pass(MINUTE);
  await house.enter("bob", THERE, PASSWORD);
});

test("login makes the visit that of the member; a watch goes on, nothing missed and nothing twice", async (t) => {
  const house = await House.open(t);
  await (await house.enter("ann", THERE)).chat.hub({ kind: "register", password: PASSWORD });
  const guest = await house.enter("guest");
  const lists: (readonly ChatEvent[])[] = [];
  await guest.chat.watch({ event: () => assert.fail(), events: (list) => void lists.push(list) });
  await house.engine.chat.say(LOBBY, "one");
  const saying = Array.from({ length: 50 }, (_, index) => house.engine.chat.say(LOBBY, `while ${index}`));
  await guest.chat.hub({ kind: "login", name: "ann", password: PASSWORD });
  await Promise.all(saying);
  await house.engine.chat.say(LOBBY, "two");
  const texts = lists.flat().flatMap((event) => (event.kind === "message" ? [event.message.text] : []));
  assert.deepEqual(texts, ["one", ...Array.from({ length: 50 }, (_, index) => `while ${index}`), "two"]);
  assert.equal(guest.chat.self().name, "ann");
  assert.equal(house.hub.counts().guests, 0);
  await guest.chat.close();
  assert.equal((await house.hub.desk.enter(byToken(guest.token), HERE)).chat.self().name, "ann");
});

test("a watch gets the very lists that the engine gives", async (t) => {
  const house = await House.open(t);
  const seen = new Set<readonly ChatEvent[]>();
  for (const name of ["ann", "bob"]) {
    const { chat } = await house.enter(name);
    await chat.watch({
      event: () => assert.fail(),
      events: (list) => void (list.some(({ kind }) => kind === "message") && seen.add(list)),
    });
  }
  await house.engine.chat.say(LOBBY, "hello");
  assert.equal(seen.size, 1);
});

test("where guests are not wanted, only members come in", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  const ann = await house.enter("ann");
  await bob.chat.hub({ kind: "register", password: PASSWORD });
  house.hub.reload({ ...house.settings, guests: false, registration: false });
  await rejects(ann.chat.hub({ kind: "register", password: PASSWORD }), "not-allowed");
  await rejects(house.enter("cy"), "not-allowed");
  await rejects(house.hub.desk.enter(byToken(ann.token), HERE), "not-allowed");
  await house.enter("bob", THERE, PASSWORD);
});

test("a hub that closes says farewell, and lets nobody in any more", async (t) => {
  const house = await House.open(t);
  const bob = await house.enter("bob");
  const told: Farewell[] = [];
  bob.ended((why) => told.push(why));
  await house.hub.close();
  assert.deepEqual(told, [{ code: "closing", text: "Room 12 is closing" }]);
  await rejects(house.enter("ann"), "closed");
  await rejects(bob.chat.say(LOBBY, "hello"), "closed");
  await rejects(
    bob.chat.people().then(() => {}),
    "closed",
  );
});
