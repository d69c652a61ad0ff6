// Gathers a range of one feed, and knows where it may end: on a signed entry, so that whoever gets it can verify it.

import type { Query, Stored } from "../core/ports/store.ts";
import { MOST_BYTES, MOST_ENTRIES } from "./limits.ts";

type Wanted = Pick<Extract<Query, { readonly kind: "feed" }>, "to" | "limit" | "bytes">;

export class FeedRange {
  readonly #to: number;
  readonly #mostEntries: number;
  readonly #mostBytes: number;
  readonly #stored: Stored[] = [];
  #signed = 0;
  #bytes = 0;

  constructor({ to, limit, bytes = MOST_BYTES }: Wanted) {
    this.#to = to;
    this.#mostEntries = Math.min(limit, MOST_ENTRIES);
    this.#mostBytes = Math.min(bytes, MOST_BYTES);
  }

  /** Takes the next entry; false once no more is wanted. */
  take(stored: Stored): boolean {
    const { header, headerBytes, body, signature } = stored.entry;
    const count = this.#stored.push(stored);
    this.#bytes += headerBytes.length + (body?.length ?? 0);
    if (signature !== null) this.#signed = count;
    const isWhole = signature !== null && header.seq >= this.#to;
    const isFull = count >= this.#mostEntries || this.#bytes >= this.#mostBytes;
    return !isWhole && !(isFull && this.#signed > 0);
  }

  /** What was taken, up to the last signed one. */
  get result(): readonly Stored[] {
    return this.#stored.slice(0, this.#signed);
  }
}
