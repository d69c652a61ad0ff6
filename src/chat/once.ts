// What was said under a nonce is said once: also where the peer was killed before it could tell so, and is asked again.

import { guestOf, type PeerId, type PersonId, personOf } from "../core/ids.ts";
import type { Message } from "../core/ports/chat.ts";
import type { Store, Stored } from "../core/ports/store.ts";
import { bodyOf } from "./saying.ts";

/** So many of the latest are known again. */
const MOST = 8_192;
/** Entries that are looked through after a start. */
const LOOK_BACK = 8_192;

export type OnceOptions = {
  readonly store: Store;
  readonly self: PeerId;
  /** The arrival of the newest entry at the start. */
  readonly lastArrival: number;
};

/** How a message of an earlier run is shown. */
export type Recall = (stored: Stored) => Promise<Message>;

export class Once {
  readonly #options: OnceOptions;
  readonly #said = new Map<string, Promise<Message>>();
  #earlier: Promise<Map<string, Stored>> | null = null;
  #known: Map<string, Stored> | null = null;

  constructor(options: OnceOptions) {
    this.#options = options;
  }

  /** Says it, or gives what was said by this person under the nonce before. What could not be said may be said again. */
  say(nonce: string, by: PersonId, say: () => Promise<Message>, recall: Recall): Promise<Message> {
    const key = keyOf(by, nonce);
    const said = this.#said.get(key);
    if (said !== undefined) return said;
    const message = this.#known ? this.#sayNow(this.#known.get(key), say, recall) : this.#sayLater(key, say, recall);
    this.#remember(key, message);
    return message;
  }

  #sayNow(earlier: Stored | undefined, say: () => Promise<Message>, recall: Recall): Promise<Message> {
    return earlier ? recall(earlier) : say();
  }

  async #sayLater(key: string, say: () => Promise<Message>, recall: Recall): Promise<Message> {
    this.#earlier ??= this.#look();
    this.#known = await this.#earlier;
    return this.#sayNow(this.#known.get(key), say, recall);
  }

  #remember(key: string, message: Promise<Message>): void {
    this.#said.set(key, message);
    message.catch(() => this.#said.delete(key));
    const [oldest] = this.#said.keys();
    if (this.#said.size > MOST && oldest !== undefined) this.#said.delete(oldest);
  }

  async #look(): Promise<Map<string, Stored>> {
    const { store, self, lastArrival } = this.#options;
    const latest = await store.read({ kind: "arrivals", after: Math.max(0, lastArrival - LOOK_BACK), limit: LOOK_BACK });
    return new Map(latest.filter(({ entry }) => entry.author === self).flatMap((stored) => markOf(stored)));
  }
}

function markOf(stored: Stored): readonly (readonly [string, Stored])[] {
  const { author, header } = stored.entry;
  const body = bodyOf(stored.entry);
  return body?.kind === "message" && body.nonce !== undefined ? [[keyOf(personOf(author, header.as), body.nonce), stored]] : [];
}

const keyOf = (by: PersonId, nonce: string): string => `${guestOf(by) ?? ""}/${nonce}`;
