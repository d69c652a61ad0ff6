// Whom beacons have told of, and which beacons are old. Pure: times are passed in, milliseconds of a clock that never goes back.

import { sameBytes } from "../../core/identity.ts";
import type { PeerId } from "../../core/ids.ts";

/** What decides about a beacon before its signature is looked at. */
export type Claim = { readonly peer: PeerId; readonly counter: number; readonly bytes: Uint8Array };

/** `fresh`: newer than all of this peer, to be verified. `repeated`: the newest one again, perhaps by another way; verified already. `stale`: older. */
export type Verdict = "fresh" | "repeated" | "stale";

type Span = { readonly since: number; readonly heardAt: number };

type Neighbour = {
  readonly counter: number;
  readonly bytes: Uint8Array;
  readonly instance: string;
  readonly heardAt: number;
  /** Where its beacons came from lately, the last last: address and port of the link, when first and last heard there. */
  readonly addresses: Map<string, Span>;
};

/** Milliseconds. */
const REMEMBERED = 180_000;
const MOST_NEIGHBOURS = 2_048;
const MOST_ADDRESSES = 8;

export class Neighbours {
  readonly #byPeer = new Map<PeerId, Neighbour>();

  judge({ peer, counter, bytes }: Claim): Verdict {
    const known = this.#byPeer.get(peer);
    if (!known || counter > known.counter) return "fresh";
    return counter === known.counter && sameBytes(known.bytes, bytes) ? "repeated" : "stale";
  }

  /** Notes a verified beacon that came from `address`. */
  note(claim: Claim, instance: string, address: string, now: number): void {
    const old = this.#byPeer.get(claim.peer);
    const addresses = old?.instance === instance ? old.addresses : new Map<string, Span>();
    const since = addresses.get(address)?.since ?? now;
    addresses.delete(address);
    addresses.set(address, { since, heardAt: now });
    for (const oldest of addresses.keys()) if (addresses.size > MOST_ADDRESSES) addresses.delete(oldest);
    this.#keep(claim, { counter: claim.counter, bytes: claim.bytes, instance, heardAt: now, addresses });
  }

  /** Notes a goodbye: its counter stays, so that older beacons do not bring the peer back. */
  part(claim: Claim, now: number): void {
    this.#keep(claim, { counter: claim.counter, bytes: claim.bytes, instance: "", heardAt: now, addresses: new Map() });
  }

  /** Where a peer was heard from of late, the last first. */
  addressesOf(peer: PeerId, now: number): readonly string[] {
    const addresses = this.#byPeer.get(peer)?.addresses ?? new Map<string, Span>();
    return [...addresses]
      .filter(([, { heardAt }]) => now - heardAt < REMEMBERED)
      .map(([address]) => address)
      .reverse();
  }

  /** Since when this instance of the peer is heard from there; null if it is not. */
  heardSince(peer: PeerId, instance: string, address: string): number | null {
    const known = this.#byPeer.get(peer);
    return known?.instance === instance ? (known.addresses.get(address)?.since ?? null) : null;
  }

  forgetSilent(now: number): void {
    for (const [peer, { heardAt }] of this.#byPeer) if (now - heardAt >= REMEMBERED) this.#byPeer.delete(peer);
  }

  /** The one heard last stands last; beyond the bound the first is forgotten. */
  #keep({ peer }: Claim, neighbour: Neighbour): void {
    this.#byPeer.delete(peer);
    this.#byPeer.set(peer, neighbour);
    for (const oldest of this.#byPeer.keys()) {
      if (this.#byPeer.size <= MOST_NEIGHBOURS) return;
      this.#byPeer.delete(oldest);
    }
  }
}
