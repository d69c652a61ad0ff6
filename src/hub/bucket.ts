// How fast somebody may do something: a bucket that fills again with time.

/** So many in so many seconds; `most` 0 means as many as one likes. */
export type Rate = { readonly most: number; readonly seconds: number };

/** Most buckets that are kept apart; then the longest unused goes first. */
const MAX_BUCKETS = 20_000;

export class Bucket {
  #used = 0;
  #at = 0;

  /** Takes one and returns 0, or takes nothing and returns how many microseconds to wait for it. `now` in microseconds. */
  take({ most, seconds }: Rate, now: number): number {
    if (most === 0) return 0;
    const each = (seconds * 1e6) / most;
    this.#used = Math.max(0, this.#used - Math.max(0, now - this.#at) / each);
    this.#at = now;
    if (this.#used + 1 > most + 1e-9) return Math.ceil((this.#used + 1 - most) * each);
    this.#used += 1;
    return 0;
  }

  /** What was taken last does not count. */
  giveBack(): void {
    this.#used = Math.max(0, this.#used - 1);
  }
}

/** A bucket for each of many: addresses, accounts. */
export class Buckets {
  readonly #all = new Map<string, Bucket>();

  of(key: string): Bucket {
    const bucket = this.#all.get(key) ?? new Bucket();
    this.#all.delete(key);
    this.#all.set(key, bucket);
    if (this.#all.size > MAX_BUCKETS) for (const oldest of this.#all.keys()) return this.#without(oldest, bucket);
    return bucket;
  }

  #without(key: string, bucket: Bucket): Bucket {
    this.#all.delete(key);
    return bucket;
  }
}

/** A wait as people read it. */
export function waitText(microseconds: number): string {
  const seconds = Math.max(1, Math.ceil(microseconds / 1e6));
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
}
