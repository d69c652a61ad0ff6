// How far the clock at the other end of a link is from ours, from pings and their answers.

/** One exchange, microseconds. */
type Sample = { readonly roundTrip: number; readonly skew: number };

/** So many exchanges are kept: the best of them counts, and a clock that was set anew is believed after as many. */
const KEPT = 8;

/** The clock filter of NTP (RFC 5905 §10): the exchange with the least round trip knows best. */
export class ClockFilter {
  readonly #samples: Sample[] = [];

  /** `sent` and `received` by our clock, `theirs` between them by the other one; microseconds. */
  add(sent: number, received: number, theirs: number): void {
    const roundTrip = received - sent;
    if (roundTrip < 0) return;
    this.#samples.push({ roundTrip, skew: Math.round(theirs - (sent + received) / 2) });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** The best exchange of the last few, or null before the first. Skew is their clock minus ours. */
  best(): Sample | null {
    let best: Sample | null = null;
    for (const sample of this.#samples) if (!best || sample.roundTrip < best.roundTrip) best = sample;
    return best;
  }
}
