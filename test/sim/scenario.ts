// One run under a seed: peers come late, talk, are cut off, die and come back; then all must be equal.

import type { Frontier } from "../../src/core/entry.ts";
import { sha256 } from "../../src/core/identity.ts";
import type { PeerId, RoomId } from "../../src/core/ids.ts";
import { compareEntries } from "../../src/core/order.ts";
import type { Random } from "../../src/core/ports/clock.ts";
import { directRoom, LOBBY, mayHold } from "../../src/core/room.ts";
import { STEADY } from "../../src/mesh/clock.ts";
import { dice } from "../dice.ts";
import { Meter, percentile } from "./meter.ts";
import { Archive } from "./model-log.ts";
import { Network } from "./network.ts";
import { Schedule } from "./schedule.ts";
import { SimPeer } from "./sim-peer.ts";

export type Options = {
  readonly peers: number;
  readonly seed: number;
  /** Messages said during the bad days. */
  readonly messages?: number;
};

export type Outcome = {
  readonly seed: number;
  readonly entries: number;
  /** Simulated seconds from the end of the bad days until all were equal. */
  readonly settled: number;
  /** Copies per receiver, while things went wrong and, warmed up, in calm. */
  readonly stormCopies: number;
  readonly calmCopies: number;
  readonly calmFrames: string;
  readonly hops: { readonly mean: number; readonly most: number };
  /** Milliseconds from saying until stored at a receiver, in calm; a link takes 0.5 to 25. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly most: number };
  readonly links: { readonly mean: number; readonly most: number };
  readonly steps: number;
  /** Somebody who comes last: copies of each entry that it got, and simulated seconds until it had all. */
  readonly newcomer: { readonly copies: number; readonly seconds: number };
};

/** Simulated milliseconds. */
const BAD_DAYS = 90_000;
const MOST_TO_SETTLE = 600_000;
const ROOMS = [LOBBY, LOBBY, LOBBY, "#tea" as RoomId, "#ship" as RoomId];

/** Throws, saying what broke, where an invariant does not hold or the peers do not become equal. */
export function simulate(options: Options): Outcome {
  const world = new World(options);
  world.badDays(options.messages ?? Math.max(60, Math.min(300, options.peers)));
  const settled = world.settle();
  const stormCopies = world.meter.redundancy();
  world.checkOrder();
  world.talkCalmly(5, false);
  world.talkCalmly(10, true);
  world.checkClocks();
  const calm = world.outcome({ settled: settled / 1000, stormCopies });
  return { ...calm, newcomer: world.welcome() };
}

class World {
  readonly #options: Options;
  readonly #random: Random;
  readonly #schedule = new Schedule();
  readonly #network: Network;
  readonly #archive = new Archive();
  readonly meter = new Meter();
  readonly #peers: SimPeer[] = [];
  readonly #byAddress = new Map<string, SimPeer>();
  /** Whether beacons work in this network; where not, each peer is told the address of one that is there. */
  readonly #hasBeacons: boolean;

  constructor(options: Options) {
    this.#options = options;
    this.#random = dice(options.seed);
    this.#network = new Network(this.#schedule, this.#random);
    this.#hasBeacons = this.#random() < 0.5;
    for (let i = 0; i < options.peers; i++) this.#addPeer(i);
  }

  /** Everyone starts, a tenth of them late; talk, broken links, deaths, a partition, full queues, failing dials. */
  badDays(messages: number): void {
    const { peers } = this.#options;
    this.#network.loss = 0.05;
    for (const [i, peer] of this.#peers.entries()) {
      const isLate = i > 0 && this.#random() < 0.1;
      this.#at((isLate ? 0.7 : 0.15) * BAD_DAYS * this.#random(), () => this.#start(peer));
    }
    for (let i = 0; i < messages; i++) this.#at(this.#random() * BAD_DAYS, () => this.#sayAnything());
    for (let i = 0; i < peers / 4; i++) this.#at(this.#random() * BAD_DAYS, () => this.#dieAndReturn());
    for (let i = 0; i < peers; i++) this.#at(this.#random() * BAD_DAYS, () => this.#breakALink());
    for (let i = 0; i < peers; i++) this.#at(this.#random() * BAD_DAYS, () => this.#blockALink());
    this.#at(0.4 * BAD_DAYS, () => this.#network.partition(() => Math.floor(this.#random() * 2)));
    this.#at(0.7 * BAD_DAYS, () => this.#network.heal());
    this.#schedule.runUntil(BAD_DAYS);
  }

