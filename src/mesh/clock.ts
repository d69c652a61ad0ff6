// The network's time: what this computer's clock lacks towards the middle of the clocks of the peers it is linked with.

import type { PeerId } from "../core/ids.ts";

/** Changes smaller than this are ignored: latency is measured with them. Microseconds. */
export const STEADY = 50_000;
/** An own clock further off than this is told to people. Microseconds. */
export const FAR_OFF = 300_000_000;

/** What to tell people: `off` once when this computer's clock is far off, `good` once when it is right again. */
export type ClockNotice = "off" | "good";

/**
 * Laws: the offset lies between the smallest and the largest difference, own (0) included; it depends on the latest
 * difference of each linked peer only, never on the order or on earlier offsets (beyond STEADY), so nothing feeds back;
 * two peers that measure each other alone agree on the middle of their clocks; without links it stays what it was.
 */
export class NetworkClock {
  readonly #skews = new Map<PeerId, number>();
  #offset = 0;
  #told = false;

  /** A linked peer's own uncorrected clock minus ours, microseconds. Returns what people should be told, if anything. */
  measured(peer: PeerId, skew: number): ClockNotice | null {
    if (!Number.isFinite(skew)) return null;
    this.#skews.set(peer, skew);
    return this.#settle();
  }

  /** The link ended. */
  gone(peer: PeerId): ClockNotice | null {
    this.#skews.delete(peer);
    return this.#skews.size === 0 ? null : this.#settle();
  }

  /** To be added to this computer's clock, whole microseconds. */
  offset(): number {
    return this.#offset;
  }

  #settle(): ClockNotice | null {
    const middle = Math.round(median([0, ...this.#skews.values()]));
    if (Math.abs(middle - this.#offset) >= STEADY) this.#offset = middle;
    const off = Math.abs(this.#offset) > FAR_OFF;
    if (off === this.#told) return null;
    this.#told = off;
    return off ? "off" : "good";
  }
}

/** The middle value; the mean of the middle two when there is an even number. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted.length >> 1;
  const high = sorted[upper] ?? 0;
  return sorted.length % 2 === 1 ? high : (high + (sorted[upper - 1] ?? 0)) / 2;
}
