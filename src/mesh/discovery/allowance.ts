// Bounds on what strangers may make us do.

/** A bucket of tokens that fills steadily. Times are milliseconds of a clock that never goes back. */
export class Allowance {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Whether one more is allowed now; takes it. */
  take(now: number): boolean {
    if (this.#filledAt > Number.NEGATIVE_INFINITY) {
      this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond);
    }
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** An allowance for each of many keys. Remembers a bounded number of them: the one longest known is forgotten first. */
export class Allowances {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #most: number;
  readonly #byKey = new Map<string, Allowance>();

  constructor(perSecond: number, burst: number, most = 1024) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#most = most;
  }

  take(key: string, now: number): boolean {
    let allowance = this.#byKey.get(key);
    if (!allowance) {
      for (const oldest of this.#byKey.keys()) {
        if (this.#byKey.size < this.#most) break;
        this.#byKey.delete(oldest);
      }
      allowance = new Allowance(this.#perSecond, this.#burst);
      this.#byKey.set(key, allowance);
    }
    return allowance.take(now);
  }
}
