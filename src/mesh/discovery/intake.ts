// Judges datagrams: what is a beacon of our network, new and signed, within bounds. Pure: no sockets, time is passed in.

import { formatAddress } from "../../core/address.ts";
import { type Identity, sameBytes } from "../../core/identity.ts";
import type { PeerId } from "../../core/ids.ts";
import { type Beacon, MAX_BEACON, openBeacon, peekBeacon } from "../../wire/beacon.ts";
import { Allowance, Allowances } from "./allowance.ts";
import { type Claim, Neighbours } from "./neighbours.ts";
import type { Sender } from "./sockets.ts";

/** A peer whose beacon was heard and is signed by it. `addresses`: where to dial it, the latest first; link-local ones
 *  carry their zone (`[fe80::1%eth0]:3277`). Whoever dials must still check who is there. */
export type Sighting = {
  readonly peer: PeerId;
  readonly addresses: readonly string[];
  readonly instance: Uint8Array;
  readonly hub: boolean;
  readonly title: string;
};

export type Finding =
  | { readonly kind: "seen"; readonly sighting: Sighting /** Whether it should be answered. */; readonly asks: boolean }
  | { readonly kind: "left"; readonly peer: PeerId }
  /** Another process runs under our key. */
  | { readonly kind: "copy"; readonly instance: Uint8Array };

export type Self = {
  readonly identity: Identity;
  readonly instance: Uint8Array;
  /** Of the network. */
  readonly tag: Uint8Array;
  /** The first counter of this instance: beacons under our key before it are our own, from an earlier run. */
  readonly since: number;
};

/** Milliseconds. A peer is answered for so long after it was first heard at an address; later on it hears our own beat. */
const ANSWER_WHILE_NEW = 5_000;
/** Signature checks per second, and at once; 110 µs each. */
const CHECKS = [200, 600] as const;
/** Datagrams looked at per second and source address, and at once. */
const PER_SOURCE = [40, 120] as const;
/** Answers per second over all, and at once. */
const ANSWERS = [100, 300] as const;
const MOST_COPIES = 16;

export class Intake {
  readonly #self: Self;
  readonly #neighbours = new Neighbours();
  readonly #perSource = new Allowances(...PER_SOURCE);
  readonly #checks = new Allowance(...CHECKS);
  readonly #answers = new Allowance(...ANSWERS);
  readonly #answersPerSender = new Allowances(1, 1, 4_096);
  readonly #copies = new Set<string>();

  constructor(self: Self) {
    this.#self = self;
  }

  /** What a datagram tells, or null: it is no beacon of this network, old, forged, our own, or one too many. */
  take(bytes: Uint8Array, from: Sender, now: number): Finding | null {
    if (bytes.length > MAX_BEACON || !this.#perSource.take(from.address, now)) return null;
    const beacon = peekBeacon(bytes);
    if (!beacon || !sameBytes(beacon.tag, this.#self.tag)) return null;
    if (beacon.peer === this.#self.identity.id) return this.#takeOwn(beacon, bytes, now);
    const claim: Claim = { peer: beacon.peer, counter: beacon.counter, bytes };
    const verdict = this.#neighbours.judge(claim);
    if (verdict === "stale") return null;
    if (verdict === "fresh" && !this.#isSigned(bytes, now)) return null;
    return beacon.kind === "bye" ? this.#takeBye(claim, verdict === "fresh", now) : this.#takeSign(beacon, claim, from, now);
  }

  /** Forgets who has been silent for minutes. */
  tidy(now: number): void {
    this.#neighbours.forgetSilent(now);
  }

  #takeSign(beacon: Beacon, claim: Claim, from: Sender, now: number): Finding | null {
    const address = formatAddress({ host: from.address, port: beacon.port });
    const instance = beacon.instance.toHex();
    const isKnown = this.#neighbours.judge(claim) === "repeated" && this.#neighbours.heardSince(beacon.peer, instance, address) !== null;
    this.#neighbours.note(claim, instance, address, now);
    const since = this.#neighbours.heardSince(beacon.peer, instance, address) ?? now;
    const asks = beacon.kind === "here" && now - since < ANSWER_WHILE_NEW && this.#mayAnswer(beacon.peer, from, now);
    if (isKnown && !asks) return null;
    const { peer, hub, title } = beacon;
    const addresses = this.#neighbours.addressesOf(peer, now);
    return { kind: "seen", sighting: { peer, addresses, instance: beacon.instance, hub, title }, asks };
  }

  #takeBye(claim: Claim, isFresh: boolean, now: number): Finding | null {
    if (!isFresh) return null;
    this.#neighbours.part(claim, now);
    return { kind: "left", peer: claim.peer };
  }

  #takeOwn(beacon: Beacon, bytes: Uint8Array, now: number): Finding | null {
    const instance = beacon.instance.toHex();
    if (sameBytes(beacon.instance, this.#self.instance) || beacon.kind === "bye" || beacon.counter < this.#self.since) return null;
    if (this.#copies.has(instance) || this.#copies.size >= MOST_COPIES || !this.#isSigned(bytes, now)) return null;
    this.#copies.add(instance);
    return { kind: "copy", instance: beacon.instance };
  }

  #isSigned(bytes: Uint8Array, now: number): boolean {
    return this.#checks.take(now) && openBeacon(bytes) !== null;
  }

  #mayAnswer(peer: PeerId, from: Sender, now: number): boolean {
    return this.#answersPerSender.take(`${peer} ${from.address} ${from.port}`, now) && this.#answers.take(now);
  }
}