  /** Lets time pass until all are equal. Returns how long it took, milliseconds. */
  settle(): number {
    this.#network.loss = 0;
    this.#network.heal();
    for (const peer of this.#peers) if (!peer.isUp) this.#start(peer);
    const start = this.#schedule.now;
    while (this.#schedule.now < start + MOST_TO_SETTLE) {
      const different = this.#firstDifference();
      if (different === null) return this.#schedule.now - start;
      this.#schedule.runUntil(this.#schedule.now + 250);
    }
    throw new Error(`not equal after ${MOST_TO_SETTLE / 1000} s: ${this.#firstDifference()}`);
  }

  /** Everyone shows every room in the same order. */
  checkOrder(): void {
    const expected = new Map<RoomId, string>();
    for (const peer of this.#peers) {
      for (const room of peer.log.rooms()) {
        const order = peer.log.inOrder(room, compareEntries).map((entry) => entry.id);
        const seen = expected.get(room) ?? order.join();
        if (seen !== order.join()) throw new Error(`${peer.id} shows ${room} in another order`);
        expected.set(room, seen);
      }
    }
  }

  /** Where everyone is linked with everyone, all have one idea of the time. */
  checkClocks(): void {
    if (this.#peers.some((peer) => peer.linkCount < this.#peers.length - 1)) return;
    const errors = this.#peers.map((peer) => peer.skew + peer.clock.offset());
    const apart = Math.max(...errors) - Math.min(...errors);
    if (apart > 2 * STEADY) throw new Error(`the network's times are ${apart} µs apart`);
  }

  /** Ten authors speak in turn, once a second each. */
  talkCalmly(rounds: number, isMeasured: boolean): void {
    if (isMeasured) this.meter.reset(true);
    const authors = this.#peers.slice(0, 10);
    for (let round = 0; round < rounds; round++) {
      for (const author of authors) {
        this.#schedule.runUntil(this.#schedule.now + 100);
        author.say(LOBBY);
      }
    }
    this.settle();
    if (isMeasured) this.#schedule.runUntil(this.#schedule.now + 1000);
  }

  /** One more peer comes and catches up with everything. */
  welcome(): Outcome["newcomer"] {
    this.meter.reset(false);
    this.#addPeer(this.#peers.length);
    this.#start(this.#peers.at(-1) as SimPeer);
    const seconds = this.settle() / 1000;
    return { copies: this.meter.redundancy(), seconds };
  }

  outcome(measured: Pick<Outcome, "settled" | "stormCopies">): Omit<Outcome, "newcomer"> {
    const { meter } = this;
    const latencies = meter.latencies.toSorted((a, b) => a - b);
    const links = this.#peers.map((peer) => peer.linkCount);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
    const count = Math.max(1, meter.fresh);
    return {
      seed: this.#options.seed,
      entries: this.#archive.count,
      ...measured,
      calmCopies: meter.redundancy(),
      calmFrames: [...meter.frames].map(([kind, n]) => `${kind} ${(n / count).toFixed(2)}`).join(", "),
      hops: { mean: sum(meter.hopCounts) / count, most: meter.hopCounts.reduce((a, b) => Math.max(a, b), 0) },
      latency: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), most: latencies.at(-1) ?? 0 },
      links: { mean: sum(links) / links.length, most: Math.max(...links) },
      steps: this.#schedule.steps,
    };
  }

