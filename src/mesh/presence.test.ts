// Presence between machines joined by hand: who is seen as here, when they are seen as gone, and at what cost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createIdentity, type Identity } from "../core/identity.ts";
import type { PeerId } from "../core/ids.ts";
import type { PresenceRecord, Status } from "../core/presence.ts";
import { sealPresence } from "../core/presence-record.ts";
import { LIFETIME, Presence, type PresenceEffect, type PresenceEvent } from "./presence.ts";

test("two linked peers see each other by link, with name and status", () => {
  const { net, peers } = network(2);
  net.link(peers[0], peers[1]);
  assert.deepEqual(net.seenBy(peers[0]), new Map([[peers[1], "online link"]]));
  net.say(peers[1], "away");
  net.run(500);
  assert.deepEqual(net.seenBy(peers[0]), new Map([[peers[1], "away link"]]));
});

test("a peer several links away is seen as carried, within a second a hop", () => {
  const { net, peers } = network(4);
  net.line(peers);
  net.run(1000);
  assert.equal(net.seenBy(peers[0]).get(peers[3]), "online carried");
  net.say(peers[3], "busy");
  net.run(1000);
  assert.equal(net.seenBy(peers[0]).get(peers[3]), "busy carried");
});

test("a carried peer stays while it lives, and is gone within 30 s once it is cut off", () => {
  const { net, peers } = network(4);
  net.line(peers);
  net.run(120_000);
  assert.equal(net.seenBy(peers[0]).get(peers[3]), "online carried");
  net.unlink(peers[2], peers[3], "lost");
  net.run(30_000);
  assert.equal(net.seenBy(peers[0]).get(peers[3]), undefined);
});

test("a goodbye is seen at once by a link, and passed on", () => {
  const { net, peers } = network(3);
  net.line(peers);
  net.run(1000);
  net.say(peers[2], "offline");
  assert.equal(net.seenBy(peers[1]).has(peers[2]), false);
  net.run(500);
  assert.equal(net.seenBy(peers[0]).has(peers[2]), false);
});

test("a link that breaks and comes back within the grace makes nobody gone", () => {
  const { net, peers } = network(2);
  net.link(peers[0], peers[1]);
  net.unlink(peers[0], peers[1], "lost");
  net.run(2000);
  net.link(peers[0], peers[1]);
  net.run(10_000);
  assert.deepEqual(
    net.log(peers[0]).filter((line) => line.startsWith("absent")),
    [],
  );
});

test("a link that breaks for good makes its peer gone after the grace", () => {
  const { net, peers } = network(2);
  net.link(peers[0], peers[1]);
  net.unlink(peers[0], peers[1], "lost");
  net.run(5000);
  assert.deepEqual(net.seenBy(peers[0]), new Map());
});

test("an old record neither brings back who left nor undoes what was said later", () => {
  const { net, peers } = network(3);
  net.line(peers);
  const old = net.record(peers[2]);
  net.say(peers[2], "offline");
  net.run(1000);
  net.give(peers[1], peers[0], old.bytes);
  net.run(1000);
  assert.equal(net.seenBy(peers[0]).has(peers[2]), false);
});

test("garbage and forged records are a fault of their giver and change nothing", () => {
  const { net, peers } = network(2);
  net.link(peers[0], peers[1]);
  const forged = Uint8Array.from(net.record(peers[1]).bytes);
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  for (const bytes of [new Uint8Array(), new Uint8Array(300), Uint8Array.of(0x9f, 1, 2, 3)]) {
    assert.deepEqual(net.give(peers[1], peers[0], bytes), [{ kind: "fault", peer: peers[1] }]);
  }
  net.give(peers[1], peers[0], forged);
  assert.deepEqual(net.seenBy(peers[0]), new Map([[peers[1], "online link"]]));
});

test("our own record from an earlier run makes us take a higher counter", () => {
  const { net, peers } = network(2);
  net.link(peers[0], peers[1]);
  const later = net.seal(peers[0], "online", 1e15);
  assert.deepEqual(net.give(peers[1], peers[0], later.bytes), [{ kind: "renew", above: 1e15 }]);
  assert.ok(net.record(peers[0]).counter > 1e15);
});

test("in a full mesh of twelve nobody renews, and nothing is sent once all is known", () => {
  const { net, peers } = network(12);
  for (const [i, a] of peers.entries()) for (const b of peers.slice(i + 1)) net.link(a, b);
  net.run(5000);
  const before = net.sent();
  net.run(60_000);
  assert.equal(net.sent() - before, 0);
  for (const peer of peers) assert.equal(net.seenBy(peer).size, 11);
});

