// The one total order in which everyone sees a room.

import type { Entry } from "./entry.ts";
import type { OrderKey } from "./ports/store.ts";

/** Compares by time, then author (code units), then seq: total and transitive whatever the clocks say. */
export function compareKeys(a: OrderKey, b: OrderKey): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  if (a.author !== b.author) return a.author < b.author ? -1 : 1;
  return a.seq - b.seq;
}

/** An entry's place in the order. */
export const keyOf = (entry: Entry): OrderKey => ({ time: entry.header.time, author: entry.author, seq: entry.header.seq });

/** Compares entries by the total order. */
export const compareEntries = (a: Entry, b: Entry): number => compareKeys(keyOf(a), keyOf(b));

/** An entry stamped further ahead of the network's time than this is shown with a mark and moves nobody's clock. Microseconds. */
export const MAX_AHEAD = 120_000_000;

/** The next stamp of a hybrid logical clock (Kulkarni et al., 2014): beyond all that was seen, never before now. */
export const nextStamp = (now: number, highestSeen: number): number => Math.max(now, highestSeen + 1);
