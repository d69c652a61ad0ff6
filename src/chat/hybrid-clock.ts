// The hybrid clock of this peer: beyond all that was seen in bounds, never before the network's time.

import { MAX_AHEAD, nextStamp } from "../core/order.ts";
import type { Clock } from "../core/ports/clock.ts";

export class HybridClock {
  readonly now: Clock;
  #highest = 0;

  constructor(now: Clock) {
    this.now = now;
  }

  /** A stamp for one's own entry, microseconds; each is greater than the one before, unless the clock was far off until now. */
  stamp(): number {
    const now = this.now();
    this.#forgetAhead(now + MAX_AHEAD);
    this.#highest = nextStamp(now, this.#highest);
    return this.#highest;
  }

  /** Takes note of others' stamps. One far ahead moves nothing. */
  observe(times: Iterable<number>): void {
    const bound = this.now() + MAX_AHEAD;
    this.#forgetAhead(bound);
    for (const time of times) if (time > this.#highest && time <= bound) this.#highest = time;
  }

  /** What was stamped before the network set this computer's clock back by hours counts as little as others' stamps from the future. */
  #forgetAhead(bound: number): void {
    if (this.#highest > bound) this.#highest = 0;
  }

  /** Whether a stamp stands so far ahead that people should see a mark. */
  isAhead(time: number): boolean {
    return time > this.now() + MAX_AHEAD;
  }
}

/** Microseconds since 1970 as ISO 8601, milliseconds, UTC. Stamps beyond what a date can say are shown as the last that can. */
export function isoOf(time: number): string {
  const millisecond = Math.floor(Math.min(time / 1000, MAX_DATE));
  if (millisecond !== latest.millisecond) latest = { millisecond, text: new Date(millisecond).toISOString() };
  return latest.text;
}

/** 9999-12-31T23:59:59.999Z: later ones have another form. */
const MAX_DATE = 253_402_300_799_999;

/** A burst shares its milliseconds. */
let latest = { millisecond: 0, text: new Date(0).toISOString() };
