// A link as one that may give us entries: how busy it is with that, and how far it is believed.

import type { PeerId, RoomId } from "../../core/ids.ts";
import type { Turn } from "./events.ts";
import { FeedMap } from "./feed-map.ts";

/** Feeds fetched from one link at a time. */
export const MAX_BUSY = 64;
/** Feeds of which one link may claim to hold more than we do, at a time. More are heard when these are fetched. */
export const MAX_CLAIMS = 16_384;
/** The longest pause after answers that did not come, milliseconds. */
const MAX_PAUSE = 60_000;
/** Feeds of one link that did not fit ours; from there on it is not asked for anything. */
const MAX_BARRED = 1024;

export class Lender {
  readonly peer: PeerId;
  /** Feeds being fetched from it. */
  busy = 0;
  /** When it last gave something that we had asked for. */
  lastDelivery = Number.NEGATIVE_INFINITY;
  /** Not asked before this time. */
  pausedUntil = 0;
  #failures = 0;
  #claims = 0;
  readonly #barred = new FeedMap<true>();

  constructor(peer: PeerId) {
    this.peer = peer;
  }

  /** How many more feeds may be fetched from it now. */
  free(now: number): number {
    return now < this.pausedUntil ? 0 : Math.max(0, MAX_BUSY - this.busy);
  }

  delivered(now: number): void {
    this.lastDelivery = now;
    this.#failures = 0;
  }

  /** It did not answer: pauses twice as long as the last time. */
  failed(turn: Turn): void {
    if (turn.now < this.pausedUntil) return;
    const pause = Math.min(MAX_PAUSE, 500 * 2 ** this.#failures++);
    this.pausedUntil = turn.now + pause * (0.5 + turn.random());
  }

  /** Counts one more claim, if there is room for it. */
  mayClaim(): boolean {
    if (this.#claims >= MAX_CLAIMS) return false;
    this.#claims++;
    return true;
  }

  withdrawn(): void {
    this.#claims--;
  }

  bars(room: RoomId, author: PeerId): boolean {
    return this.#barred.size >= MAX_BARRED || this.#barred.get(room, author) !== undefined;
  }

  bar(room: RoomId, author: PeerId): void {
    if (!this.bars(room, author)) this.#barred.set(room, author, true);
  }
}
