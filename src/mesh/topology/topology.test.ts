import assert from "node:assert/strict";
import { test } from "node:test";
import type { PeerId } from "../../core/ids.ts";
import type { TopologyEffect, TopologyEvent } from "./events.ts";
import { FULL_MESH, MAX_LINKS, SLACK } from "./plan.ts";
import { COURTESY, Topology } from "./topology.ts";

const SELF = "mmmm" as PeerId;
const SMALLER = "aaaa" as PeerId;
const LARGER = "zzzz" as PeerId;
const ADDRESS = "192.0.2.1:3277";

/** A topology with its time, which carries out nothing and collects what it is asked. */
function station(self: PeerId = SELF) {
  const topology = new Topology(self);
  let now = 1000;
  let wakeAt = Number.POSITIVE_INFINITY;
  const tell = (event: TopologyEvent): readonly TopologyEffect[] => {
    if (event.kind === "tick") wakeAt = Number.POSITIVE_INFINITY;
    const effects = topology.handle(event, now, () => 0.5);
    for (const effect of effects) if (effect.kind === "wake") wakeAt = effect.at;
    return effects;
  };
  /** Lets time pass, with the ticks that were asked for. */
  const pass = (milliseconds: number): readonly TopologyEffect[] => {
    const end = now + milliseconds;
    const effects: TopologyEffect[] = [];
    while (wakeAt <= end) {
      now = Math.max(now, wakeAt);
      effects.push(...tell({ kind: "tick" }));
    }
    now = end;
    return effects;
  };
  return { topology, tell, pass };
}

const dials = (effects: readonly TopologyEffect[]) => effects.flatMap((effect) => (effect.kind === "dial" ? [effect.address] : []));
const closes = (effects: readonly TopologyEffect[]) => effects.flatMap((effect) => (effect.kind === "close" ? [effect.code] : []));
const peerOf = (i: number) => `p${String(i).padStart(3, "0")}` as PeerId;
const addressOf = (i: number) => `192.0.2.${i}:3277`;

test("the smaller id dials at once, the larger after a courteous while", () => {
  assert.deepEqual(dials(station().tell({ kind: "seen", peer: LARGER, addresses: [ADDRESS] })), [ADDRESS]);
  const { tell, pass } = station();
  assert.deepEqual(dials(tell({ kind: "seen", peer: SMALLER, addresses: [ADDRESS] })), []);
  assert.deepEqual(dials(pass(COURTESY - 1)), []);
  assert.deepEqual(dials(pass(1)), [ADDRESS]);
});

test("who is linked meanwhile is not dialled", () => {
  const { tell, pass } = station();
  tell({ kind: "seen", peer: SMALLER, addresses: [ADDRESS] });
  tell({ kind: "linked", link: 1, peer: SMALLER, address: null });
  assert.deepEqual(dials(pass(60_000)), []);
});

test("several addresses of a peer are tried a little apart, and each is dialled once at a time", () => {
  const { tell, pass } = station();
  const addresses = [addressOf(1), addressOf(2), addressOf(3)];
  const first = dials(tell({ kind: "seen", peer: LARGER, addresses }));
  assert.equal(first.length, 1);
  assert.equal(dials(pass(150)).length, 1);
  assert.equal(dials(pass(5000)).length, 1);
});

test("two addresses of one peer are one peer, and the one that works is remembered", () => {
  const { tell } = station();
  tell({ kind: "seen", peer: LARGER, addresses: [addressOf(1), addressOf(2)] });
  const effects = tell({ kind: "linked", link: 1, peer: LARGER, address: addressOf(2) });
  assert.ok(effects.some((effect) => effect.kind === "up" && effect.peer === LARGER));
  assert.ok(effects.some((effect) => effect.kind === "remember" && effect.address === addressOf(2)));
  assert.deepEqual(closes(tell({ kind: "linked", link: 2, peer: LARGER, address: addressOf(1) })), ["duplicate"]);
});

test("ourselves are never linked with, and our own address is dialled once at most", () => {
  const { tell, pass } = station();
  assert.deepEqual(dials(tell({ kind: "seen", peer: SELF, addresses: [ADDRESS] })), []);
  assert.deepEqual(dials(tell({ kind: "configured", address: ADDRESS })), [ADDRESS]);
  tell({ kind: "dialFailed", address: ADDRESS, why: "self" });
  assert.deepEqual(dials(pass(600_000)), []);
});

