import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frontier } from "../../core/entry.ts";
import type { PeerId, RoomId } from "../../core/ids.ts";
import { directRoom, LOBBY } from "../../core/room.ts";
import { digestOf } from "./digests.ts";
import type { GossipFrame, ReplicaEffect } from "./events.ts";
import { Bench, feed, peerId, sent } from "./fixtures.ts";
import { PATIENCE, RANGE } from "./wants.ts";

const [ME, ANN, BEN, CAT] = [peerId("m"), peerId("a"), peerId("b"), peerId("c")];

const holding = (author: PeerId, seq: number, whole = true, room: RoomId = LOBBY): GossipFrame => ({
  kind: "frontiers",
  whole,
  rooms: new Map<RoomId, Frontier>([[room, new Map([[author, seq]])]]),
});
const kinds = (effects: readonly ReplicaEffect[]) => effects.map((effect) => effect.kind);

function linked(...peers: readonly PeerId[]): Bench {
  const bench = new Bench(ME);
  for (const peer of peers) bench.tell({ kind: "linked", peer });
  return bench;
}

test("a link begins with the digests of the rooms that both may hold", () => {
  const bench = new Bench(ME);
  bench.holds(ANN, 3);
  bench.holds(ME, 1, directRoom(ME as never, BEN as never));
  const [digests] = sent(bench.tell({ kind: "linked", peer: ANN }), "digests");
  assert.deepEqual(digests?.rooms, new Map([[LOBBY, digestOf(new Map([[ANN, 3]]))]]));
});

test("digests do not depend on the order of authors", () => {
  assert.deepEqual(
    digestOf(
      new Map([
        [ANN, 1],
        [BEN, 2],
      ]),
    ),
    digestOf(
      new Map([
        [BEN, 2],
        [ANN, 1],
      ]),
    ),
  );
});

test("equal digests acknowledge what is held; a differing or unnamed room is answered with the whole frontier", () => {
  const bench = linked(ANN);
  bench.holds(BEN, 5);
  const same = bench.hear(ANN, { kind: "digests", rooms: new Map([[LOBBY, digestOf(new Map([[BEN, 5]]))]]) });
  assert.deepEqual(same, [{ kind: "acknowledged", peer: ANN, room: LOBBY, frontier: new Map([[BEN, 5]]) }]);
  for (const rooms of [new Map([[LOBBY, new Uint8Array(32)]]), new Map()]) {
    const [reply] = sent(bench.hear(ANN, { kind: "digests", rooms }), "frontiers");
    assert.equal(reply?.whole, true);
    assert.deepEqual(reply?.rooms.get(LOBBY), new Map([[BEN, 5]]));
  }
});

test("a whole frontier is answered with what it lacks, and that is not answered", () => {
  const bench = linked(ANN);
  bench.holds(BEN, 5);
  const [reply] = sent(bench.hear(ANN, holding(BEN, 3)), "frontiers");
  assert.deepEqual({ whole: reply?.whole, lacks: reply?.rooms.get(LOBBY) }, { whole: false, lacks: new Map([[BEN, 5]]) });
  assert.deepEqual(sent(bench.hear(ANN, holding(BEN, 3, false)), "frontiers"), []);
});

test("a long feed is pulled from one link in ranges, two under way at a time", () => {
  const bench = linked(ANN, BEN);
  bench.hear(BEN, holding(CAT, 10_000));
  const first = bench.hear(ANN, holding(CAT, 10_000));
  assert.deepEqual(sent(first, "want"), []);
  const more = sent(bench.give(BEN, CAT, [1, RANGE]), "want");
  assert.deepEqual(
    more.map(({ peer, from, to }) => ({ peer, from, to })),
    [{ peer: BEN, from: 2 * RANGE + 1, to: 3 * RANGE }],
  );
});

test("a newcomer's feeds are spread over the links that hold them, each asked for once", () => {
  const peers = [ANN, BEN, CAT, peerId("d")];
  const bench = linked(...peers);
  const rooms = new Map<RoomId, Frontier>([[LOBBY, new Map([..."efghijkl"].map((letter) => [peerId(letter), 10]))]]);
  const wants = peers.flatMap((peer) => sent(bench.hear(peer, { kind: "frontiers", whole: false, rooms }), "want"));
  wants.push(...sent(bench.pass(200), "want"));
  assert.equal(wants.length, 8);
  assert.deepEqual(new Set(wants.map(({ author }) => author)).size, 8);
  assert.deepEqual(
    peers.map((peer) => wants.filter((want) => want.peer === peer).length),
    [2, 2, 2, 2],
  );
});

