// Holds what just arrived for a moment, so that what was said at the same time comes out in the one order on every screen.

import { compareKeys } from "../../core/order.ts";
import type { OrderKey } from "../../core/ports/store.ts";

/** How long a thing is held, milliseconds: more than messages need to cross a network, less than people notice. */
export const SETTLE_MS = 100;

type Held<T> = { readonly item: T; readonly key: OrderKey; readonly turn: number; readonly due: number };

/** Pure: times (milliseconds, any steady clock) are passed in. */
export class Settle<T> {
  #held: Held<T>[] = [];
  #turn = 0;
  #newest: OrderKey | null = null;

  /** Things without a place of their own (null) stay behind what was there before them. */
  add(item: T, place: OrderKey | null, now: number): void {
    const key = place ?? this.#newest ?? ORIGIN;
    if (this.#newest === null || compareKeys(key, this.#newest) > 0) this.#newest = key;
    this.#held.push({ item, key, turn: this.#turn++, due: now + SETTLE_MS });
  }

  /** In order: what was held long enough, and whatever stands before one of those. */
  release(now: number): readonly T[] {
    const due = this.#held.filter((held) => held.due <= now);
    if (due.length === 0) return [];
    const last = due.reduce((a, b) => (inOrder(a, b) > 0 ? a : b));
    const out = this.#held.filter((held) => inOrder(held, last) <= 0);
    this.#held = this.#held.filter((held) => inOrder(held, last) > 0);
    return out.sort(inOrder).map(({ item }) => item);
  }

  /** When to release next, or null while nothing is held. */
  get due(): number | null {
    return this.#held[0]?.due ?? null;
  }
}

const ORIGIN: OrderKey = { time: 0, author: "" as OrderKey["author"], seq: 0 };

const inOrder = <T>(a: Held<T>, b: Held<T>): number => compareKeys(a.key, b.key) || a.turn - b.turn;
