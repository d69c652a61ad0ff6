// One simulated peer: the real replica, topology and clock over a model log and simulated links.

import type { Entry } from "../../src/core/entry.ts";
import { type PeerId, peerOf, type RoomId } from "../../src/core/ids.ts";
import type { Random } from "../../src/core/ports/clock.ts";
import { directMembers, isDirect, mayHold } from "../../src/core/room.ts";
import { NetworkClock } from "../../src/mesh/clock.ts";
import type { ReplicaEffect, ReplicaEvent } from "../../src/mesh/replica/events.ts";
import { Replica } from "../../src/mesh/replica/replica.ts";
import type { TopologyEffect, TopologyEvent } from "../../src/mesh/topology/events.ts";
import { Topology } from "../../src/mesh/topology/topology.ts";
import type { ByeCode } from "../../src/wire/frame.ts";
import type { Meter } from "./meter.ts";
import { type Archive, ModelLog } from "./model-log.ts";
import type { Message, Network, Station, Wire } from "./network.ts";

/** Entries in one frame of an answer. */
const CHUNK = 256;

export type SimParts = {
  readonly network: Network;
  readonly archive: Archive;
  readonly meter: Meter;
  readonly random: Random;
  readonly peerAt: (address: string) => SimPeer | undefined;
};

export class SimPeer implements Station {
  readonly id: PeerId;
  readonly address: string;
  readonly log: ModelLog;
  /** This computer's clock is wrong by so much, microseconds. */
  readonly skew: number;
  life = 0;
  isUp = false;
  clock = new NetworkClock();
  topology: Topology;
  readonly #parts: SimParts;
  #replica: Replica;
  readonly #wires = new Map<number, { readonly wire: Wire; readonly other: SimPeer }>();
  readonly #active = new Map<PeerId, Wire>();
  readonly #remembered = new Map<PeerId, string>();
  /** How much of what we said directly has arrived. */
  readonly #acknowledged = new Map<RoomId, number>();
  readonly #wakes = { replica: 0, topology: 0 };
  #storeBusyUntil = 0;

  constructor(who: { readonly id: PeerId; readonly address: string; readonly skew: number }, parts: SimParts) {
    this.id = who.id;
    this.address = who.address;
    this.skew = who.skew;
    this.#parts = parts;
    this.log = new ModelLog(who.id, parts.archive);
    this.topology = new Topology(this.id);
    this.#replica = this.#newReplica();
    parts.network.attach(this);
  }