test("what is not answered is asked for elsewhere, and in the end no more", () => {
  const bench = linked(ANN, BEN);
  bench.hear(ANN, holding(CAT, 10));
  bench.hear(BEN, holding(CAT, 10));
  assert.deepEqual(
    sent(bench.pass(PATIENCE), "want").map(({ peer }) => peer),
    [BEN],
  );
  assert.ok(sent(bench.pass(600_000), "want").length <= 4);
  assert.deepEqual(sent(bench.pass(600_000), "want"), []);
});

test("when the giver's link ends, another is asked at once", () => {
  const bench = linked(ANN, BEN);
  bench.hear(ANN, holding(CAT, 10));
  bench.hear(BEN, holding(CAT, 10));
  const wants = sent(bench.tell({ kind: "unlinked", peer: ANN }), "want");
  assert.deepEqual(
    wants.map(({ peer, from, to }) => ({ peer, from, to })),
    [{ peer: BEN, from: 1, to: 10 }],
  );
});

test("a million claimed authors are neither all remembered nor all asked for at once", () => {
  const bench = linked(ANN);
  const authors = new Map(Array.from({ length: 100_000 }, (_, i) => [`${i}` as PeerId, 2 ** 40]));
  const wants = sent(bench.hear(ANN, { kind: "frontiers", whole: true, rooms: new Map([[LOBBY, authors]]) }), "want");
  assert.equal(new Set(wants.map(({ author }) => author)).size, 64);
  let asked = 0;
  for (let hour = 0; hour < 24; hour++) asked += sent(bench.pass(3_600_000), "want").length;
  assert.ok(asked < 64 * 2 * 24 * 70, `${asked} wants in a day`);
});

test("a gap is not given to the log but asked for from where the feed ends", () => {
  const bench = linked(ANN);
  bench.holds(ANN, 2);
  const effects = bench.hear(ANN, { kind: "entries", room: LOBBY, entries: feed(ANN, 5, 6) });
  assert.ok(!kinds(effects).includes("ingest"));
  assert.deepEqual(
    sent(effects, "want").map(({ from, to }) => [from, to]),
    [[3, 6]],
  );
});

test("what is said here is pushed to every link", () => {
  const bench = linked(ANN, BEN);
  assert.deepEqual(bench.append(ME, 1), [{ kind: "push", peers: [ANN, BEN], room: LOBBY, author: ME, from: 1, to: 1 }]);
});

test("who gives what we have is asked to stop, once, and then only hears of it", () => {
  const bench = linked(ANN, BEN);
  bench.give(ANN, CAT, [1, 1]);
  assert.deepEqual(
    sent(bench.give(BEN, CAT, [1, 1]), "prune").map(({ peer, author }) => ({ peer, author })),
    [{ peer: BEN, author: CAT }],
  );
  assert.deepEqual(sent(bench.give(BEN, CAT, [1, 1]), "prune"), []);
  bench.hear(BEN, { kind: "prune", author: CAT });
  const effects = bench.give(ANN, CAT, [2, 2]);
  assert.ok(!kinds(effects).includes("push"));
  const [told] = sent(bench.pass(3000), "frontiers");
  assert.deepEqual([told?.peer, told?.rooms.get(LOBBY)], [BEN, new Map([[CAT, 2]])]);
});

test("of two that push an author the author's own link is kept", () => {
  const bench = linked(ANN, BEN);
  bench.give(BEN, ANN, [1, 1]);
  assert.deepEqual(
    sent(bench.give(ANN, ANN, [1, 1]), "prune").map(({ peer }) => peer),
    [BEN],
  );
});

test("who only heard of entries waits a moment, then asks for them and to be pushed to", () => {
  const bench = linked(ANN, BEN);
  assert.deepEqual(
    bench.hear(ANN, holding(CAT, 1, false)).map(({ kind }) => kind),
    ["acknowledged"],
  );
  const late = bench.pass(200);
  assert.deepEqual(
    sent(late, "graft").map(({ peer, author }) => ({ peer, author })),
    [{ peer: ANN, author: CAT }],
  );
  assert.equal(sent(late, "want").length, 1);
});

test("an author hears soon that its entries arrived", () => {
  const bench = linked(ANN);
  bench.give(ANN, ANN, [1, 3]);
  assert.deepEqual(
    sent(bench.pass(100), "frontiers").map(({ rooms }) => rooms.get(LOBBY)),
    [new Map([[ANN, 3]])],
  );
});

