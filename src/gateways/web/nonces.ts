// Answers remembered by nonce, so that a request sent again after a lost connection runs once.

type Remembered<T> = { readonly answer: Promise<T>; readonly at: number };

/** Bounded in number and age: the oldest are forgotten first. */
export class Nonces<T> {
  readonly #answers = new Map<string, Remembered<T>>();
  readonly #most: number;
  readonly #lifetime: number;
  readonly #now: () => number;

  /** `lifetime` in milliseconds by `now`. */
  constructor(now: () => number, most = 4096, lifetime = 300_000) {
    this.#most = most;
    this.#lifetime = lifetime;
    this.#now = now;
  }

  /** Runs the work, or gives what it gave for this nonce before. What failed is forgotten: it may be tried again. */
  once(nonce: string, work: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(nonce);
    if (known) return known.answer;
    const answer = work();
    this.#forgetOld();
    this.#answers.set(nonce, { answer, at: this.#now() });
    answer.catch(() => this.#answers.delete(nonce));
    return answer;
  }

  #forgetOld(): void {
    const oldest = this.#now() - this.#lifetime;
    for (const [nonce, { at }] of this.#answers) {
      if (at > oldest && this.#answers.size < this.#most) return;
      this.#answers.delete(nonce);
    }
  }
}
