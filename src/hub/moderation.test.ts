// Who may do what to whom, and what becomes of it.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { rejects } from "../../test/contract/scene.ts";
import { createIdentity } from "../core/identity.ts";
import type { Conversation, PersonId } from "../core/ids.ts";
import { personOf } from "../core/ids.ts";
import type { Chat } from "../core/ports/chat.ts";
import type { Farewell, HubAction, Visit } from "../core/ports/hub.ts";
import { LOBBY } from "../core/room.ts";
import { at, byToken, House, MINUTE, SECOND } from "./testing/house.ts";

// moments are told in local time
process.env.TZ = "UTC";

const TEA = "#tea" as Conversation;
const PASSWORD = "correct horse";
const HERE = at("10.0.0.7");
const idOf = (chat: Pick<Chat, "self">): PersonId => chat.self().id;

/** A hub with ann (moderator), mia (member) and bob (guest). */
async function staffed(t: Parameters<typeof House.open>[0]) {
  const house = await House.open(t);
  const ann = await house.enter("ann", at("10.0.0.1"));
  const mia = await house.enter("mia", at("10.0.0.2"));
  const bob = await house.enter("bob", at("10.0.0.3"));
  for (const { chat } of [ann, mia]) await chat.hub({ kind: "register", password: PASSWORD });
  await house.hub.ownerChat.hub({ kind: "role", name: "ann", role: "moderator" });
  const announced: string[] = [];
  await house.engine.chat.watch({ event: (event) => void (event.kind === "announced" && announced.push(`${event.room} ${event.text}`)) });
  return { house, owner: house.hub.ownerChat, ann, mia, bob, announced };
}

function farewellsOf(visit: Visit): Farewell[] {
  const told: Farewell[] = [];
  visit.ended((why) => told.push(why));
  return told;
}

test("a moderator kicks a guest: told, announced, noted; the guest may come back", async (t) => {
  const { house, ann, bob, announced } = await staffed(t);
  const told = farewellsOf(bob);
  assert.deepEqual(await ann.chat.hub({ kind: "kick", person: idOf(bob.chat), reason: "noise" }), ["bob is gone"]);
  assert.deepEqual(told, [{ code: "kicked", text: "you were kicked by ann: noise" }]);
  assert.deepEqual(announced, ["#lobby bob was kicked by ann: noise"]);
  await rejects(bob.chat.say(LOBBY, "hello"), "closed");
  assert.equal((await house.engine.chat.people()).find(({ name }) => name === "bob")?.status, "offline");
  await rejects(ann.chat.hub({ kind: "kick", person: idOf(bob.chat), reason: "" }), "not-found");
  await house.hub.desk.enter(byToken(bob.token), HERE);
});

test("nobody acts on an equal or a higher role, or on people of other computers", async (t) => {
  const { house, owner, ann, mia, bob } = await staffed(t);
  const stranger = personOf(createIdentity().id);
  const kick = (person: PersonId): HubAction => ({ kind: "kick", person, reason: "" });
  for (const [chat, person] of [
    [ann.chat, idOf(ann.chat)],
    [ann.chat, idOf(owner)],
    [mia.chat, idOf(bob.chat)],
    [bob.chat, idOf(mia.chat)],
    [bob.chat, idOf(bob.chat)],
    [ann.chat, stranger],
    [owner, stranger],
    [owner, personOf(createIdentity().id, "guest")],
    [owner, idOf(owner)],
  ] as const) {
    await rejects(chat.hub(kick(person)), "not-allowed");
  }
  await rejects(ann.chat.hub({ kind: "ban", whom: "olga", minutes: 0, reason: "" }), "not-allowed");
  await rejects(ann.chat.hub({ kind: "ban", whom: "ann", minutes: 0, reason: "" }), "not-allowed");
  await owner.hub(kick(idOf(ann.chat)));
  assert.equal(house.hub.counts().members, 1);
});

