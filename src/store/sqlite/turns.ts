// Calls take effect in the order in which they are made; appends that wait together are committed together.

import type { Incoming } from "../../core/ports/store.ts";

/** An append that waits for its commit. */
export type Appending = { readonly batch: readonly Incoming[]; resolve(first: number): void; reject(error: unknown): void };

type Call = { readonly kind: "append"; readonly appending: Appending } | { readonly kind: "run"; run(): void };

export class Turns {
  readonly #commit: (appends: readonly Appending[]) => void;
  #calls: Call[] = [];
  #isScheduled = false;
  #holds = 0;
  readonly #idle: (() => void)[] = [];

  /** `commit` settles each of the appends it is given, and does not throw. */
  constructor(commit: (appends: readonly Appending[]) => void) {
    this.#commit = commit;
  }

  /** Waits for the end of this turn of the event loop, so that all that arrives by then shares one commit. */
  append(batch: readonly Incoming[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ kind: "append", appending: { batch, resolve, reject } });
      this.#schedule();
    });
  }

  /** Runs after all calls before it: at once, unless calls are held back. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      };
      this.#calls.push({ kind: "run", run });
      this.#advance();
    });
  }

  /** Holds all calls back until the work is done. The event loop goes on. */
  async hold(work: () => Promise<void>): Promise<void> {
    this.#holds++;
    try {
      await work();
    } finally {
      this.#holds--;
      this.#advance();
    }
  }

  /** Resolves once nothing waits. */
  settled(): Promise<void> {
    if (this.#calls.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#advance();
    });
  }

  #advance(): void {
    if (this.#holds > 0) return;
    const calls = this.#calls;
    this.#calls = [];
    let together: Appending[] = [];
    for (const call of calls) {
      if (call.kind === "append") {
        together.push(call.appending);
        continue;
      }
      if (together.length > 0) this.#commit(together);
      together = [];
      call.run();
    }
    if (together.length > 0) this.#commit(together);
    if (this.#calls.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
