// The contract of Log, held by the engine: what peers give each other.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MAX_FOREIGN_ROOMS } from "../../src/chat/rooms.ts";
import { encodeBody } from "../../src/core/body-codec.ts";
import type { Entry } from "../../src/core/entry.ts";
import { createIdentity } from "../../src/core/identity.ts";
import { type Conversation, type PeerId, personOf, type RoomId } from "../../src/core/ids.ts";
import type { Appended } from "../../src/core/ports/log.ts";
import { directRoom, LOBBY } from "../../src/core/room.ts";
import { Feed } from "./feed.ts";
import { Listener } from "./listen.ts";
import { openStation, START } from "./pair.ts";
import { rejects, textsOf } from "./scene.ts";

const GIVER = createIdentity().id;
const ids = (entries: readonly Entry[]): string[] => entries.map(({ id }) => id);

describe("Log: taking in", () => {
  test("a range is stored, told to peers and people, and counted in the frontier", async () => {
    const { chat, log } = await openStation("ann");
    const told: Appended[] = [];
    log.subscribe((appended) => told.push(appended));
    const heard = await Listener.to(chat);
    const feed = new Feed();
    const entries = feed.say("one", "two");
    assert.deepEqual(await log.ingest(LOBBY, entries, GIVER), { held: 2, refused: null });
    assert.deepEqual(heard.texts, ["one", "two"]);
    assert.deepEqual(
      told.map(({ room, author, from }) => ({ room, author, from })),
      [{ room: LOBBY, author: feed.identity.id, from: GIVER }],
    );
    assert.deepEqual(ids(told[0]?.entries ?? []), ids(entries));
    assert.equal(log.frontier(LOBBY).get(feed.identity.id), 2);
  });

  test("what is held is a no-op: the same range, an older one, one that overlaps", async () => {
    const { chat, log } = await openStation("ann");
    const heard = await Listener.to(chat);
    const feed = new Feed();
    for (const texts of [["1", "2"], ["3"], ["4", "5"], ["6"]]) feed.say(...texts);
    const give = (from: number, to: number) => log.ingest(LOBBY, feed.entries.slice(from - 1, to), GIVER);
    assert.deepEqual(await give(1, 3), { held: 3, refused: null });
    assert.deepEqual(await give(1, 3), { held: 3, refused: null });
    assert.deepEqual(await give(1, 2), { held: 3, refused: null });
    assert.deepEqual(await give(3, 5), { held: 5, refused: null });
    assert.deepEqual(await give(1, 6), { held: 6, refused: null });
    assert.deepEqual(heard.texts, ["1", "2", "3", "4", "5", "6"]);
  });

  test("ranges given in one breath follow one another", async () => {
    const { log } = await openStation("ann");
    const feed = new Feed();
    const ranges = Array.from({ length: 20 }, (_, index) => feed.say(`a${index}`, `b${index}`));
    const results = await Promise.all(ranges.flatMap((range) => [log.ingest(LOBBY, range, GIVER), log.ingest(LOBBY, range, GIVER)]));
    assert.deepEqual(
      results.map(({ refused }) => refused),
      results.map(() => null),
    );
    assert.equal(log.frontier(LOBBY).get(feed.identity.id), 40);
  });

  test("a gap is refused, with how far the feed is held", async () => {
    const { log } = await openStation("ann");
    const feed = new Feed();
    const first = feed.say("1");
    feed.say("2");
    const third = feed.say("3");
    assert.deepEqual(await log.ingest(LOBBY, third, GIVER), { held: 0, refused: "gap" });
    await log.ingest(LOBBY, first, GIVER);
    assert.deepEqual(await log.ingest(LOBBY, third, GIVER), { held: 1, refused: "gap" });
  });

  test("unknown kinds and malformed bodies are kept and passed on, not shown", async () => {
    const { chat, log } = await openStation("ann");
    const heard = await Listener.to(chat);
    const feed = new Feed();
    feed.seal([
      { kind: 900, bytes: Uint8Array.of(1) },
      { kind: 4, bytes: Uint8Array.of(1, 2, 3) },
      { kind: 8, bytes: encodeBody({ kind: "message", text: "no name", replyTo: null }).bytes },
    ]);
    assert.deepEqual(await log.ingest(LOBBY, feed.entries, GIVER), { held: 3, refused: null });
    assert.deepEqual(ids(await log.range(LOBBY, feed.identity.id, 1, 3, 10_000)), ids(feed.entries));
    assert.deepEqual(heard.events, []);
  });
});