type Node = {
  readonly identity: Identity;
  readonly machine: Presence;
  readonly seen: Map<PeerId, string>;
  readonly log: string[];
  record: PresenceRecord;
};

/** Machines with links that deliver at once, and a clock that is moved by hand. */
class Network {
  readonly #nodes = new Map<PeerId, Node>();
  #now = 0;
  #sent = 0;

  add(): PeerId {
    const identity = createIdentity();
    const record = sealPresence(identity, own("online"), { counter: 1, lifetime: LIFETIME, addresses: [] });
    const node = { identity, machine: new Presence(identity.id), seen: new Map(), log: [], record };
    this.#nodes.set(identity.id, node);
    this.#handle(identity.id, { kind: "own", record });
    return identity.id;
  }

  link(a: PeerId, b: PeerId): void {
    const effects = [a, b].map(
      (peer) => [peer, this.#of(peer).machine.handle({ kind: "linked", peer: peer === a ? b : a }, this.#now, () => 0.5)] as const,
    );
    for (const [peer, list] of effects) this.#apply(peer, list);
  }

  line(peers: readonly PeerId[]): void {
    for (const [i, peer] of peers.slice(1).entries()) this.link(peers[i] as PeerId, peer);
  }

  unlink(a: PeerId, b: PeerId, why: "lost" | "left"): void {
    this.#handle(a, { kind: "unlinked", peer: b, why });
    this.#handle(b, { kind: "unlinked", peer: a, why });
  }

  say(peer: PeerId, status: Status): void {
    const node = this.#of(peer);
    node.record = this.seal(peer, status, node.record.counter + 1);
    this.#handle(peer, { kind: "own", record: node.record });
  }

  seal(peer: PeerId, status: Status, counter: number): PresenceRecord {
    return sealPresence(this.#of(peer).identity, own(status), { counter, lifetime: LIFETIME, addresses: [] });
  }

  give(from: PeerId, to: PeerId, bytes: Uint8Array): readonly PresenceEffect[] {
    return this.#handle(to, { kind: "records", from, records: [bytes] });
  }

  run(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (; this.#now < end; this.#now += 50) for (const peer of this.#nodes.keys()) this.#handle(peer, { kind: "tick" });
  }

  readonly record = (peer: PeerId): PresenceRecord => this.#of(peer).record;
  readonly seenBy = (peer: PeerId): Map<PeerId, string> => this.#of(peer).seen;
  readonly log = (peer: PeerId): readonly string[] => this.#of(peer).log;
  readonly sent = (): number => this.#sent;

  #of(peer: PeerId): Node {
    const node = this.#nodes.get(peer);
    assert.ok(node);
    return node;
  }

  #handle(peer: PeerId, event: PresenceEvent): readonly PresenceEffect[] {
    const effects = this.#of(peer).machine.handle(event, this.#now, () => 0.5);
    this.#apply(peer, effects);
    return effects;
  }

  #apply(peer: PeerId, effects: readonly PresenceEffect[]): void {
    const node = this.#of(peer);
    for (const effect of effects) {
      if (effect.kind === "present") node.seen.set(effect.record.peer, `${effect.record.status} ${effect.via}`);
      if (effect.kind === "absent") node.seen.delete(effect.peer);
      if (effect.kind === "absent" || effect.kind === "present") node.log.push(effect.kind);
      if (effect.kind === "renew") {
        node.record = this.seal(peer, "online", effect.above + 1);
        this.#handle(peer, { kind: "own", record: node.record });
      }
      if (effect.kind === "send") {
        this.#sent += 1;
        this.#handle(effect.to, { kind: "records", from: peer, records: effect.records });
      }
    }
  }
}

const own = (status: Status) => ({ name: "someone", status, text: "", guests: [] });

/** A network of so many peers that are not linked yet. */
function network<N extends number>(size: N): { readonly net: Network; readonly peers: Peers<N> } {
  const net = new Network();
  return { net, peers: Array.from({ length: size }, () => net.add()) as unknown as Peers<N> };
}

type Peers<N extends number> = readonly PeerId[] & {
  readonly [K in 0 | 1 | 2 | 3]: N extends 2 ? (K extends 0 | 1 ? PeerId : never) : PeerId;
};
