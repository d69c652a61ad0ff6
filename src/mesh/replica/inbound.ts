// Ranges that were given to the log and are not stored yet.

import type { PeerId, RoomId } from "../../core/ids.ts";
import type { ReplicaView } from "./events.ts";
import { FeedMap } from "./feed-map.ts";

/** Knows how far each feed will reach when what is under way is stored. */
export class Inbound {
  readonly #view: ReplicaView;
  readonly #feeds = new FeedMap<{ to: number; count: number }>();

  constructor(view: ReplicaView) {
    this.#view = view;
  }

  held(room: RoomId, author: PeerId): number {
    return this.#view.frontier(room).get(author) ?? 0;
  }

  /** The last number held, or about to be. */
  expected(room: RoomId, author: PeerId): number {
    return Math.max(this.held(room, author), this.#feeds.get(room, author)?.to ?? 0);
  }

  pending(room: RoomId, author: PeerId): boolean {
    return this.#feeds.get(room, author) !== undefined;
  }

  started(room: RoomId, author: PeerId, to: number): void {
    const feed = this.#feeds.get(room, author);
    if (feed) {
      feed.count++;
      feed.to = Math.max(feed.to, to);
    } else this.#feeds.set(room, author, { to, count: 1 });
  }

  /** One of the ranges is done. Returns how far the feed was expected to reach. */
  finished(room: RoomId, author: PeerId, refused: boolean): number {
    const feed = this.#feeds.get(room, author);
    if (!feed) return 0;
    const expected = feed.to;
    if (refused) feed.to = this.held(room, author);
    if (--feed.count === 0) this.#feeds.delete(room, author);
    return expected;
  }
}