const BY_ROLE: readonly (readonly [action: HubAction, least: "moderator" | "owner"])[] = [
  [{ kind: "ban", whom: "eve", minutes: 1, reason: "" }, "moderator"],
  [{ kind: "unban", whom: "eve" }, "moderator"],
  [{ kind: "bans" }, "moderator"],
  [{ kind: "slow", room: TEA, seconds: 5 }, "moderator"],
  [{ kind: "close", room: TEA, to: "nobody" }, "moderator"],
  [{ kind: "announce", text: "tea is ready" }, "moderator"],
  [{ kind: "members" }, "moderator"],
  [{ kind: "audit", limit: 10 }, "moderator"],
  [{ kind: "role", name: "mia", role: "moderator" }, "owner"],
];

for (const [action, least] of BY_ROLE) {
  test(`${action.kind} needs at least the role ${least}`, async (t) => {
    const { owner, ann, mia, bob } = await staffed(t);
    if (action.kind === "unban") await owner.hub({ kind: "ban", whom: "eve", minutes: 1, reason: "" });
    for (const { chat } of [bob, mia]) await rejects(chat.hub(action), "not-allowed");
    if (least === "owner") await rejects(ann.chat.hub(action), "not-allowed");
    assert((await (least === "owner" ? owner : ann.chat).hub(action)).length > 0);
  });
}

test("a ban by name shuts out the name, whatever it is written like, and the token; it survives a restart and ends in time", async (t) => {
  const { house, ann, bob, announced } = await staffed(t);
  const told = farewellsOf(bob);
  const lines = await ann.chat.hub({ kind: "ban", whom: idOf(bob.chat), minutes: 10, reason: "spam" });
  assert.deepEqual(lines, ["bob is banned for 10 minutes", "bob came from 10.0.0.3: /ban 10.0.0.3 shuts that out, too"]);
  assert.match(told[0]?.text ?? "", /^you are banned from Room 12 until 2027-01-15 08:10: spam$/);
  assert.deepEqual(announced, ["#lobby bob was banned by ann: spam"]);
  await house.killAndRestart();
  await rejects(house.hub.desk.enter(byToken(bob.token), HERE), "not-allowed");
  await rejects(house.enter("B0B", HERE), "not-allowed");
  const eve = await house.enter("eve");
  await rejects(eve.chat.rename("bob"), "not-allowed");
  house.pass(11 * MINUTE);
  await house.hub.desk.enter(byToken(bob.token), HERE);
});

test("a ban by range shuts out who comes from there, here or not, and no address is announced", async (t) => {
  const { house, ann, bob, announced } = await staffed(t);
  const told = farewellsOf(bob);
  await rejects(ann.chat.hub({ kind: "ban", whom: "10.0.0.0/24", minutes: 0, reason: "" }), "not-allowed");
  await ann.chat.hub({ kind: "ban", whom: "10.0.0.3", minutes: 0, reason: "spam" });
  assert.equal(told[0]?.code, "banned");
  assert.deepEqual(announced, ["#lobby bob was banned by ann: spam"]);
  assert.deepEqual(house.hub.desk.admit(at("::ffff:10.0.0.3")), { refused: "you are banned from Room 12 for good: spam" });
  await rejects(house.enter("eve", at("10.0.0.3")), "not-allowed");
  await house.hub.desk.enter(byToken(bob.token), at("10.0.0.4"));
  assert.match((await ann.chat.hub({ kind: "bans" }))[0] ?? "", /^10\.0\.0\.3 for good, by ann on 2027-01-15 08:00: spam$/);
  await ann.chat.hub({ kind: "unban", whom: "10.0.0.3" });
  assert.deepEqual(await ann.chat.hub({ kind: "bans" }), ["nobody is banned"]);
  await rejects(ann.chat.hub({ kind: "unban", whom: "10.0.0.3" }), "not-found");
  await house.enter("eve", at("10.0.0.3"));
});

