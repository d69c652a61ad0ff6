// How many and how fast, each told clearly.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rejects } from "../../test/contract/scene.ts";
import { ChatError } from "../core/errors.ts";
import type { Conversation } from "../core/ids.ts";
import { LOBBY } from "../core/room.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import { at, byToken, House, MINUTE, SECOND } from "./testing/house.ts";

const TEA = "#tea" as Conversation;
const limited = (limits: Partial<Settings["limits"]>): Partial<Settings> => ({ limits: { ...DEFAULT_SETTINGS.limits, ...limits } });

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (failure: unknown) => failure,
  );
  assert(error instanceof ChatError);
  return `${error.code}: ${error.message}`;
}

test("who speaks too fast is told so, and when to go on", async (t) => {
  const house = await House.open(t, limited({ "messages-per-10-seconds": 5 }));
  const { chat } = await house.enter("bob");
  for (let count = 0; count < 5; count++) await chat.say(LOBBY, "hello");
  assert.equal(
    await reasonOf(chat.say(LOBBY, "hello")),
    "rate-limited: you speak too fast: at most 5 messages in 10 seconds; try again in 2 s",
  );
  house.pass(2 * SECOND);
  await chat.say(LOBBY, "hello");
  await rejects(chat.say(LOBBY, "hello"), "rate-limited");
  assert.equal(house.hub.counts().limited, 2);
});

test("all who come from one address share its rate; this computer has none", async (t) => {
  const house = await House.open(t, limited({ "messages-per-10-seconds-per-address": 2 }));
  const ann = await house.enter("ann");
  const bob = await house.enter("bob");
  const here = await house.enter("cy", at("::1"));
  await ann.chat.say(LOBBY, "hello");
  await bob.chat.say(LOBBY, "hello");
  assert.match(await reasonOf(ann.chat.say(LOBBY, "hello")), /^rate-limited: too much comes from your address: at most 2 messages/);
  for (let count = 0; count < 5; count++) await here.chat.say(LOBBY, "hello");
});

test("a message has at most so many bytes", async (t) => {
  const house = await House.open(t, limited({ "message-bytes": 10 }));
  const { chat } = await house.enter("bob");
  await chat.say(LOBBY, "0123456789");
  assert.equal(await reasonOf(chat.say(LOBBY, "ééééé!")), "too-large: a message has at most 10 bytes at this hub: say it in parts");
});

test("so many people, and no more", async (t) => {
  const house = await House.open(t, limited({ guests: 2 }));
  const ann = await house.enter("ann");
  await house.enter("bob");
  await rejects(house.enter("cy"), "busy");
  await house.hub.desk.enter(byToken(ann.token), at("10.0.0.7"));
  await ann.chat.rename("anna");
  await rejects(house.enter("cy"), "busy");
});

test("so many joins from one address in a minute; coming back by token is none", async (t) => {
  const house = await House.open(t, limited({ "joins-per-minute-per-address": 2 }));
  const ann = await house.enter("ann");
  await house.enter("bob");
  await rejects(house.enter("cy"), "rate-limited");
  await house.hub.desk.enter(byToken(ann.token), at("10.0.0.7"));
  await house.enter("cy", at("10.0.0.8"));
  house.pass(MINUTE);
  await house.enter("dan");
});

test("so many connections in all and from one address", async (t) => {
  const house = await House.open(t, limited({ connections: 3, "connections-per-address": 1 }));
  const { desk } = house.hub;
  const first = desk.admit(at("10.0.0.7"));
  assert("release" in first);
  assert.deepEqual(desk.admit(at("::ffff:10.0.0.7")), { refused: "too many connections from your address: at most 1" });
  assert("release" in desk.admit(at("10.0.0.8")));
  assert("release" in desk.admit(at("127.0.0.1")));
  assert.deepEqual(desk.admit(at("127.0.0.1")), { refused: "Room 12 is full: at most 3 connections; try again later" });
  first.release();
  first.release();
  assert("release" in desk.admit(at("10.0.0.7")));
  assert.equal(house.hub.counts().connections, 3);
});

test("0 is no limit", async (t) => {
  const none = Object.fromEntries(Object.keys(DEFAULT_SETTINGS.limits).map((key) => [key, 0]));
  const house = await House.open(t, limited(none));
  const { chat } = await house.enter("bob");
  await Promise.all(Array.from({ length: 300 }, () => chat.say(LOBBY, "hello")));
});

for (const [topics, guest, member] of [
  ["everyone", true, true],
  ["members", false, true],
  ["moderators", false, false],
] as const) {
  test(`topics are set by ${topics}`, async (t) => {
    const house = await House.open(t, { topics });
    const bob = await house.enter("bob");
    const tries = async (may: boolean) => (may ? bob.chat.setTopic(TEA, "green") : rejects(bob.chat.setTopic(TEA, "green"), "not-allowed"));
    await tries(guest);
    await bob.chat.hub({ kind: "register", password: "correct horse" });
    await tries(member);
    await house.hub.ownerChat.hub({ kind: "role", name: "bob", role: "moderator" });
    await bob.chat.setTopic(TEA, "black");
  });
}

test("settings hold from the moment they are read again", async (t) => {
  const house = await House.open(t);
  const { chat } = await house.enter("bob");
  await chat.say(LOBBY, "a message of some length");
  house.hub.reload({ ...house.settings, title: "Room 13", ...limited({ "message-bytes": 5 }) });
  await rejects(chat.say(LOBBY, "a message of some length"), "too-large");
  assert.equal(house.hub.desk.about().title, "Room 13");
});

test("a clock that is set back by hours makes nobody wait for hours in a slow room", async (t) => {
  const house = await House.open(t);
  await house.hub.ownerChat.hub({ kind: "slow", room: LOBBY, seconds: 30 });
  const { chat } = await house.enter("bob");
  await chat.say(LOBBY, "before");
  await rejects(chat.say(LOBBY, "too soon"), "rate-limited");
  house.now -= 180 * MINUTE;
  await chat.say(LOBBY, "after");
  await rejects(chat.say(LOBBY, "too soon"), "rate-limited");
});
