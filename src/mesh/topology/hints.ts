// Telling linked peers who else is here: everyone when a link comes up, later the new ones in batches.

import type { PeerId } from "../../core/ids.ts";
import type { PeerHint } from "../../wire/frame.ts";
import { type Book, bestAddresses } from "./book.ts";
import type { Turn } from "./events.ts";

/** New ones are gathered so long. Milliseconds. */
const BATCH = 1_000;
/** In one frame: 4 addresses of at most 64 bytes each and the id make less than 400 bytes. */
export const MAX_HINTS = 1_000;

export class Hints {
  readonly #book: Book;
  readonly #news = new Set<PeerId>();
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(book: Book) {
    this.#book = book;
  }

  dueAt(): number {
    return this.#dueAt;
  }

  /** The peer is here, and was not before. */
  add(peer: PeerId, now: number): void {
    this.#news.add(peer);
    if (this.#dueAt === Number.POSITIVE_INFINITY) this.#dueAt = now + BATCH;
  }

  /** Tells a new link of all these. */
  introduce(peer: PeerId, present: readonly PeerId[], turn: Turn): void {
    this.#tell([peer], present, turn);
  }

  /** Tells all links of the new ones. */
  flush(peers: Iterable<PeerId>, turn: Turn): void {
    if (turn.now < this.#dueAt) return;
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#tell([...peers], [...this.#news], turn);
    this.#news.clear();
  }

  #tell(peers: readonly PeerId[], about: readonly PeerId[], turn: Turn): void {
    const hints: PeerHint[] = [];
    for (const peer of about) {
      const known = this.#book.get(peer);
      const addresses = known ? bestAddresses(known) : [];
      if (addresses.length > 0) hints.push({ peer, addresses });
    }
    for (const peer of peers) {
      const others = hints.filter((hint) => hint.peer !== peer);
      for (let i = 0; i < others.length; i += MAX_HINTS) turn.effects.push({ kind: "tell", peer, peers: others.slice(i, i + MAX_HINTS) });
    }
  }
}
