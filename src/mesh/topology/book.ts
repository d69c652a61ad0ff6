// Who is known, where they listen, and how dialling them went.

import type { PeerId } from "../../core/ids.ts";
import { around, type Turn } from "./events.ts";

/** Peers known at most; for strangers beyond, one who is gone must give way. */
export const MAX_KNOWN = 4096;
/** Addresses kept per peer. */
export const MAX_PLACES = 16;
/** A peer that could not be reached so often in a row at each of its addresses is taken for gone, until it is seen. */
export const GONE_AFTER = 3;
/** Pause after the first failed dial; it doubles with each. Milliseconds. */
const FIRST_PAUSE = 500;

/** An address as one to dial. `isGood`: the last dial became a link; `isProven`: some dial did, be it in an earlier run. */
export type Place = { readonly address: string; failures: number; notBefore: number; isGood: boolean; isProven: boolean };

export type Known = {
  readonly peer: PeerId;
  readonly places: Map<string, Place>;
  /** Taken to be here until then; infinite while linked. */
  until: number;
  /** Not dialled before: who waits for the other side to dial, who was told to stay away. */
  readyAt: number;
  /** Linked with, as long as possible, until then: direct talk needs it. */
  wantedUntil: number;
};

export class Book {
  readonly #self: PeerId;
  readonly #known = new Map<PeerId, Known>();

  constructor(self: PeerId) {
    this.#self = self;
  }

  get(peer: PeerId): Known | undefined {
    return this.#known.get(peer);
  }

  all(): Iterable<Known> {
    return this.#known.values();
  }

  /** The peer and these addresses of it; null for ourselves, and for strangers when the book is full. */
  learn(peer: PeerId, addresses: readonly string[], readyAt: number): Known | null {
    if (peer === this.#self) return null;
    let known = this.#known.get(peer);
    if (!known) {
      if (this.#known.size >= MAX_KNOWN && !this.#giveWay(readyAt)) return null;
      known = { peer, places: new Map(), until: 0, readyAt, wantedUntil: 0 };
      this.#known.set(peer, known);
    }
    for (const address of addresses.slice(0, MAX_PLACES)) addPlace(known, address);
    return known;
  }

  #giveWay(now: number): boolean {
    for (const known of this.#known.values()) if (known.until <= now && isLost(known)) return this.#known.delete(known.peer);
    return false;
  }
}

/** Notes that a dial failed, and when the next may be. `longest` in milliseconds. */
export function missed(place: Place, longest: number, turn: Turn): void {
  place.failures++;
  place.isGood = false;
  place.notBefore = turn.now + around(Math.min(longest, FIRST_PAUSE * 2 ** (place.failures - 1)), turn);
}

/** Whether each of its addresses failed too often to believe that it is here. */
export function isLost(known: Known): boolean {
  for (const place of known.places.values()) if (place.failures < GONE_AFTER) return false;
  return true;
}

/** The addresses most worth telling: good ones first, at most four. */
export function bestAddresses(known: Known): readonly string[] {
  const places = [...known.places.values()].filter((place) => place.failures < GONE_AFTER);
  const sorted = places.toSorted((a, b) => Number(b.isGood) - Number(a.isGood) || a.failures - b.failures);
  return sorted.slice(0, 4).map((place) => place.address);
}

function addPlace(known: Known, address: string): void {
  if (known.places.has(address)) return;
  if (known.places.size >= MAX_PLACES) {
    const worst = [...known.places.values()].reduce((a, b) => (b.failures > a.failures ? b : a));
    if (worst.failures === 0) return;
    known.places.delete(worst.address);
  }
  known.places.set(address, { address, failures: 0, notBefore: 0, isGood: false, isProven: false });
}