  #addPeer(i: number): void {
    const id = idOf(this.#options.seed, i);
    const hours = this.#random() < 0.2 ? (this.#random() - 0.5) * 12 : (this.#random() - 0.5) / 1000;
    const who = { id, address: `10.0.${i >> 8}.${i & 255}:3277`, skew: Math.round(hours * 3_600_000_000) };
    const parts = { network: this.#network, archive: this.#archive, meter: this.meter, random: this.#random };
    const peer = new SimPeer(who, { ...parts, peerAt: (address) => this.#byAddress.get(address) });
    this.#peers.push(peer);
    this.#byAddress.set(peer.address, peer);
  }

  #start(peer: SimPeer): void {
    if (peer.isUp) return;
    const friend = this.#peers.find((other) => other.isUp) ?? this.#peers.find((other) => other !== peer);
    peer.start(this.#hasBeacons || !friend ? [] : [friend.address]);
    if (this.#hasBeacons) this.#beacon(peer, peer.life);
    this.#remind(peer, peer.life);
  }

  /** Everyone in reach sees the peer, now and at a slow beat; on its first beacon they answer. */
  #beacon(peer: SimPeer, life: number, isFirst = true): void {
    if (peer.life !== life || !peer.isUp) return;
    for (const other of this.#peers) {
      if (other === peer || !this.#network.reaches(peer, other) || this.#random() < this.#network.loss) continue;
      this.#schedule.after(this.#random() * 5, () => other.tellTopology({ kind: "seen", peer: peer.id, addresses: [peer.address] }));
      if (isFirst)
        this.#schedule.after(5 + this.#random() * 5, () => peer.tellTopology({ kind: "seen", peer: other.id, addresses: [other.address] }));
    }
    this.#schedule.after(30_000 * (0.5 + this.#random()), () => this.#beacon(peer, life, false));
  }

  #remind(peer: SimPeer, life: number): void {
    if (peer.life !== life || !peer.isUp) return;
    peer.wantDirectAll();
    this.#schedule.after(60_000, () => this.#remind(peer, life));
  }

  #at(time: number, run: () => void): void {
    this.#schedule.after(time - this.#schedule.now, run);
  }

  #any(): SimPeer {
    return this.#peers[Math.floor(this.#random() * this.#peers.length)] as SimPeer;
  }

  #sayAnything(): void {
    // Of many peers a hundred talk, as it is among people.
    const author = this.#peers[Math.floor(this.#random() * Math.min(100, this.#peers.length))] as SimPeer;
    if (!author.isUp) return;
    const other = this.#any();
    const isPrivate = this.#random() < 0.1 && other !== author;
    const room = isPrivate
      ? directRoom(author.id as never, other.id as never)
      : (ROOMS[Math.floor(this.#random() * ROOMS.length)] as RoomId);
    author.say(room, this.#random() < 0.03 ? 1000 : 1);
  }

  #dieAndReturn(): void {
    const peer = this.#any();
    if (!peer.isUp) return;
    peer.kill();
    this.#schedule.after(500 + this.#random() * 20_000, () => this.#start(peer));
  }

  #breakALink(): void {
    const wires = [...this.#network.wires];
    const wire = wires[Math.floor(this.#random() * wires.length)];
    if (wire) this.#network.break(wire);
  }

  #blockALink(): void {
    const peer = this.#any();
    const linked = peer.linkedPeers();
    const other = linked[Math.floor(this.#random() * linked.length)];
    if (!other) return;
    peer.tellReplica({ kind: "blocked", peer: other });
    this.#schedule.after(this.#random() * 3000, () => peer.tellReplica({ kind: "drained", peer: other }));
  }

  /** Null if everyone who may hold a room holds the same of it; else who does not hold what. */
  #firstDifference(): string | null {
    const most = new Map<RoomId, Map<PeerId, number>>();
    for (const peer of this.#peers) for (const room of peer.log.rooms()) raise(most, room, peer.log.frontier(room));
    for (const peer of this.#peers) {
      for (const [room, authors] of most) {
        const lack = mayHold(peer.id, room) ? firstLack(peer.log.frontier(room), authors) : null;
        if (lack) return `${peer.id}, with ${peer.linkCount} links, holds ${room} of ${lack}`;
      }
    }
    return null;
  }
}

function firstLack(held: Frontier, most: Frontier): string | null {
  for (const [author, seq] of most) if ((held.get(author) ?? 0) !== seq) return `${author} to ${held.get(author) ?? 0}, not to ${seq}`;
  return null;
}

function raise(most: Map<RoomId, Map<PeerId, number>>, room: RoomId, frontier: Frontier): void {
  let authors = most.get(room);
  if (!authors) {
    authors = new Map();
    most.set(room, authors);
  }
  for (const [author, seq] of frontier) if (seq > (authors.get(author) ?? 0)) authors.set(author, seq);
}

/** An id as random as a real one. */
function idOf(seed: number, i: number): PeerId {
  const bytes = [...sha256(new TextEncoder().encode(`${seed} ${i}`)), ...sha256(new TextEncoder().encode(`${i} ${seed}`))];
  return bytes
    .slice(0, 52)
    .map((byte) => "abcdefghijklmnopqrstuvwxyz234567"[byte & 31])
    .join("") as PeerId;
}
