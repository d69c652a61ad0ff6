// Simulated time: what happens when, in one order under one seed.

type Event = { readonly at: number; readonly turn: number; readonly run: () => void };

/** A binary heap of things to do. Events of one time run in the order of planning. */
export class Schedule {
  /** Milliseconds. */
  now = 0;
  steps = 0;
  readonly #heap: Event[] = [];
  #turn = 0;

  after(delay: number, run: () => void): void {
    this.#heap.push({ at: this.now + Math.max(0, delay), turn: this.#turn++, run });
    this.#rise(this.#heap.length - 1);
  }

  /** Runs everything until the time, then stands there. */
  runUntil(at: number): void {
    for (let next = this.#heap[0]; next && next.at <= at; next = this.#heap[0]) {
      this.#removeFirst();
      this.now = next.at;
      this.steps++;
      next.run();
    }
    this.now = at;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a] as Event, this.#heap[b] as Event];
    return x.at < y.at || (x.at === y.at && x.turn < y.turn);
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b] as Event, this.#heap[a] as Event];
  }
}
