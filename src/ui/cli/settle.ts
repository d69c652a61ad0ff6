// Holds what just arrived for a moment, so that what was said at the same time comes out in the one order on every screen.

import { compareKeys } from "../../core/order.ts";
import type { OrderKey } from "../../core/ports/store.ts";

/** How long a thing is held, milliseconds: more than messages need to cross a network, less than people notice. */
export const SETTLE_MS = 100;

/** More than so many at once are a burst, which computers have trouble with and nobody reads along: each is held longer, milliseconds. */
export const BURST = 10;
export const BURST_MS = 400;

type Held<T> = { readonly item: T; readonly key: OrderKey; readonly turn: number; readonly since: number };

/** Pure: times (milliseconds, any steady clock) are passed in. */
export class Settle<T> {
  #held: Held<T>[] = [];
  #turn = 0;
  #newest: OrderKey | null = null;

  /** Things without a place of their own (null) stay behind what was there before them. */
  add(item: T, place: OrderKey | null, now: number): void {
    const key = place ?? this.#newest ?? ORIGIN;
    if (this.#newest === null || compareKeys(key, this.#newest) > 0) this.#newest = key;
    this.#held.push({ item, key, turn: this.#turn++, since: now });
  }

  /** In order: what was held long enough, and whatever stands before one of those. */
  release(now: number): readonly T[] {
    const until = now - this.#patience;
    const due = this.#held.filter((held) => held.since <= until);
    if (due.length === 0) return [];
    const last = due.reduce((a, b) => (inOrder(a, b) > 0 ? a : b));
    const out = this.#held.filter((held) => inOrder(held, last) <= 0);
    this.#held = this.#held.filter((held) => inOrder(held, last) > 0);
    return out.sort(inOrder).map(({ item }) => item);
  }

  /** When to release next, or null while nothing is held. */
  get due(): number | null {
    const first = this.#held[0];
    return first ? first.since + this.#patience : null;
  }

  get #patience(): number {
    return this.#held.length > BURST ? BURST_MS : SETTLE_MS;
  }
}

const ORIGIN: OrderKey = { time: 0, author: "" as OrderKey["author"], seq: 0 };

const inOrder = <T>(a: Held<T>, b: Held<T>): number => compareKeys(a.key, b.key) || a.turn - b.turn;