test("a blocked link is pushed nothing, and told of it when drained", () => {
  const bench = linked(ANN);
  bench.tell({ kind: "blocked", peer: ANN });
  assert.deepEqual(bench.append(ME, 1), []);
  assert.deepEqual(sent(bench.pass(5000), "frontiers"), []);
  const [told] = sent(bench.tell({ kind: "drained", peer: ANN }), "frontiers");
  assert.deepEqual(told?.rooms.get(LOBBY), new Map([[ME, 1]]));
});

test("answers are given one at a time, and one near the end runs on to the head before pushing goes on", () => {
  const bench = linked(ANN);
  bench.holds(ME, 100);
  const want = { kind: "want", room: LOBBY, author: ME, from: 1, to: 100 } as const;
  assert.deepEqual(bench.hear(ANN, want), [{ kind: "serve", peer: ANN, room: LOBBY, author: ME, from: 1, to: 100 }]);
  assert.deepEqual(kinds(bench.append(ME, 101)), []);
  const next = bench.tell({ kind: "served", peer: ANN, room: LOBBY, author: ME, to: 100 });
  assert.deepEqual(next, [{ kind: "serve", peer: ANN, room: LOBBY, author: ME, from: 101, to: 101 }]);
  assert.deepEqual(bench.tell({ kind: "served", peer: ANN, room: LOBBY, author: ME, to: 101 }), []);
  assert.deepEqual(kinds(bench.append(ME, 102)), ["push"]);
});

test("a direct room is spoken of on the link of its two people only", () => {
  const bench = linked(ANN, BEN);
  const room = directRoom(ME as never, ANN as never);
  bench.holds(ME, 1, room);
  const effects = bench.tell({ kind: "appended", room, author: ME, from: 1, to: 1, origin: null });
  assert.deepEqual(effects, [{ kind: "push", peers: [ANN], room, author: ME, from: 1, to: 1 }]);
  assert.deepEqual(sent(bench.pass(10_000), "frontiers"), []);
});

test("who names a direct room that is not for both ends loses the link", () => {
  for (const room of [directRoom(ANN as never, BEN as never), directRoom(ME as never, BEN as never)]) {
    const frames: readonly GossipFrame[] = [
      { kind: "want", room, author: ME, from: 1, to: 1 },
      { kind: "entries", room, entries: feed(ANN, 1, 1) },
      { kind: "digests", rooms: new Map([[room, new Uint8Array(32)]]) },
      holding(ANN, 1, true, room),
    ];
    for (const frame of frames) {
      const [effect] = linked(ANN).hear(ANN, frame);
      assert.equal(effect?.kind === "close" && effect.code, "protocol");
    }
  }
});

test("who gives entries with a bad signature loses the link, and the range is asked for elsewhere", () => {
  const bench = linked(ANN, BEN);
  bench.hear(ANN, holding(CAT, 1));
  bench.hear(BEN, holding(CAT, 1));
  bench.hear(ANN, { kind: "entries", room: LOBBY, entries: feed(CAT, 1, 1) });
  const effects = bench.tell({ kind: "ingested", peer: ANN, room: LOBBY, author: CAT, result: { held: 0, refused: "bad-signature" } });
  assert.deepEqual(kinds(effects), ["close", "send"]);
  assert.deepEqual(
    sent(effects, "want").map(({ peer }) => peer),
    [BEN],
  );
});

test("of a forked feed the proof is asked for once, and then nothing more of the other branch", () => {
  const bench = linked(ANN);
  bench.holds(CAT, 5);
  bench.hear(ANN, { kind: "entries", room: LOBBY, entries: feed(CAT, 6, 6) });
  const forked = { kind: "ingested", peer: ANN, room: LOBBY, author: CAT, result: { held: 5, refused: "forked" } } as const;
  assert.deepEqual(
    sent(bench.tell(forked), "want").map(({ from, to }) => [from, to]),
    [[5, 5]],
  );
  bench.hear(ANN, { kind: "entries", room: LOBBY, entries: feed(CAT, 5, 5) });
  assert.deepEqual(bench.tell(forked), []);
  assert.deepEqual(sent(bench.hear(ANN, holding(CAT, 9)), "want"), []);
  assert.deepEqual(sent(bench.pass(120_000), "want"), []);
});

test("what cannot be stored now is asked for again after a while", () => {
  const bench = linked(ANN);
  bench.hear(ANN, { kind: "entries", room: LOBBY, entries: feed(CAT, 1, 2) });
  assert.deepEqual(bench.tell({ kind: "ingested", peer: ANN, room: LOBBY, author: CAT, result: null }), []);
  assert.deepEqual(
    sent(bench.pass(5000), "want").map(({ from, to }) => [from, to]),
    [[1, 2]],
  );
});
