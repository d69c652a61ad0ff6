// How many dials may go to addresses where nobody was found yet: hearsay shall make nobody a scanner of other people's hosts.

/** At once, and per second. A dial that becomes a link gives back what it took. */
const MOST = 64;
const PER_SECOND = 4;

/** A bucket of dials that fills steadily. Times are milliseconds of a clock that never goes back. */
export class Dares {
  #left = MOST;
  #filledAt = 0;

  /** When one more may begin: now, or later. */
  readyAt(now: number): number {
    this.#left = Math.min(MOST, this.#left + ((now - this.#filledAt) / 1000) * PER_SECOND);
    this.#filledAt = now;
    return this.#left >= 1 ? now : now + ((1 - this.#left) / PER_SECOND) * 1000;
  }

  take(): void {
    this.#left -= 1;
  }

  giveBack(): void {
    this.#left += 1;
  }
}