describe("Log: refusing", () => {
  const bad = (entry: Entry): Entry => ({ ...entry, signature: new Uint8Array(64) });
  const message = encodeBody({ kind: "message", text: "x", replyTo: null });
  const cases: Readonly<Record<string, () => { room?: RoomId; entries: readonly Entry[]; refused: string }>> = {
    "a bad signature": () => ({ entries: new Feed().say("x").map(bad), refused: "bad-signature" }),
    "no signature": () => ({ entries: new Feed().say("x", "y").slice(0, 1), refused: "bad-signature" }),
    "another network": () => ({ entries: new Feed().seal([message], { network: "other" }), refused: "wrong-network" }),
    "another room": () => ({ room: "#tea" as RoomId, entries: new Feed().say("x"), refused: "wrong-room" }),
    "a broken chain": () => {
      const feed = new Feed();
      feed.say("1", "2", "3");
      return { entries: feed.entries.filter(({ header }) => header.seq !== 2), refused: "out-of-chain" };
    },
    "two authors": () => ({ entries: [...new Feed().say("x"), ...new Feed().say("y")], refused: "bad-input" }),
  };
  for (const [what, make] of Object.entries(cases)) {
    test(what, async () => {
      const { log, chat } = await openStation("ann");
      const { room = LOBBY, entries, refused } = make();
      assert.deepEqual(await log.ingest(room, entries, GIVER), { held: 0, refused });
      assert.deepEqual(await textsOf(chat, LOBBY), []);
      assert.equal(log.frontier(room).get(entries[0]?.author as PeerId), undefined);
    });
  }

  test("an entry that follows another than the head", async () => {
    const { log } = await openStation("ann");
    const [feed, other] = [new Feed(), new Feed()];
    await log.ingest(LOBBY, feed.say("1"), GIVER);
    const stray = new Feed(LOBBY, feed.identity);
    stray.entries.push(...other.say("someone else's"));
    assert.deepEqual(await log.ingest(LOBBY, stray.say("2"), GIVER), { held: 1, refused: "out-of-chain" });
  });

  test("direct talk, unless it is between giver and taker and said by one of them", async () => {
    const [ann, bob, cy] = [await openStation("ann"), createIdentity(), createIdentity()];
    const [a, b, c] = [ann.id, personOf(bob.id), personOf(cy.id)];
    const give = (room: RoomId, author: typeof bob, from: PeerId) => ann.log.ingest(room, new Feed(room, author).say("psst"), from);
    assert.equal((await give(directRoom(b, c), bob, bob.id)).refused, "not-allowed");
    assert.equal((await give(directRoom(a, b), bob, cy.id)).refused, "not-allowed");
    assert.equal((await give(directRoom(a, b), cy, bob.id)).refused, "not-allowed");
    assert.equal((await give(directRoom(a, a), ann.identity, bob.id)).refused, "not-allowed");
    assert.equal((await give(directRoom(a, b), bob, bob.id)).refused, null);
    assert.deepEqual(await textsOf(ann.chat, `@${b}` as Conversation), ["psst"]);
  });

  test(`more than ${MAX_FOREIGN_ROOMS} rooms by strangers`, async () => {
    const { log, chat, id } = await openStation("ann");
    const heard = await Listener.to(chat);
    const stranger = createIdentity();
    const give = (index: number) => {
      const room = `#room${index}` as RoomId;
      return log.ingest(room, new Feed(room, stranger).say("x"), GIVER);
    };
    let taken = 0;
    while (taken <= MAX_FOREIGN_ROOMS && (await give(taken)).refused === null) taken++;
    assert(taken >= MAX_FOREIGN_ROOMS - 2 && taken <= MAX_FOREIGN_ROOMS, `took ${taken}`);
    assert.equal((await give(taken + 1)).refused, "not-allowed");
    assert.deepEqual(
      heard.of("notice").map(({ code }) => code),
      ["network"],
    );
    await chat.say("#mine" as Conversation, "one's own rooms are never too many");
    const bob = createIdentity();
    const direct = directRoom(id, personOf(bob.id));
    assert.equal((await log.ingest(direct, new Feed(direct, bob).say("nor is direct talk"), bob.id)).refused, null);
  });

  test("after close", async () => {
    const { log, chat } = await openStation("ann");
    await chat.close();
    await rejects(log.ingest(LOBBY, new Feed().say("x"), GIVER), "closed");
  });
});

