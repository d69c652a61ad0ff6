// What was said under a nonce is said once: also where the peer was killed before it could tell so, and is asked again.

import type { PeerId } from "../core/ids.ts";
import type { Message } from "../core/ports/chat.ts";
import type { Store, Stored } from "../core/ports/store.ts";
import { bodyOf } from "./saying.ts";
import type { Viewer } from "./viewer.ts";

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

  /** Says it, or gives what was said by this person, not by an earlier guest of the name, under the nonce before. What could not be
   *  said may be said again. */
  say(nonce: string, { as, since }: Pick<Viewer, "as" | "since">, say: () => Promise<Message>, recall: Recall): Promise<Message> {
    const key = `${since} ${keyOf(as, nonce)}`;
    const said = this.#said.get(key);
    if (said !== undefined) return said;
    const earlier = () => {
      const stored = this.#known?.get(keyOf(as, nonce));
      return stored && stored.entry.header.time >= since ? stored : undefined;
    };
    const message = this.#known ? this.#sayNow(earlier(), say, recall) : this.#sayLater(earlier, say, recall);
    this.#remember(key, message);
    return message;
  }

  #sayNow(earlier: Stored | undefined, say: () => Promise<Message>, recall: Recall): Promise<Message> {
    return earlier ? recall(earlier) : say();
  }

  async #sayLater(earlier: () => Stored | undefined, say: () => Promise<Message>, recall: Recall): Promise<Message> {
    this.#earlier ??= this.#look();
    this.#known = await this.#earlier;
    return this.#sayNow(earlier(), say, recall);
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
  const body = bodyOf(stored.entry);
  return body?.kind === "message" && body.nonce !== undefined ? [[keyOf(stored.entry.header.as, body.nonce), stored]] : [];
}

const keyOf = (as: string | null, nonce: string): string => `${as ?? ""}/${nonce}`;
