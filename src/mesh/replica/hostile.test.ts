import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PeerId, RoomId } from "../../core/ids.ts";
import { directRoom, isDirect, LOBBY, mayHold } from "../../core/room.ts";
import type { GossipFrame, ReplicaEffect } from "./events.ts";
import { Bench, feed, peerId } from "./fixtures.ts";

const [ME, MALLORY, BEN, CAT] = [peerId("m"), peerId("x"), peerId("b"), peerId("c")];
const room = fc.constantFrom<RoomId>(
  LOBBY,
  "#tea" as RoomId,
  directRoom(ME as never, MALLORY as never),
  directRoom(ME as never, BEN as never),
);
const author = fc.constantFrom<PeerId>(ME, MALLORY, BEN, CAT);
const seq = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
const range = fc.tuple(seq, fc.integer({ min: 0, max: 9 }));

const frame: fc.Arbitrary<GossipFrame> = fc.oneof(
  fc
    .dictionary(room, fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map((rooms) => ({ kind: "digests", rooms: new Map(Object.entries(rooms)) as never }) as const),
  fc
    .tuple(fc.boolean(), room, fc.array(fc.tuple(author, seq)))
    .map(([whole, room, feeds]) => ({ kind: "frontiers", whole, rooms: new Map([[room, new Map(feeds)]]) }) as const),
  fc.tuple(room, author, range).map(([room, author, [from, more]]) => ({ kind: "want", room, author, from, to: from + more }) as const),
  fc
    .tuple(room, author, range)
    .map(([room, author, [from, more]]) => ({ kind: "entries", room, entries: feed(author, from, from + more) }) as const),
  fc.tuple(fc.constantFrom("prune" as const, "graft" as const), author).map(([kind, author]) => ({ kind, author })),
);

const roomsOf = (effect: ReplicaEffect): readonly RoomId[] => {
  if ("room" in effect) return [effect.room];
  return effect.kind === "send" && "rooms" in effect.frame ? [...effect.frame.rooms.keys()] : [];
};

const peersOf = (effect: ReplicaEffect): readonly PeerId[] => {
  if (effect.kind === "push") return effect.peers;
  return "peer" in effect ? [effect.peer] : [];
};

/** Nothing of a direct room goes to anyone but its two peers. */
function assertPrivate(effect: ReplicaEffect): void {
  for (const room of roomsOf(effect).filter(isDirect))
    for (const peer of peersOf(effect)) assert.ok(mayHold(peer, room), `${room} to ${peer}`);
}

test("whatever a peer says, nothing is thrown, nothing private told, and few things asked of it at once", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(frame, fc.integer({ min: 0, max: 3000 })), { maxLength: 40 }), (steps) => {
      const bench = new Bench(ME);
      bench.holds(ME, 7);
      bench.holds(BEN, 3, directRoom(ME as never, BEN as never));
      bench.tell({ kind: "linked", peer: MALLORY });
      bench.tell({ kind: "linked", peer: CAT });
      for (const [frame, pause] of steps) {
        const effects = [...bench.hear(MALLORY, frame), ...bench.pass(pause)];
        effects.forEach(assertPrivate);
        if (effects.some(({ kind }) => kind === "close")) bench.tell({ kind: "linked", peer: MALLORY });
        assert.ok(effects.length < 200, `${effects.length} effects of one frame`);
      }
    }),
    { seed: 22, numRuns: 1500 },
  );
});
