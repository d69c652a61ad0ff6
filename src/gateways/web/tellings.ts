// From the lists that a Chat tells to bytes: made once, however many watches are told the same list.

import type { ChatEvent } from "../../core/ports/chat.ts";
import { Told } from "./batch.ts";
import { PresenceFeed } from "./presence-feed.ts";

export class Tellings {
  readonly presence = new PresenceFeed();
  /** All who are told a list are told it one after the other: to keep the latest is enough. */
  #events: readonly ChatEvent[] | null = null;
  #told: Told | null = null;

  /** Null for a list that is presence alone: the feed tells of it. */
  of(events: readonly ChatEvent[]): Told | null {
    if (events === this.#events) return this.#told;
    const rest = this.presence.take(events);
    this.#told = rest.length === 0 ? null : Told.of(rest);
    this.#events = events;
    return this.#told;
  }
}