for (const whom of ["300.1.1.1", "10.0.0.0/40", "10.0/16", "fe80::x/10", "::1/200"]) {
  test(`${whom} is no address, and is not taken for a name`, async (t) => {
    const { ann } = await staffed(t);
    await rejects(ann.chat.hub({ kind: "ban", whom, minutes: 0, reason: "" }), "bad-input");
    assert.deepEqual(await ann.chat.hub({ kind: "bans" }), ["nobody is banned"]);
  });
}

test("this computer can be banned for guests, not for its owner", async (t) => {
  const { house, owner } = await staffed(t);
  await owner.hub({ kind: "ban", whom: "127.0.0.0/8", minutes: 0, reason: "" });
  assert("release" in house.hub.desk.admit(at("127.0.0.1")));
  await rejects(house.enter("eve", at("127.0.0.1")), "not-allowed");
});

test("who is muted reads and does not speak, under any name, also after a restart", async (t) => {
  const { house, ann, bob, announced } = await staffed(t);
  await ann.chat.hub({ kind: "mute", person: idOf(bob.chat), minutes: 5 });
  assert.deepEqual(announced, ["#lobby bob was muted by ann for 5 minutes"]);
  await rejects(bob.chat.say(LOBBY, "hello"), "not-allowed");
  await rejects(bob.chat.rename("robert"), "not-allowed");
  await house.killAndRestart();
  const again = await house.hub.desk.enter(byToken(bob.token), HERE);
  await rejects(again.chat.say(LOBBY, "hello"), "not-allowed");
  await again.chat.history(LOBBY, { limit: 1 });
  house.pass(6 * MINUTE);
  await again.chat.say(LOBBY, "hello");
});

test("unmute lets somebody speak again", async (t) => {
  const { ann, bob } = await staffed(t);
  await rejects(ann.chat.hub({ kind: "unmute", person: idOf(bob.chat) }), "not-found");
  await ann.chat.hub({ kind: "mute", person: idOf(bob.chat), minutes: 0 });
  await rejects(bob.chat.say(LOBBY, "hello"), "not-allowed");
  await ann.chat.hub({ kind: "unmute", person: idOf(bob.chat) });
  await bob.chat.say(LOBBY, "hello");
});

test("in a slow room everyone but moderators speaks once in so many seconds", async (t) => {
  const { house, ann, bob, mia, announced } = await staffed(t);
  await ann.chat.hub({ kind: "slow", room: "#TEA" as Conversation, seconds: 30 });
  await ann.chat.hub({ kind: "slow", room: LOBBY, seconds: 30 });
  assert.equal(announced[0], "#lobby #lobby is slow now: one message every 30 seconds (ann)");
  await bob.chat.say(TEA, "one");
  await mia.chat.say(TEA, "two");
  await rejects(bob.chat.say(TEA, "three"), "rate-limited");
  await bob.chat.say(LOBBY, "elsewhere");
  for (const text of ["a", "b"]) await ann.chat.say(TEA, text);
  house.pass(30 * SECOND);
  await bob.chat.say(TEA, "four");
  await ann.chat.hub({ kind: "slow", room: TEA, seconds: 0 });
  for (const text of ["a", "b"]) await bob.chat.say(TEA, text);
});

test("a room closed to guests has none in it; members stay, and moderators always", async (t) => {
  const { ann, bob, mia, owner } = await staffed(t);
  for (const { chat } of [ann, bob, mia]) await chat.join(TEA);
  const said = await mia.chat.say(TEA, "hello");
  await ann.chat.hub({ kind: "close", room: TEA, to: "guests" });
  const heard: string[] = [];
  await bob.chat.watch({ event: (event) => void (event.kind === "message" && heard.push(event.message.text)) });
  await mia.chat.say(TEA, "among us");
  for (const promise of [bob.chat.join(TEA), bob.chat.say(TEA, "x"), bob.chat.history(TEA, { limit: 1 })])
    await rejects(promise, "not-allowed");
  await bob.chat.react(said.id, "👍");
  await mia.chat.say(TEA, "still among us");
  assert.deepEqual(heard, []);
  assert.deepEqual(await bob.chat.search("among", { limit: 9 }), []);
  await owner.hub({ kind: "close", room: TEA, to: "everyone" });
  await rejects(mia.chat.say(TEA, "x"), "not-allowed");
  await ann.chat.say(TEA, "y");
  await ann.chat.hub({ kind: "close", room: TEA, to: "nobody" });
  await bob.chat.say(TEA, "open");
});