test("a configured address is dialled for ever, with pauses that grow to no more than 23 seconds", () => {
  const { tell, pass } = station();
  tell({ kind: "configured", address: ADDRESS });
  for (let i = 0; i < 12; i++) {
    tell({ kind: "dialFailed", address: ADDRESS, why: "failed" });
    assert.deepEqual(dials(pass(23_000)), [ADDRESS]);
  }
});

test("a peer that cannot be reached is dialled with growing pauses, then slowly", () => {
  const { tell, pass } = station();
  tell({ kind: "told", from: SMALLER, peers: [{ peer: LARGER, addresses: [ADDRESS] }] });
  let count = 1;
  for (let second = 0; second < 600; second++) {
    for (const address of dials(pass(1000))) {
      count++;
      tell({ kind: "dialFailed", address, why: "failed" });
    }
    if (second === 0) tell({ kind: "dialFailed", address: ADDRESS, why: "failed" });
  }
  assert.ok(count >= 8 && count <= 25, `${count} dials in ten minutes`);
});

test("a lost link is dialled again within half a second; one that said goodbye is not", () => {
  const { tell, pass } = station();
  tell({ kind: "seen", peer: LARGER, addresses: [ADDRESS] });
  tell({ kind: "linked", link: 1, peer: LARGER, address: ADDRESS });
  tell({ kind: "unlinked", link: 1, why: "lost" });
  assert.deepEqual(dials(pass(500)), [ADDRESS]);
  tell({ kind: "linked", link: 2, peer: LARGER, address: ADDRESS });
  tell({ kind: "unlinked", link: 2, why: "leaving" });
  assert.deepEqual(dials(pass(20_000)), []);
});

test("up to forty others everyone is dialled; beyond, ring neighbours and some far ones", () => {
  const { topology, tell, pass } = station();
  const dialed: string[] = [];
  for (let i = 0; i < FULL_MESH; i++) dialed.push(...dials(tell({ kind: "seen", peer: peerOf(i), addresses: [addressOf(i)] })));
  for (const address of [...dialed]) dialed.push(...dials(tell({ kind: "dialFailed", address, why: "failed" })));
  dialed.push(...dials(pass(600)));
  assert.equal(new Set(dialed).size, FULL_MESH);
  assert.equal(topology.isPartial, false);
  for (let i = FULL_MESH; i <= FULL_MESH + SLACK; i++) tell({ kind: "seen", peer: peerOf(i), addresses: [addressOf(i)] });
  assert.equal(topology.isPartial, true);
});

test("in a large network surplus links are ended as crowded, but never to ring neighbours or for direct talk", () => {
  const { topology, tell, pass } = station("p050" as PeerId);
  tell({ kind: "wanted", peer: peerOf(10) });
  for (let i = 0; i < 100; i++) {
    if (i === 50) continue;
    tell({ kind: "linked", link: i, peer: peerOf(i), address: null });
    tell({ kind: "seen", peer: peerOf(i), addresses: [addressOf(i)] });
  }
  const ended = new Set<number>();
  for (let second = 0; second < 120; second++) {
    for (const effect of pass(1000)) {
      if (effect.kind !== "close") continue;
      assert.equal(effect.code, "crowded");
      ended.add(effect.link);
      tell({ kind: "unlinked", link: effect.link, why: "crowded" });
    }
  }
  assert.equal(topology.isPartial, true);
  assert.equal(99 - ended.size, MAX_LINKS);
  for (const kept of [10, 48, 49, 51, 52]) assert.ok(!ended.has(kept), `${kept} was ended`);
});

test("a new link is told who else is here, and links are told of new ones in a batch", () => {
  const { tell, pass } = station();
  tell({ kind: "seen", peer: LARGER, addresses: [ADDRESS] });
  const introduced = tell({ kind: "linked", link: 1, peer: SMALLER, address: null });
  const expected = { kind: "tell", peer: SMALLER, peers: [{ peer: LARGER, addresses: [ADDRESS] }] };
  assert.deepEqual(
    introduced.find((effect) => effect.kind === "tell"),
    expected,
  );
  pass(5000);
  tell({ kind: "seen", peer: peerOf(1), addresses: [addressOf(1)] });
  const told = pass(1000).filter((effect) => effect.kind === "tell");
  assert.deepEqual(told, [{ kind: "tell", peer: SMALLER, peers: [{ peer: peerOf(1), addresses: [addressOf(1)] }] }]);
});
