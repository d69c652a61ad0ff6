// What all outboxes of a gateway share: they are emptied together, once per tick, and begin every tick from the same empty batch.

import { Batch } from "./batch.ts";

/** Something to be emptied. */
export type Waiting = { flush(): void };

export class Post {
  #empty = new Batch();
  #waiting: Waiting[] = [];
  readonly #flushAll = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#empty = new Batch();
    for (const outbox of waiting) outbox.flush();
  };

  /** Nothing told yet, in this tick. */
  get empty(): Batch {
    return this.#empty;
  }

  /** Flushes it at the end of this tick. */
  add(outbox: Waiting): void {
    if (this.#waiting.length === 0) setImmediate(this.#flushAll);
    this.#waiting.push(outbox);
  }
}