test("in a closed lobby all read, and only some speak", async (t) => {
  const { ann, bob } = await staffed(t);
  await ann.chat.hub({ kind: "close", room: LOBBY, to: "everyone" });
  await rejects(bob.chat.say(LOBBY, "hello"), "not-allowed");
  await ann.chat.say(LOBBY, "listen");
  assert.equal((await bob.chat.history(LOBBY, { limit: 1 }))[0]?.text, "listen");
});

test("rooms stay closed and slow over a restart; direct talk can be neither", async (t) => {
  const { house, owner, bob } = await staffed(t);
  await owner.hub({ kind: "close", room: TEA, to: "guests" });
  await rejects(owner.hub({ kind: "close", room: `@${idOf(bob.chat)}` as Conversation, to: "guests" }), "bad-input");
  await house.killAndRestart();
  const again = await house.hub.desk.enter(byToken(bob.token), HERE);
  await rejects(again.chat.join(TEA), "not-allowed");
});

test("an announcement says whose it is", async (t) => {
  const { ann, announced } = await staffed(t);
  await ann.chat.hub({ kind: "announce", text: "tea is ready" });
  await rejects(ann.chat.hub({ kind: "announce", text: " " }), "bad-input");
  assert.deepEqual(announced, ["#lobby ann announces: tea is ready"]);
});

test("the audit log tells in words what was done, and holds no password", async (t) => {
  const { house, owner, ann, bob } = await staffed(t);
  await ann.chat.hub({ kind: "mute", person: idOf(bob.chat), minutes: 1 });
  await owner.hub({ kind: "ban", whom: "eve\n", minutes: 0, reason: "spam\nspam" });
  assert.deepEqual(await ann.chat.hub({ kind: "audit", limit: 4 }), [
    "2027-01-15 08:00 mia (guest) made an account",
    "2027-01-15 08:00 olga (owner) made ann a moderator",
    "2027-01-15 08:00 ann (moderator) muted bob for 1 minute",
    "2027-01-15 08:00 olga (owner) banned eve for good: spam spam",
  ]);
  const path = join(house.dir, "audit.jsonl");
  const text = readFileSync(path, "utf8");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(text.includes(PASSWORD), false);
  assert.equal(text.trim().split("\n").length, 5);
});

test("members are listed with role and whether they are here", async (t) => {
  const { owner, mia } = await staffed(t);
  await owner.hub({ kind: "kick", person: idOf(mia.chat), reason: "" });
  assert.deepEqual(await owner.hub({ kind: "members" }), [
    "ann, moderator, since 2027-01-15 08:00, here now",
    "mia, member, since 2027-01-15 08:00, last here 2027-01-15 08:00",
  ]);
});

test("the owner has no account", async (t) => {
  const { owner } = await staffed(t);
  await rejects(owner.hub({ kind: "register", password: PASSWORD }), "not-allowed");
});

test("old words are erased at the start and every hour", async (t) => {
  const house = await House.open(t, { retention: { days: 0, messages: 2 } });
  for (const text of ["one", "two", "three"]) await house.engine.chat.say(LOBBY, text);
  const texts = async () => (await house.engine.chat.history(LOBBY, { limit: 9 })).map(({ text }) => text).filter((text) => text !== "");
  assert.equal((await texts()).length, 3);
  house.pass(61 * MINUTE);
  await house.hub.close();
  assert.deepEqual(await texts(), ["two", "three"]);
});
