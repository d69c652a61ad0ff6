import assert from "node:assert/strict";
import { test } from "node:test";
import type { PeerId } from "../../core/ids.ts";
import { Connections, SETTLE } from "./connections.ts";
import type { Turn } from "./events.ts";

const [SMALL, LARGE] = ["aaaa" as PeerId, "bbbb" as PeerId];
const at = (now: number): Turn => ({ now, random: () => 0.5, effects: [] });

/** One side of two connections: 1 dialled by the small id, 2 by the large one; in the order in which this side sees them. */
function survivor(self: PeerId, order: readonly (1 | 2)[]): number | undefined {
  const other = self === SMALL ? LARGE : SMALL;
  const connections = new Connections(self);
  const turn = at(0);
  for (const link of order) {
    const isOurs = (link === 1) === (self === SMALL);
    connections.added(link, other, isOurs ? "192.0.2.1:3277" : null, turn);
  }
  const closed = turn.effects.flatMap((effect) => (effect.kind === "close" ? [effect.link] : []));
  assert.deepEqual(closed, [2]);
  return connections.linkOf(other);
}

test("when both dial at once, the smaller id's connection survives on both sides, in whatever order they are seen", () => {
  for (const self of [SMALL, LARGE])
    for (const order of [
      [1, 2],
      [2, 1],
    ] as const)
      assert.equal(survivor(self, order), 1);
});

test("of two that we dialled ourselves the first survives", () => {
  const connections = new Connections(LARGE);
  const turn = at(0);
  connections.added(7, SMALL, "192.0.2.1:3277", turn);
  connections.added(8, SMALL, "192.0.2.2:3277", turn);
  assert.deepEqual(turn.effects, [
    { kind: "up", peer: SMALL, link: 7 },
    { kind: "close", link: 8, code: "duplicate" },
  ]);
});

test("of two that the other side dialled it chooses; one that it does not end is one it has forgotten", () => {
  const connections = new Connections(LARGE);
  connections.added(7, SMALL, null, at(0));
  connections.added(8, SMALL, null, at(10));
  assert.equal(connections.linkOf(SMALL), 7);
  const turn = at(connections.dueAt());
  assert.equal(turn.now, 10 + SETTLE);
  connections.settle(turn);
  assert.deepEqual(turn.effects, [
    { kind: "close", link: 7, code: "duplicate" },
    { kind: "down", peer: SMALL },
    { kind: "up", peer: SMALL, link: 8 },
  ]);
});

test("talk goes on over the other connection when one ends", () => {
  const connections = new Connections(LARGE);
  connections.added(7, SMALL, null, at(0));
  connections.added(8, SMALL, null, at(0));
  const turn = at(5);
  assert.equal(connections.removed(7, turn)?.isDown, false);
  assert.equal(connections.linkOf(SMALL), 8);
  assert.equal(connections.dueAt(), Number.POSITIVE_INFINITY);
  assert.equal(connections.removed(8, turn)?.isDown, true);
});
