// What arises while something is being dealt with waits its turn: a machine is never asked from within its own answer.

export class Inbox<T extends object> {
  readonly #take: (item: T) => void;
  readonly #waiting: T[] = [];
  #isBusy = false;

  constructor(take: (item: T) => void) {
    this.#take = take;
  }

  /** Deals with the item, and with what arises of it; within such a turn it is only kept for later. */
  put(item: T): void {
    this.#waiting.push(item);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#take(next);
    } finally {
      this.#isBusy = false;
    }
  }
}