describe("Log: giving", () => {
  test("a range ends on a signed entry, within the bytes but with one commit at least", async () => {
    const { log } = await openStation("ann");
    const feed = new Feed();
    for (const texts of [["1", "2", "3"], ["4", "5"], ["6"]]) await log.ingest(LOBBY, feed.say(...texts), GIVER);
    const seqs = async (from: number, to: number, bytes = 100_000) =>
      (await log.range(LOBBY, feed.identity.id, from, to, bytes)).map(({ header }) => header.seq);
    assert.deepEqual(await seqs(1, 6), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(await seqs(2, 4), [2, 3, 4, 5]);
    assert.deepEqual(await seqs(1, 6, 1), [1, 2, 3]);
    assert.deepEqual(await seqs(5, 6, 1), [5]);
    assert.deepEqual(await seqs(7, 9), []);
    assert.deepEqual(await seqs(3, 2), []);
    assert.deepEqual(await log.range("#tea" as RoomId, feed.identity.id, 1, 9, 1_000), []);
  });

  test("what is said here is signed once per burst and told in order", async () => {
    const { chat, log, identity } = await openStation("ann");
    const told: Appended[] = [];
    const stop = log.subscribe((appended) => told.push(appended));
    await Promise.all(["1", "2", "3"].map((text) => chat.say(LOBBY, text)));
    stop();
    await chat.say(LOBBY, "4");
    assert.equal(told.length, 1);
    assert.deepEqual(
      told[0]?.entries.map(({ signature }) => signature !== null),
      [false, false, true],
    );
    assert.equal(told[0]?.from, null);
    assert.deepEqual(log.rooms(), [LOBBY]);
    assert.equal(log.frontier(LOBBY).get(identity.id), 5);
    assert.equal(log.frontier("#tea" as RoomId).size, 0);
  });

  test("redacted words are not given on", async () => {
    const [ann, bob] = [await openStation("ann"), await openStation("bob")];
    const { id } = await ann.chat.say(LOBBY, "secret");
    const all = () => ann.log.range(LOBBY, ann.identity.id, 1, 9, 100_000);
    await bob.log.ingest(LOBBY, await all(), ann.identity.id);
    await ann.chat.redact(id);
    const late = await openStation("late");
    for (const { log } of [bob, late]) assert.equal((await log.ingest(LOBBY, await all(), ann.identity.id)).refused, null);
    await bob.chat.close();
    const given = await bob.log.range(LOBBY, ann.identity.id, 1, 9, 100_000);
    assert.equal(given.find((entry) => entry.id === id)?.body, null);
    assert.equal((await late.chat.history(LOBBY, { limit: 1 }))[0]?.redacted, true);
  });
});

describe("Log: forks", () => {
  test("another branch is kept beside, shown, and told once", async () => {
    const { chat, log } = await openStation("ann");
    const heard = await Listener.to(chat);
    const feed = new Feed();
    feed.say("1");
    const other = feed.fork(1);
    feed.say("2", "3");
    await log.ingest(LOBBY, feed.entries, GIVER);
    other.say("two");
    assert.deepEqual(await log.ingest(LOBBY, other.entries, GIVER), { held: 3, refused: "forked" });
    assert.deepEqual(await log.ingest(LOBBY, other.say("three"), GIVER), { held: 3, refused: "forked" });
    assert.equal((await log.ingest(LOBBY, other.say("four"), GIVER)).refused, "forked");
    assert.deepEqual(heard.texts, ["1", "2", "3", "two", "three", "four"]);
    assert.deepEqual(
      heard.of("notice").map(({ code }) => code),
      ["fork"],
    );
    assert.deepEqual(await log.ingest(LOBBY, feed.say("4"), GIVER), { held: 4, refused: null });
    assert.deepEqual(ids(await log.range(LOBBY, feed.identity.id, 1, 9, 10_000)), ids(feed.entries));
    assert.deepEqual((await textsOf(chat, LOBBY)).toSorted(), ["1", "2", "3", "4", "four", "three", "two"]);
  });

  test("a branch with a bad signature proves nothing", async () => {
    const { log, chat } = await openStation("ann");
    const feed = new Feed();
    feed.say("1");
    const other = feed.fork(0);
    await log.ingest(LOBBY, feed.entries, GIVER);
    const forged = other.say("one").map((entry) => ({ ...entry, signature: new Uint8Array(64) }));
    assert.deepEqual(await log.ingest(LOBBY, forged, GIVER), { held: 1, refused: "bad-signature" });
    assert.deepEqual(await textsOf(chat, LOBBY), ["1"]);
  });
});

describe("Log: time", () => {
  test("an entry from the far future is kept, shown with a mark, and moves no clock", async () => {
    const { chat, log } = await openStation("ann");
    const body = encodeBody({ kind: "message", text: "from tomorrow", replyTo: null });
    const time = START + 86_400_000_000;
    assert.equal((await log.ingest(LOBBY, new Feed().seal([body], { time }), GIVER)).refused, null);
    const said = await chat.say(LOBBY, "today");
    assert(said.key.time < START + 60_000_000);
    assert.deepEqual(
      (await chat.history(LOBBY, { limit: 5 })).map(({ text, ahead }) => [text, ahead]),
      [
        ["today", false],
        ["from tomorrow", true],
      ],
    );
  });

  test("what is said after seeing a message stands after it, though the clock here is behind", async () => {
    const { chat, log } = await openStation("ann");
    const body = encodeBody({ kind: "message", text: "question", replyTo: null });
    await log.ingest(LOBBY, new Feed().seal([body], { time: START + 30_000_000 }), GIVER);
    await chat.say(LOBBY, "answer");
    assert.deepEqual(await textsOf(chat, LOBBY), ["question", "answer"]);
  });
});
