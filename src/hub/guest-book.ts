// Who was here lately: for whom a name is kept, and what the tokens that are out stand for now.

import * as v from "valibot";
import { type Keeping, Kept } from "./kept.ts";
import { skeletonOf } from "./skeleton.ts";
import { TOKEN_LIFE } from "./tokens.ts";

/** What a token stands for; it changes by a rename, a registration, a login. Times in microseconds since 1970. */
export type Holder = {
  readonly name: string;
  readonly since: number;
  readonly seen: number;
  readonly kind: "guest" | "member";
  /** Where the guest came from last, as `addressKey` has it: from there the name can be taken again without its token. */
  readonly address: string;
};

const MAX_HOLDERS = 10_000;

const holder = v.object({
  name: v.string(),
  since: v.number(),
  seen: v.number(),
  kind: v.picklist(["guest", "member"]),
  address: v.string(),
}) satisfies v.GenericSchema<unknown, Holder>;

export class GuestBook {
  /** By the id of the token, the longest unseen first. */
  readonly #holders = new Map<string, Holder>();
  /** The tokens of guests by the skeletons of their names. */
  readonly #guests = new Map<string, string>();
  readonly #kept: Kept;

  private constructor(store: Keeping, log: (text: string) => void) {
    this.#kept = new Kept(store, "hub:guests", { format: () => [...this.#holders], log });
  }

  /** `now` in microseconds. */
  static async load(store: Keeping, now: number, log: (text: string) => void): Promise<GuestBook> {
    const book = new GuestBook(store, log);
    for (const [id, known] of (await book.#kept.load(v.array(v.tuple([v.string(), holder])))) ?? []) {
      if (now - known.seen <= TOKEN_LIFE) book.#add(id, known);
    }
    return book;
  }

  get(id: string): Holder | null {
    return this.#holders.get(id) ?? null;
  }

  /** The token of the guest for whom a name that looks like this is kept, or null. */
  keptFor(skeleton: string, now: number): string | null {
    const id = this.#guests.get(skeleton);
    if (id === undefined) return null;
    if (now - (this.#holders.get(id)?.seen ?? 0) <= TOKEN_LIFE) return id;
    this.remove(id);
    return null;
  }

  put(id: string, now: Holder): void {
    this.#drop(id);
    this.#add(id, now);
    this.#kept.changed();
  }

  /** The holder is here at this moment. */
  seen(id: string, now: number): void {
    const known = this.#holders.get(id);
    if (known) this.put(id, { ...known, seen: now });
  }

  remove(id: string): void {
    this.#drop(id);
    this.#kept.changed();
  }

  /** Resolves once it is stored. */
  written(): Promise<void> {
    return this.#kept.write();
  }

  close(): Promise<void> {
    return this.#kept.close();
  }

  #add(id: string, known: Holder): void {
    this.#holders.set(id, known);
    if (known.kind === "guest") this.#guests.set(skeletonOf(known.name), id);
    if (this.#holders.size > MAX_HOLDERS) this.#forgetOldest();
  }

  #drop(id: string): void {
    const known = this.#holders.get(id);
    if (!known) return;
    this.#holders.delete(id);
    const skeleton = skeletonOf(known.name);
    if (this.#guests.get(skeleton) === id) this.#guests.delete(skeleton);
  }

  #forgetOldest(): void {
    const [oldest] = this.#holders.keys();
    if (oldest !== undefined) this.#drop(oldest);
  }
}
