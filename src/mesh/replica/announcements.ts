// Which feeds grew that a link was not pushed: told in batches, so that gaps are found and authors see what arrived.

import type { PeerId, RoomId } from "../../core/ids.ts";
import { FeedMap } from "./feed-map.ts";

/** Delays, milliseconds. An author is told soon that entries arrived, and so is a link that was never pushed to before. */
export const SOON = 50;
/** Links that asked not to be pushed to have another source; they are told in case it fails. */
export const LATER = 1_500;

type Owed = { readonly feeds: FeedMap<true>; at: number };

/** Invariant: a feed is owed to a link at most once, whatever it grew by; so at most rooms × authors per link. */
export class Announcements {
  readonly #links = new Map<PeerId, Owed>();
  #dueAt = Number.POSITIVE_INFINITY;

  linked(peer: PeerId): void {
    this.#links.set(peer, { feeds: new FeedMap(), at: Number.POSITIVE_INFINITY });
  }

  unlinked(peer: PeerId): void {
    this.#links.delete(peer);
  }

  /** The link shall hear of the feed by then. */
  owe(peer: PeerId, room: RoomId, author: PeerId, at: number): void {
    const owed = this.#links.get(peer);
    if (!owed) return;
    owed.feeds.set(room, author, true);
    owed.at = Math.min(owed.at, at);
    this.#dueAt = Math.min(this.#dueAt, at);
  }

  /** The link knows already. */
  forgive(peer: PeerId, room: RoomId, author: PeerId): void {
    this.#links.get(peer)?.feeds.delete(room, author);
  }

  /** When to call `take` next. */
  dueAt(): number {
    return this.#dueAt;
  }

  /** What is due to whom; it is no longer owed then. Links that are blocked keep what they are owed. */
  *take(now: number, blocked: ReadonlySet<PeerId>): Generator<readonly [PeerId, FeedMap<true>]> {
    if (now < this.#dueAt) return;
    this.#dueAt = Number.POSITIVE_INFINITY;
    for (const [peer, owed] of this.#links) {
      if (blocked.has(peer)) continue;
      if (owed.at > now) {
        this.#dueAt = Math.min(this.#dueAt, owed.at);
        continue;
      }
      owed.at = Number.POSITIVE_INFINITY;
      if (owed.feeds.size > 0) yield [peer, owed.feeds];
      owed.feeds.clear();
    }
  }

  /** A blocked link can be told again. */
  drained(peer: PeerId, now: number): void {
    const owed = this.#links.get(peer);
    if (!owed || owed.feeds.size === 0) return;
    owed.at = now;
    this.#dueAt = Math.min(this.#dueAt, now);
  }
}
