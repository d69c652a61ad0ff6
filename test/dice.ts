// Dice with a seed: a run that failed is run again by its seed.

import type { Random } from "../src/core/ports/clock.ts";

/** Uniform in [0, 1), the same throws for the same seed (mulberry32). */
export function dice(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