  /** Starts with what the log and the memory of addresses hold. */
  start(configured: readonly string[]): void {
    this.life++;
    this.isUp = true;
    this.clock = new NetworkClock();
    this.topology = new Topology(this.id);
    this.#replica = this.#newReplica();
    for (const address of configured) this.tellTopology({ kind: "configured", address });
    for (const [peer, address] of this.#remembered) this.tellTopology({ kind: "remembered", peer, addresses: [address] });
  }

  /** Dies without a word; only the log survives. */
  kill(): void {
    this.isUp = false;
    for (const { wire } of this.#wires.values()) this.#parts.network.break(wire);
    this.#wires.clear();
    this.#active.clear();
  }

  /** Says so many things in the room at once. */
  say(room: RoomId, count = 1): void {
    const entries = Array.from({ length: count }, () => this.log.say(room, this.#now()));
    const [first, last] = [entries[0] as Entry, entries.at(-1) as Entry];
    for (const entry of entries) this.#parts.meter.said(entry, this.id, this.#parts.network.schedule.now);
    this.tellReplica({ kind: "appended", room, author: this.id, from: first.header.seq, to: last.header.seq, origin: null });
    this.#wantDirect(room);
  }

  /** Direct talk that has not arrived yet needs a link; so after a restart, and now and then, too. */
  wantDirectAll(): void {
    for (const room of this.log.rooms()) this.#wantDirect(room);
  }

  #wantDirect(room: RoomId): void {
    const said = this.log.frontier(room).get(this.id) ?? 0;
    if (said <= (this.#acknowledged.get(room) ?? 0)) return;
    const other = directMembers(room)?.find((person) => peerOf(person) !== this.id);
    if (other) this.tellTopology({ kind: "wanted", peer: peerOf(other) });
  }

  get linkCount(): number {
    return this.#active.size;
  }

  linkedPeers(): readonly PeerId[] {
    return [...this.#active.keys()];
  }

  linked(wire: Wire, dialed: string | null): void {
    const end = wire.ends.find(({ station }) => station !== this);
    const other = end && this.#parts.peerAt(end.station.address);
    if (!other) throw new Error("linked with nobody");
    this.#wires.set(wire.link, { wire, other });
    this.tellTopology({ kind: "linked", link: wire.link, peer: other.id, address: dialed });
    // Its hello names the port on which it listens.
    this.tellTopology({ kind: "seen", peer: other.id, addresses: [other.address] });
  }

  unlinked(wire: Wire, why: ByeCode | "lost"): void {
    this.#wires.delete(wire.link);
    this.tellTopology({ kind: "unlinked", link: wire.link, why });
  }

  dialFailed(address: string): void {
    this.tellTopology({ kind: "dialFailed", address, why: "failed" });
  }

  received(wire: Wire, message: Message): void {
    const other = this.#wires.get(wire.link)?.other;
    if (!other) return;
    if (message.kind === "peers") return this.tellTopology({ kind: "told", from: other.id, peers: message.peers });
    if (message.kind === "entries") this.#parts.meter.copies += message.entries.length;
    this.tellReplica({ kind: "frame", peer: other.id, frame: message });
  }

  tellReplica(event: ReplicaEvent): void {
    if (!this.isUp) return;
    const { network, random } = this.#parts;
    for (const effect of this.#replica.handle(event, network.schedule.now, random)) this.#doForReplica(effect);
  }

  tellTopology(event: TopologyEvent): void {
    if (!this.isUp) return;
    const { network, random } = this.#parts;
    for (const effect of this.topology.handle(event, network.schedule.now, random)) this.#doForTopology(effect);
  }

  #newReplica(): Replica {
    return new Replica({ self: this.id, rooms: this.log.rooms, frontier: this.log.frontier });
  }

  /** Our idea of the time, microseconds; simulated time begins a while after 1970. */
  #now(): number {
    return Math.floor(1e15 + this.#parts.network.schedule.now * 1000) + this.skew + this.clock.offset();
  }

  #doForReplica(effect: ReplicaEffect): void {
    switch (effect.kind) {
      case "send":
        this.#send(effect.peer, effect.frame);
        break;
      case "push":
        for (const peer of effect.peers) this.#give(peer, effect.room, this.log.range(effect.room, effect.author, effect.from, effect.to));
        break;
      case "serve":
        this.#serve(effect);
        break;
      case "ingest":
        this.#ingest(effect);
        break;
      case "close":
        throw new Error(`${this.id} ends its link with an honest peer: ${effect.text}`);
      case "wake":
        this.#wakeAt("replica", effect.at);
        break;
      case "acknowledged":
        if (isDirect(effect.room)) this.#acknowledged.set(effect.room, effect.frontier.get(this.id) ?? 0);
        break;
    }
  }

  #doForTopology(effect: TopologyEffect): void {
    switch (effect.kind) {
      case "dial":
        this.#parts.network.dial(this, effect.address);
        break;
      case "close":
        this.#close(effect.link, effect.code);
        break;
      case "up":
        this.#up(effect.peer, effect.link);
        break;
      case "down":
        this.#active.delete(effect.peer);
        this.clock.gone(effect.peer);
        this.tellReplica({ kind: "unlinked", peer: effect.peer });
        break;
      case "remember":
        this.#remembered.set(effect.peer, effect.address);
        break;
      case "tell":
        this.#send(effect.peer, { kind: "peers", peers: effect.peers });
        break;
      case "wake":
        this.#wakeAt("topology", effect.at);
    }
  }

  #up(peer: PeerId, link: number): void {
    const found = this.#wires.get(link);
    if (!found) throw new Error(`${this.id} uses a link that is gone`);
    this.#active.set(peer, found.wire);
    this.clock.measured(peer, found.other.skew - this.skew);
    this.tellReplica({ kind: "linked", peer });
  }

  #close(link: number, code: ByeCode): void {
    const found = this.#wires.get(link);
    if (found) this.#parts.network.close(this, found.wire, code);
  }

  #send(peer: PeerId, message: Message): void {
    const wire = this.#active.get(peer);
    this.#parts.meter.sent(message.kind);
    assertPrivate(peer, message);
    if (wire) this.#parts.network.send(this, wire, message);
  }

  #give(peer: PeerId, room: RoomId, entries: readonly Entry[]): void {
    for (let i = 0; i < entries.length; i += CHUNK) this.#send(peer, { kind: "entries", room, entries: entries.slice(i, i + CHUNK) });
  }

  #serve({ peer, room, author, from, to }: Extract<ReplicaEffect, { kind: "serve" }>): void {
    const { life } = this;
    const wire = this.#active.get(peer);
    this.#parts.network.schedule.after(1 + (to - from) / 100, () => {
      if (this.life !== life || this.#active.get(peer) !== wire) return;
      this.#give(peer, room, this.log.range(room, author, from, to));
      this.tellReplica({ kind: "served", peer, room, author, to });
    });
  }

  /** Stores in order, a little later: 20 µs an entry and up to 3 ms for the commit. */
  #ingest({ peer, room, author, entries }: Extract<ReplicaEffect, { kind: "ingest" }>): void {
    const { life } = this;
    const { schedule } = this.#parts.network;
    this.#storeBusyUntil = Math.max(this.#storeBusyUntil, schedule.now + this.#parts.random() * 3) + entries.length * 0.02;
    schedule.after(this.#storeBusyUntil - schedule.now, () => {
      if (this.life !== life || !this.isUp) return;
      const { held, refused, fresh } = this.log.ingest(room, entries, this.#now());
      for (const entry of fresh) this.#parts.meter.stored(entry, { from: peer, to: this.id }, schedule.now);
      const [first, last] = [fresh[0], fresh.at(-1)];
      if (first && last) this.tellReplica({ kind: "appended", room, author, from: first.header.seq, to: last.header.seq, origin: peer });
      this.tellReplica({ kind: "ingested", peer, room, author, result: { held, refused } });
    });
  }

  #wakeAt(machine: "replica" | "topology", at: number): void {
    const { life } = this;
    const { schedule } = this.#parts.network;
    const wake = ++this.#wakes[machine];
    schedule.after(at - schedule.now, () => {
      if (this.life !== life || this.#wakes[machine] !== wake) return;
      if (machine === "replica") this.tellReplica({ kind: "tick" });
      else this.tellTopology({ kind: "tick" });
    });
  }
}

function assertPrivate(to: PeerId, message: Message): void {
  const rooms = "rooms" in message ? [...message.rooms.keys()] : "room" in message ? [message.room] : [];
  for (const room of rooms) if (isDirect(room) && !mayHold(to, room)) throw new Error(`${to} is told of ${room}, a direct room of others`);
}
