// Over which links an author's live entries flow: a tree per author, grown by pruning what arrives twice.
// After Plumtree (Leitão, Pereira, Rodrigues: Epidemic Broadcast Trees, 2007), with a tree per author.

import type { PeerId } from "../../core/ids.ts";
import type { Random } from "../../core/ports/clock.ts";

/** About so many links get the first entries of an author who is not us; the others hear of them. */
export const FANOUT = 4;
/** A link that pushes on although it was asked to stop has forgotten (its side saw the link anew): it is asked again. Milliseconds. */
const REMIND = 2_000;
/** Authors remembered per link; the oldest are forgotten, and learnt again. */
const MAX_AUTHORS = 16_384;

type Branch = {
  /** Whether an author's entries are pushed to this link; absent until first needed. */
  readonly eager: Map<PeerId, boolean>;
  /** Authors whose entries this link was asked not to push to us, and when. */
  readonly declined: Map<PeerId, number>;
};

/**
 * Invariants: the parent of an author is a link that was not asked to stop pushing it, so at least one link stays eager
 * towards us for every author who reached us live; the author's own link is preferred to all others.
 */
export class Tree {
  readonly #self: PeerId;
  readonly #branches = new Map<PeerId, Branch>();
  readonly #parents = new Map<PeerId, PeerId>();

  constructor(self: PeerId) {
    this.#self = self;
  }

  linked(peer: PeerId): void {
    this.#branches.set(peer, { eager: new Map(), declined: new Map() });
  }

  unlinked(peer: PeerId): void {
    this.#branches.delete(peer);
    for (const [author, parent] of this.#parents) if (parent === peer) this.#parents.delete(author);
  }

  /** Whether to push the author's entries to the link. `new`: it was just decided that it only hears of them. */
  route(peer: PeerId, author: PeerId, random: Random): "eager" | "lazy" | "new" {
    const eager = this.#branches.get(peer)?.eager;
    const known = eager?.get(author);
    if (!eager || known === false) return "lazy";
    if (known || author === this.#self) return "eager";
    const chosen = random() * (this.#branches.size - 1) < FANOUT;
    bounded(eager).set(author, chosen);
    return chosen ? "eager" : "new";
  }

  /** The other side asked not to be pushed the author's entries (false), or to be pushed them again (true). */
  asked(peer: PeerId, author: PeerId, eager: boolean): void {
    const branch = this.#branches.get(peer);
    if (branch) bounded(branch.eager).set(author, eager);
  }

  /** Entries that we lacked came by the link; `wanted` if we had asked for them. */
  delivered(peer: PeerId, author: PeerId, wanted: boolean): void {
    if (this.#declinedAt(peer, author) !== undefined) return;
    if (!wanted || !this.#parents.has(author)) bounded(this.#parents).set(author, peer);
  }

  /** Entries that we had came by the link, unasked. Returns the link to be sent a `prune`, if any. */
  duplicate(peer: PeerId, author: PeerId, now: number): PeerId | null {
    const declinedAt = this.#declinedAt(peer, author);
    if (declinedAt !== undefined) return now - declinedAt < REMIND ? null : this.#decline(peer, author, now);
    const parent = this.#parents.get(author);
    if (author !== this.#self && (parent === undefined || parent === peer)) {
      bounded(this.#parents).set(author, peer);
      return null;
    }
    if (peer !== author || parent === undefined) return this.#decline(peer, author, now);
    this.#parents.set(author, peer);
    return this.#decline(parent, author, now);
  }

  /** We are about to ask the link to push the author's entries (`graft`). */
  grafted(peer: PeerId, author: PeerId): void {
    this.#branches.get(peer)?.declined.delete(author);
    bounded(this.#parents).set(author, peer);
  }

  #decline(peer: PeerId, author: PeerId, now: number): PeerId | null {
    const declined = this.#branches.get(peer)?.declined;
    if (!declined) return null;
    bounded(declined).set(author, now);
    return peer;
  }

  #declinedAt(peer: PeerId, author: PeerId): number | undefined {
    return this.#branches.get(peer)?.declined.get(author);
  }
}

function bounded<V>(map: Map<PeerId, V>): Map<PeerId, V> {
  if (map.size >= MAX_AUTHORS) {
    const oldest = map.keys().next();
    if (!oldest.done) map.delete(oldest.value);
  }
  return map;
}
