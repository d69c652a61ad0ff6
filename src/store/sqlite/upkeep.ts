// What a store does beside its calls, and when: turning the log over, placing ids, indexing for search.

import type { Background } from "./background.ts";
import type { IdIndex } from "./id-index.ts";
import type { Turns } from "./turns.ts";

/** Bytes after which the log is moved into the file; appends wait for the end of it, 20 ms and more, so it shall be seldom. */
const LOG_BYTES = 32 << 20;
/** What a commit costs in the log beside its entries: some pages of indexes. */
const COMMIT_BYTES = 12 << 10;
/** Fewer entries than this are indexed when somebody searches, and not before: most peers need no second thread. */
const WORTH_INDEXING = 2_000;
/** Milliseconds for which few appends may arrive before indexing begins, and how many are few. */
const QUIET = 1_000;
const FEW = 1_000;
/** With so many waiting, indexing begins however busy it is. */
const MANY = 100_000;

/** Runs a step in a transaction. */
export type Transaction = (step: () => void) => void;

export type UpkeepParts = {
  readonly turns: Turns;
  readonly background: Background;
  readonly ids: IdIndex;
  readonly transaction: Transaction;
  /** Remembers up to where search knows all, within a transaction. */
  readonly noteIndexed: (arrival: number) => void;
  /** How many entries search does not know yet. */
  readonly unindexed: number;
};

export class Upkeep {
  readonly #turns: Turns;
  readonly #background: Background;
  readonly #ids: IdIndex;
  readonly #transaction: Transaction;
  readonly #noteIndexed: (arrival: number) => void;
  readonly #under = new Set<Promise<void>>();
  #logged = 0;
  #unindexed: number;
  #isTurning = false;
  #isPlacing = false;
  #quiet: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(parts: UpkeepParts) {
    this.#turns = parts.turns;
    this.#background = parts.background;
    this.#ids = parts.ids;
    this.#transaction = parts.transaction;
    this.#noteIndexed = parts.noteIndexed;
    this.#unindexed = parts.unindexed;
  }

  /** Entries were committed. */
  stored(entries: number, bytes: number): void {
    this.#logged += bytes + COMMIT_BYTES;
    this.#unindexed += entries;
    if (this.#isClosed) return;
    if (this.#logged >= LOG_BYTES && !this.#isTurning) this.#begin(this.#turnOver());
    if (this.#ids.isFull && !this.#isPlacing) this.#begin(this.#place());
    if (this.#unindexed >= WORTH_INDEXING) this.#awaitQuiet(this.#unindexed);
  }

  /** Ends what is under way; calls are still answered until it is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#quiet) clearTimeout(this.#quiet);
    await this.#background.close();
    await Promise.all(this.#under);
    // What was under way may have started the thread once more.
    await this.#background.close();
    if (this.#ids.isWorthPlacing) await this.#place().catch(() => undefined);
  }

  /** A failure here loses nothing: it is tried again with what comes next. */
  #begin(work: Promise<void>): void {
    const done = work.catch(() => undefined).then(() => void this.#under.delete(done));
    this.#under.add(done);
  }

  /** First beside the appends, which is most of it, then the rest while they are held back for a moment. */
  async #turnOver(): Promise<void> {
    this.#isTurning = true;
    this.#logged = 0;
    try {
      await this.#background.ask({ kind: "checkpoint" });
      await this.#background.ask({ kind: "checkpoint" });
      await this.#turns.hold(async () => void (await this.#background.ask({ kind: "turn" })));
    } finally {
      this.#isTurning = false;
    }
  }

  async #place(): Promise<void> {
    this.#isPlacing = true;
    try {
      for (const step of this.#ids.placing()) {
        await this.#turns.run(() => this.#transaction(step));
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      this.#isPlacing = false;
    }
  }

  #awaitQuiet(seen: number): void {
    if (this.#quiet || this.#isClosed) return;
    this.#quiet = setTimeout(() => {
      this.#quiet = null;
      if (this.#unindexed - seen > FEW && this.#unindexed < MANY) this.#awaitQuiet(this.#unindexed);
      else this.#begin(this.#index());
    }, QUIET).unref();
  }

  async #index(): Promise<void> {
    const waiting = this.#unindexed;
    this.#unindexed = 0;
    const [indexed = 0] = await this.#background.ask({ kind: "index" }).catch((error: unknown) => {
      this.#unindexed += waiting;
      throw error;
    });
    await this.#turns.run(() => this.#transaction(() => this.#noteIndexed(indexed)));
  }
}
