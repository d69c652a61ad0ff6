// Whom to dial, which links to keep and which to end. Pure: events in, effects out.

import type { PeerId } from "../../core/ids.ts";
import type { Random } from "../../core/ports/clock.ts";
import { Book, bestAddresses, GONE_AFTER, isLost, type Known } from "./book.ts";
import { Connections } from "./connections.ts";
import { Dialer, missedAt } from "./dialer.ts";
import { around, type TopologyEffect, type TopologyEvent, type Turn } from "./events.ts";
import { Hints } from "./hints.ts";
import { DEGREE, Plan } from "./plan.ts";
import { Ring } from "./ring.ts";

/** The smaller id dials at once; the larger waits so long for it. Milliseconds. */
export const COURTESY = 300;
/** Without a link and without being seen again, a peer is taken to be here so long. Milliseconds. */
const PRESENT = 600_000;
const PRESENT_AFTER_LOSS = 60_000;
/** Direct talk holds its link so long. */
const WANTED = 600_000;
/** How often those who are not here are looked for, and how many at a time. */
const SWEEP = 5_000;
const SWEEP_DIALS = 8;
/** Pauses before a peer is dialled again, by why its link ended. The default is for the faults. */
const PAUSE: Partial<Record<string, number>> = { lost: 100, duplicate: 1_000, slow: 2_000, crowded: 60_000, leaving: 60_000 };
const PAUSE_AFTER_FAULT = 120_000;
/** A neighbour who found us crowded did not know yet that it is one. */
const PAUSE_OF_NEEDED = 2_000;

type Of<K extends TopologyEvent["kind"]> = Extract<TopologyEvent, { readonly kind: K }>;

