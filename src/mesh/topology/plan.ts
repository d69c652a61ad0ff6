// With whom to be linked: with everyone in a small network, with ring neighbours and some far ones in a large one.

import type { PeerId } from "../../core/ids.ts";
import type { Connections } from "./connections.ts";
import { around, type Turn } from "./events.ts";
import type { Ring } from "./ring.ts";

/** Up to so many others that are here, everyone links to everyone. */
export const FULL_MESH = 40;
/** So many more are borne before links are given up, so that one who comes and goes does not turn the mesh over. */
export const SLACK = 4;
/** Beyond: neighbours on each side of the ring … */
export const REACH = 2;
/** … and far ones until there are so many links. */
export const DEGREE = 12;
/** More than this are given up again, if nobody needs them. */
export const MAX_LINKS = 24;
/** How often a far link is exchanged for another, and how far apart surplus ones are ended. Milliseconds. */
const REFRESH = 600_000;
const SHED = 500;

/** Invariant: ring neighbours and those needed for direct talk are always aimed at, and never given up. */
export class Plan {
  readonly #self: PeerId;
  readonly #ring: Ring;
  readonly #connections: Connections;
  readonly #far = new Set<PeerId>();
  #neighbours: ReadonlySet<PeerId> = new Set();
  #isPartial = false;
  #shedAt = 0;
  #refreshAt = Number.POSITIVE_INFINITY;

  constructor(self: PeerId, ring: Ring, connections: Connections) {
    this.#self = self;
    this.#ring = ring;
    this.#connections = connections;
  }

  get isPartial(): boolean {
    return this.#isPartial;
  }

  isNeighbour(peer: PeerId): boolean {
    return this.#neighbours.has(peer);
  }

  /** Decides anew from who is here. `wanted` are those needed for direct talk. Returns at whom to aim. */
  targets(wanted: ReadonlySet<PeerId>, turn: Turn): Iterable<PeerId> {
    const isPartial = this.#ring.size > FULL_MESH + (this.#isPartial ? 0 : SLACK);
    if (isPartial !== this.#isPartial) this.#refreshAt = isPartial ? turn.now + around(REFRESH, turn) : Number.POSITIVE_INFINITY;
    this.#isPartial = isPartial;
    this.#neighbours = this.#ring.neighbours(this.#self, REACH);
    if (!isPartial) return new Set([...this.#ring.all(), ...wanted]);
    const targets = new Set([...this.#neighbours, ...wanted]);
    this.#chooseFar(targets, turn);
    return targets;
  }

  /** The link to give up now, if any. */
  surplus(wanted: ReadonlySet<PeerId>, turn: Turn): PeerId | null {
    if (!this.#isPartial) return null;
    const isCrowded = this.#connections.size > MAX_LINKS && turn.now >= this.#shedAt;
    const isStale = this.#connections.size >= DEGREE && turn.now >= this.#refreshAt;
    if (!isCrowded && !isStale) return null;
    const spare = [...this.#connections.peers()].filter((peer) => !this.#neighbours.has(peer) && !wanted.has(peer));
    const choice = isCrowded ? spare : spare.filter((peer) => this.#connections.isDialed(peer));
    this.#shedAt = turn.now + around(SHED, turn);
    if (isStale) this.#refreshAt = turn.now + around(REFRESH, turn);
    return choice[Math.floor(turn.random() * choice.length)] ?? null;
  }

  /** When to call `surplus` next. */
  dueAt(): number {
    const shedAt = this.#isPartial && this.#connections.size > MAX_LINKS ? this.#shedAt : Number.POSITIVE_INFINITY;
    return Math.min(shedAt, this.#connections.size >= DEGREE ? this.#refreshAt : Number.POSITIVE_INFINITY);
  }

  /** This far one did not work out. */
  drop(peer: PeerId): void {
    this.#far.delete(peer);
  }

  /** Adds far ones until the links that are and that are aimed at make the degree. */
  #chooseFar(targets: Set<PeerId>, turn: Turn): void {
    for (const peer of this.#far) if (this.#connections.has(peer) || !this.#ring.has(peer)) this.#far.delete(peer);
    for (const peer of this.#far) targets.add(peer);
    let missing = DEGREE - this.#connections.size;
    for (const peer of targets) if (!this.#connections.has(peer)) missing--;
    for (let tries = 2 * DEGREE; missing > 0 && tries > 0; tries--) {
      const peer = this.#ring.at(Math.floor(turn.random() * this.#ring.size));
      if (!peer || targets.has(peer) || this.#connections.has(peer)) continue;
      this.#far.add(peer);
      targets.add(peer);
      missing--;
    }
  }
}
