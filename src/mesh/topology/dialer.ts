// Dials: several addresses of a peer a little apart, each with its own growing pauses.

import type { PeerId } from "../../core/ids.ts";
import { isLost, type Known, missed, type Place } from "./book.ts";
import { Dares } from "./dares.ts";
import type { Turn } from "./events.ts";

/** Between the dials to two addresses of one peer, as in RFC 8305. Milliseconds. */
export const STAGGER = 150;
/** Dials under way at once. */
export const MAX_DIALS = 32;
/** The longest pauses between dials, milliseconds. */
const LONGEST_CONFIGURED = 15_000;
const LONGEST = 30_000;
const LONGEST_GONE = 60_000;

type Configured = Place & { peer: PeerId | null };

/**
 * Invariants: no address is dialled twice at a time, and one that proved to be our own never again; addresses that nobody
 * configured and where nobody was found yet are dialled as often as `Dares` allows.
 */
export class Dialer {
  /** The addresses being dialled, and whom we hope to find there. */
  readonly #busy = new Map<string, PeerId | null>();
  readonly #own = new Set<string>();
  readonly #configured = new Map<string, Configured>();
  readonly #lastDial = new Map<PeerId, number>();
  readonly #dares = new Dares();
  /** The addresses being dialled that nobody was found at yet. */
  readonly #daring = new Set<string>();

  configure(address: string): void {
    if (this.#configured.has(address)) return;
    this.#configured.set(address, { address, failures: 0, notBefore: 0, isGood: false, isProven: true, peer: null });
  }

  /** Dials the peer if it is due. Returns when to look again. */
  dial(known: Known, turn: Turn): number {
    const { peer } = known;
    const place = this.#best(known);
    if (!place) return Number.POSITIVE_INFINITY;
    const at = Math.max(known.readyAt, place.notBefore, (this.#lastDial.get(peer) ?? 0) + STAGGER);
    if (at > turn.now) return at;
    if (this.#busy.size >= MAX_DIALS) return turn.now + STAGGER;
    if (!place.isProven) {
      const ready = this.#dares.readyAt(turn.now);
      if (ready > turn.now) return ready;
      this.#dares.take();
      this.#daring.add(place.address);
    }
    this.#start(place.address, peer, turn);
    this.#lastDial.set(peer, turn.now);
    return turn.now + STAGGER;
  }

  /** Dials the configured addresses that are due, but for those of peers who need no dial. Returns when to look again. */
  dialConfigured(isDispensable: (peer: PeerId) => boolean, turn: Turn): number {
    let next = Number.POSITIVE_INFINITY;
    for (const place of this.#configured.values()) {
      if ((place.peer && isDispensable(place.peer)) || this.#busy.has(place.address) || this.#own.has(place.address)) continue;
      if (place.notBefore > turn.now) next = Math.min(next, place.notBefore);
      else this.#start(place.address, null, turn);
    }
    return next;
  }

  /** The dial became a link with the peer. */
  succeeded(address: string, peer: PeerId): void {
    this.#busy.delete(address);
    if (this.#daring.delete(address)) this.#dares.giveBack();
    const place = this.#configured.get(address);
    if (!place) return;
    place.peer = peer;
    place.failures = 0;
    place.notBefore = 0;
  }

  /** The dial failed. Returns whom we hoped to find there. */
  failed(address: string, turn: Turn): PeerId | null {
    const peer = this.#busy.get(address) ?? null;
    this.#busy.delete(address);
    this.#daring.delete(address);
    const place = this.#configured.get(address);
    if (place) missed(place, LONGEST_CONFIGURED, turn);
    return peer;
  }

  /** We answer there ourselves. */
  isOwn(address: string): void {
    this.#busy.delete(address);
    if (this.#own.size < 256) this.#own.add(address);
  }

  /** A link to a configured address ended: not again before this time. */
  lost(peer: PeerId, notBefore: number): void {
    for (const place of this.#configured.values()) if (place.peer === peer) place.notBefore = notBefore;
  }

  #start(address: string, peer: PeerId | null, turn: Turn): void {
    this.#busy.set(address, peer);
    turn.effects.push({ kind: "dial", address, peer });
  }

  /** The address to try next: the soonest, of these the one that worked last. */
  #best(known: Known): Place | null {
    let best: Place | null = null;
    for (const place of known.places.values()) {
      if (this.#busy.has(place.address) || this.#own.has(place.address)) continue;
      if (!best || place.notBefore < best.notBefore || (place.isGood && place.notBefore === best.notBefore)) best = place;
    }
    return best;
  }
}

/** Notes a failed dial of one of the peer's addresses. */
export function missedAt(known: Known, address: string, turn: Turn): void {
  const place = known.places.get(address);
  if (place) missed(place, isLost(known) ? LONGEST_GONE : LONGEST, turn);
}
