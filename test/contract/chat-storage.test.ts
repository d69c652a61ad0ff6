// The engine and its store: what is told is stored, what cannot be stored is told to nobody else, and a restart goes on where it stopped.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeBody } from "../../src/core/body-codec.ts";
import { createIdentity } from "../../src/core/identity.ts";
import type { Conversation } from "../../src/core/ids.ts";
import type { Appended } from "../../src/core/ports/log.ts";
import { LOBBY } from "../../src/core/room.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { FailingStore } from "./failing-store.ts";
import { Feed } from "./feed.ts";
import { Listener } from "./listen.ts";
import { openStation, START } from "./pair.ts";
import { personIn, rejects, roomIn, TEA, textsOf } from "./scene.ts";

const GIVER = createIdentity().id;

async function openFailing() {
  const store = new FailingStore(memoryStore());
  const station = await openStation("ann", { store });
  const told: Appended[] = [];
  station.log.subscribe((appended) => told.push(appended));
  return { ...station, store, told, heard: await Listener.to(station.chat) };
}

describe("The engine over a store that fails", () => {
  test("only the sender hears of it, and no number is lost", async () => {
    const { chat, log, identity, store, told, heard } = await openFailing();
    store.isFull = true;
    await Promise.all(["a", "b"].map((text) => rejects(chat.say(LOBBY, text), "storage")));
    await rejects(chat.say(TEA, "c"), "storage");
    assert.deepEqual([told, heard.events, log.rooms()], [[], [], [LOBBY]]);
    store.isFull = false;
    await chat.say(LOBBY, "d");
    assert.equal(log.frontier(LOBBY).get(identity.id), 2);
    const feed = await log.range(LOBBY, identity.id, 1, 9, 10_000);
    const other = await openStation("bob");
    assert.deepEqual(await other.log.ingest(LOBBY, feed, identity.id), { held: 2, refused: null });
    assert.equal((await roomIn(chat, LOBBY)).unread, 0);
    await chat.say(TEA, "e");
    assert.equal((await roomIn(chat, TEA)).joined, true);
  });

  test("a giver is told, and may give again", async () => {
    const { log, store, heard } = await openFailing();
    const entries = new Feed().say("1", "2");
    store.isFull = true;
    await rejects(log.ingest(LOBBY, entries, GIVER), "storage");
    store.isFull = false;
    assert.deepEqual(await log.ingest(LOBBY, entries, GIVER), { held: 2, refused: null });
    assert.deepEqual(heard.texts, ["1", "2"]);
  });

  test("what arrives during an append is appended together after it", async () => {
    const { chat, log, store } = await openFailing();
    store.appends.length = 0;
    const release = store.hold();
    const said = [chat.say(LOBBY, "first")];
    while (store.appends.length === 0) await Promise.resolve();
    said.push(...["a", "b"].map((text) => chat.say(LOBBY, text)), chat.say(TEA, "c"));
    const given = log.ingest(LOBBY, new Feed().say("x", "y"), GIVER);
    assert.deepEqual(store.appends, [1]);
    release();
    await Promise.all([...said, given]);
    assert.deepEqual(store.appends, [1, 6]);
  });

  test("nothing is told before it is stored, and closing waits for it", async () => {
    const { chat, store, heard, told } = await openFailing();
    const release = store.hold();
    const said = chat.say(LOBBY, "wait for me");
    const closed = chat.close();
    assert.deepEqual([heard.events, told], [[], []]);
    release();
    await Promise.all([said, closed]);
    assert.deepEqual([heard.texts, heard.ended], [["wait for me"], "closed"]);
  });
});

describe("The engine after a restart", () => {
  test("goes on with its feeds, rooms, topics, marks and status text", async () => {
    const first = await openStation("ann");
    const { identity, store } = first;
    const said = await first.chat.say(LOBBY, "before");
    await first.chat.setTopic(TEA, "leaves");
    const unread = encodeBody({ kind: "message", text: "unread", replyTo: null });
    await first.chat.markRead(LOBBY, said.key);
    await first.chat.setStatus("busy", "reading");
    await first.chat.setStatus("away", "lunch");
    await first.log.ingest(LOBBY, new Feed().seal([unread], { time: said.key.time + 1 }), GIVER);
    const numbers = first.log.frontier(LOBBY);
    const { chat, log } = await openStation("ann", { identity, store });
    assert.deepEqual(log.frontier(LOBBY), numbers);
    assert.deepEqual(log.rooms(), [LOBBY, "#tea"]);
    const { topic, joined, here } = await roomIn(chat, TEA);
    assert.deepEqual([topic, joined, here], ["leaves", true, 1]);
    assert.equal((await roomIn(chat, LOBBY)).unread, 1);
    assert.deepEqual(await personIn(chat, "ann").then(({ status, text }) => [status, text]), ["online", "reading"]);
    await chat.say(LOBBY, "after");
    assert.equal(log.frontier(LOBBY).get(identity.id), 3);
    const other = await openStation("bob");
    assert.equal((await other.log.ingest(LOBBY, await log.range(LOBBY, identity.id, 1, 9, 10_000), GIVER)).refused, null);
  });

  test("stamps beyond all it had seen, though the clock went back", async () => {
    const { chat, identity, store } = await openStation("ann", { clock: () => START });
    await chat.say(LOBBY, "one");
    const again = await openStation("ann", { identity, store, clock: () => START - 3_600_000_000 });
    const late = await again.chat.say(LOBBY, "an hour earlier");
    assert(late.key.time < START, "a stamp far ahead moves no clock, not even one's own");
    const soon = await openStation("ann", { identity, store, clock: () => START - 60_000_000 });
    const next = await soon.chat.say(LOBBY, "a minute earlier");
    assert(next.key.time > START);
  });

  test("a watch resumes over it", async () => {
    const { chat, identity, store } = await openStation("ann");
    const heard = await Listener.to(chat);
    await chat.say(LOBBY, "one");
    await chat.say(LOBBY, "two");
    const { cursor } = await heard.hears("message");
    const again = await openStation("ann", { identity, store });
    await again.chat.say(LOBBY, "three");
    const resumed = await Listener.to(again.chat, cursor ?? 0);
    assert.deepEqual(resumed.texts, ["two", "three"]);
  });

  test("a name is needed once; a new one is told to others", async () => {
    await rejects(openStation(undefined), "bad-input");
    await rejects(openStation("#no"), "bad-input");
    const { identity, store, log } = await openStation("ann");
    assert.equal(log.frontier(LOBBY).get(identity.id), 1);
    const again = await openStation(undefined, { identity, store });
    assert.deepEqual([again.chat.self().name, again.log.frontier(LOBBY).get(identity.id)], ["ann", 1]);
    const renamed = await openStation("anna", { identity, store });
    assert.deepEqual([renamed.chat.self().name, renamed.log.frontier(LOBBY).get(identity.id)], ["anna", 2]);
    assert.equal((await openStation(undefined, { identity, store })).chat.self().name, "anna");
  });

  test("one who joined and left again is out", async () => {
    const { chat, identity, store } = await openStation("ann");
    await chat.join(TEA);
    await chat.leave(TEA);
    const again = await openStation("ann", { identity, store });
    assert.equal((await roomIn(again.chat, TEA)).joined, false);
    assert.deepEqual(await textsOf(again.chat, "#tea" as Conversation), []);
  });
});