/** `handle` runs to its end and never throws on what peers say. Times are milliseconds of one steady clock. */
export class Topology {
  readonly #self: PeerId;
  readonly #book: Book;
  readonly #ring = new Ring();
  readonly #connections: Connections;
  readonly #dialer = new Dialer();
  readonly #hints: Hints;
  readonly #plan: Plan;
  readonly #wanted = new Set<PeerId>();
  #sweepAt = 0;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(self: PeerId) {
    this.#self = self;
    this.#book = new Book(self);
    this.#connections = new Connections(self);
    this.#hints = new Hints(this.#book);
    this.#plan = new Plan(self, this.#ring, this.#connections);
  }

  /** Whether the network is so large that not everyone is linked with everyone. */
  get isPartial(): boolean {
    return this.#plan.isPartial;
  }

  handle(event: TopologyEvent, now: number, random: Random): readonly TopologyEffect[] {
    const turn: Turn = { now, random, effects: [] };
    this.#learn(event, turn);
    this.#decide(turn);
    return turn.effects;
  }

  /**
   * The one place that acts on what is due. After it: each peer has one active connection or none; whoever the plan aims at
   * and is not linked is being dialled, or waits for a time that `wake` covers; nothing else is dialled but configured addresses
   * and, slowly, those who were here once; at most one link too many is given up.
   */
  #decide(turn: Turn): void {
    this.#connections.settle(turn);
    if (turn.now >= this.#sweepAt) this.#sweep(turn);
    const isContent = this.#plan.isPartial && this.#connections.size >= DEGREE;
    let next = this.#dialer.dialConfigured((peer) => isContent || this.#connections.has(peer), turn);
    for (const peer of this.#plan.targets(this.#wanted, turn)) {
      const known = this.#connections.has(peer) ? undefined : this.#book.get(peer);
      if (known) next = Math.min(next, this.#dialer.dial(known, turn));
    }
    const surplus = this.#plan.surplus(this.#wanted, turn);
    const link = surplus && this.#connections.linkOf(surplus);
    if (link != null) turn.effects.push({ kind: "close", link, code: "crowded" });
    this.#hints.flush(this.#connections.peers(), turn);
    const at = Math.min(next, this.#sweepAt, this.#connections.dueAt(), this.#plan.dueAt(), this.#hints.dueAt());
    if (at >= this.#wakeAt) return;
    this.#wakeAt = at;
    turn.effects.push({ kind: "wake", at });
  }

  #learn(event: TopologyEvent, turn: Turn): void {
    switch (event.kind) {
      case "seen":
        this.#seen(event.peer, event.addresses, turn);
        break;
      case "told":
        for (const { peer, addresses } of event.peers) this.#told(peer, addresses, turn);
        break;
      case "configured":
        this.#dialer.configure(event.address);
        break;
      case "remembered":
        this.#remembered(event.peer, event.addresses, turn);
        break;
      case "linked":
        this.#linked(event, turn);
        break;
      case "unlinked":
        this.#unlinked(event, turn);
        break;
      case "dialFailed":
        this.#dialFailed(event, turn);
        break;
      case "wanted":
        this.#want(event.peer, turn);
        break;
      case "left":
        this.#left(event.peer);
        break;
      case "tick":
        this.#wakeAt = Number.POSITIVE_INFINITY;
    }
  }

  #remembered(peer: PeerId, addresses: readonly string[], turn: Turn): void {
    const known = this.#book.learn(peer, addresses, turn.now);
    for (const place of known?.places.values() ?? []) place.isProven = true;
    this.#sweepAt = turn.now;
  }

  /** First-hand: it lives, so that addresses which failed are worth another try. */
  #seen(peer: PeerId, addresses: readonly string[], turn: Turn): void {
    const known = this.#book.learn(peer, addresses, this.#readyAt(peer, turn.now));
    if (!known) return;
    for (const address of addresses) {
      const place = known.places.get(address);
      if (place) place.failures = Math.min(place.failures, GONE_AFTER - 1);
    }
    this.#isHere(known, turn);
  }

  /** Hearsay: believed of those whom we did not just fail to reach. */
  #told(peer: PeerId, addresses: readonly string[], turn: Turn): void {
    const known = this.#book.learn(peer, addresses, this.#readyAt(peer, turn.now));
    if (known && !isLost(known)) this.#isHere(known, turn);
  }

  #isHere(known: Known, turn: Turn): void {
    known.until = Math.max(known.until, turn.now + PRESENT);
    if (isLost(known) && !this.#connections.has(known.peer)) return;
    if (!this.#ring.add(known.peer)) return;
    known.readyAt = Math.max(known.readyAt, this.#readyAt(known.peer, turn.now));
    this.#hints.add(known.peer, turn.now);
  }

  #readyAt(peer: PeerId, now: number): number {
    return this.#self < peer ? now : now + COURTESY;
  }

  #linked({ link, peer, address }: Of<"linked">, turn: Turn): void {
    if (peer === this.#self) {
      turn.effects.push({ kind: "close", link, code: "duplicate" });
      if (address !== null) this.#dialer.isOwn(address);
      return;
    }
    if (address !== null) this.#dialer.succeeded(address, peer);
    const known = this.#book.learn(peer, address !== null && isLiteral(address) ? [address] : [], turn.now);
    const wasLinked = this.#connections.has(peer);
    this.#connections.added(link, peer, address, turn);
    if (known) this.#reached(known, address, turn);
    if (!wasLinked) this.#hints.introduce(peer, this.#ring.all(), turn);
  }

  #reached(known: Known, address: string | null, turn: Turn): void {
    known.until = Number.POSITIVE_INFINITY;
    this.#plan.drop(known.peer);
    if (this.#ring.add(known.peer) && bestAddresses(known).length > 0) this.#hints.add(known.peer, turn.now);
    const place = address === null ? undefined : known.places.get(address);
    if (!place) return;
    place.failures = 0;
    place.notBefore = 0;
    place.isGood = true;
    place.isProven = true;
    turn.effects.push({ kind: "remember", peer: known.peer, address: place.address });
  }

  #unlinked({ link, why }: Of<"unlinked">, turn: Turn): void {
    const gone = this.#connections.removed(link, turn);
    if (!gone?.isDown) return;
    const known = this.#book.get(gone.peer);
    if (!known) return;
    const pause = why === "crowded" && this.#isNeeded(gone.peer) ? PAUSE_OF_NEEDED : (PAUSE[why] ?? PAUSE_AFTER_FAULT);
    known.readyAt = turn.now + around(pause, turn) + (this.#self < gone.peer ? 0 : COURTESY);
    known.until = turn.now + PRESENT_AFTER_LOSS;
    this.#dialer.lost(gone.peer, known.readyAt);
    if (why === "leaving") return this.#left(gone.peer);
    for (const place of known.places.values()) place.failures = Math.min(place.failures, GONE_AFTER - 1);
    if (isLost(known)) this.#ring.delete(gone.peer);
    if (why === "crowded") known.until = turn.now + PRESENT;
  }

  #isNeeded(peer: PeerId): boolean {
    return this.#plan.isNeighbour(peer) || this.#wanted.has(peer);
  }

  #dialFailed({ address, why }: Of<"dialFailed">, turn: Turn): void {
    const peer = this.#dialer.failed(address, turn);
    if (why === "self") this.#dialer.isOwn(address);
    const known = peer && this.#book.get(peer);
    if (!known) return;
    if (why === "failed") missedAt(known, address, turn);
    else known.places.delete(address);
    if (!isLost(known) || this.#connections.has(known.peer)) return;
    this.#ring.delete(known.peer);
    this.#plan.drop(known.peer);
  }

  #want(peer: PeerId, turn: Turn): void {
    const known = this.#book.learn(peer, [], turn.now);
    if (!known) return;
    known.wantedUntil = turn.now + WANTED;
    this.#wanted.add(peer);
  }

  #left(peer: PeerId): void {
    const known = this.#book.get(peer);
    if (!known || this.#connections.has(peer)) return;
    known.until = 0;
    this.#ring.delete(peer);
    this.#plan.drop(peer);
  }

  /** Forgets what is out of date, and tries some of those who are not here. */
  #sweep(turn: Turn): void {
    this.#sweepAt = turn.now + around(SWEEP, turn);
    const away: Known[] = [];
    for (const known of this.#book.all()) {
      if (known.wantedUntil <= turn.now) this.#wanted.delete(known.peer);
      if (known.until <= turn.now) this.#ring.delete(known.peer);
      if (!this.#ring.has(known.peer) && known.readyAt <= turn.now && isDue(known, turn.now)) away.push(known);
    }
    for (let i = 0; i < SWEEP_DIALS && away.length > 0; i++) {
      const [known] = away.splice(Math.floor(turn.random() * away.length), 1);
      if (known) this.#dialer.dial(known, turn);
    }
  }
}

/** An IP address with a port: a host name means different places to different peers. */
const isLiteral = (address: string): boolean => /^(\d+(\.\d+){3}|\[.+\]):\d+$/.test(address);

function isDue(known: Known, now: number): boolean {
  for (const place of known.places.values()) if (place.notBefore <= now) return true;
  return false;
}
