// What was said under a nonce is said once: also where the peer was killed before it could tell so, and is asked again.

import { decodeBody } from "../core/body-codec.ts";
import type { EntryId, PeerId } from "../core/ids.ts";
import type { Message } from "../core/ports/chat.ts";
import type { Store, Stored } from "../core/ports/store.ts";
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

/** How a message that was said before is shown. */
export type Recall = (id: EntryId) => Promise<Message>;

/** A message of an earlier run: when it was said, microseconds. */
type Earlier = { readonly id: EntryId; readonly time: number };
type Speaking = Pick<Viewer, "as" | "since">;

export class Once {
  readonly #options: OnceOptions;
  /** Under way, or the entry that it became: whole messages would keep the memory of thousands busy. */
  readonly #said = new Map<string, Promise<Message> | EntryId>();
  #looking: Promise<ReadonlyMap<string, Earlier>> | null = null;
  #earlier: ReadonlyMap<string, Earlier> | null = null;

  constructor(options: OnceOptions) {
    this.#options = options;
  }

  /** Whether this person said something under the nonce, as far as that is known without a look into the store. */
  has(nonce: string, viewer: Speaking): boolean {
    return this.#said.has(ownKey(nonce, viewer)) || this.#before(nonce, viewer) !== null;
  }

  /** Says it, or gives what was said by this person, not by an earlier guest of the name, under the nonce before. What could not be
   *  said may be said again. */
  say(nonce: string, viewer: Speaking, say: () => Promise<Message>, recall: Recall): Promise<Message> {
    const key = ownKey(nonce, viewer);
    const said = this.#said.get(key);
    if (typeof said === "string") return recall(said);
    if (said !== undefined) return said;
    const sayNow = () => {
      const before = this.#before(nonce, viewer);
      return before ? recall(before) : say();
    };
    const message = this.#earlier ? sayNow() : this.#look().then(sayNow);
    this.#remember(key, message);
    return message;
  }

  #before(nonce: string, { as, since }: Speaking): EntryId | null {
    const earlier = this.#earlier?.get(keyOf(as, nonce));
    return earlier && earlier.time >= since ? earlier.id : null;
  }

  #remember(key: string, message: Promise<Message>): void {
    this.#said.set(key, message);
    message.then(
      ({ id }) => this.#said.has(key) && this.#said.set(key, id),
      () => this.#said.delete(key),
    );
    const [oldest] = this.#said.keys();
    if (this.#said.size > MOST && oldest !== undefined) this.#said.delete(oldest);
  }

  #look(): Promise<unknown> {
    this.#looking ??= this.#read().then((earlier) => {
      this.#earlier = earlier;
      return earlier;
    });
    return this.#looking;
  }

  async #read(): Promise<ReadonlyMap<string, Earlier>> {
    const { store, self, lastArrival } = this.#options;
    const latest = await store.read({ kind: "arrivals", after: Math.max(0, lastArrival - LOOK_BACK), limit: LOOK_BACK });
    return new Map(latest.filter(({ entry }) => entry.author === self).flatMap((stored) => markOf(stored)));
  }
}

function markOf({ entry: { id, header, body } }: Stored): readonly (readonly [string, Earlier])[] {
  const said = body === null ? null : decodeBody(header.kind, body);
  return said?.kind === "message" && said.nonce !== undefined ? [[keyOf(header.as, said.nonce), { id, time: header.time }]] : [];
}

const ownKey = (nonce: string, { as, since }: Speaking): string => `${since} ${keyOf(as, nonce)}`;
const keyOf = (as: string | null, nonce: string): string => `${as ?? ""}/${nonce}`;
