// The other thread: it searches, indexes and moves the write-ahead log into the file, so that talk never waits for any of these.

import { Worker } from "node:worker_threads";
import { ChatError, type ErrorCode } from "../../core/errors.ts";
import type { SearchQuery } from "../../core/ports/store.ts";

/** What the thread is asked. */
export type Job =
  /** Arrivals of what was found, newest first by the total order. */
  | { readonly kind: "search"; readonly query: SearchQuery }
  /** Indexes what is stored by now; answers with the arrival up to which all is indexed. */
  | { readonly kind: "index" }
  /** Moves what it can from the log into the file, while appends go on. */
  | { readonly kind: "checkpoint" }
  /** Moves the rest and starts the log anew; calls must be held back. */
  | { readonly kind: "turn" }
  | { readonly kind: "close" };

export type Request = { readonly number: number; readonly job: Job };

export type Reply =
  | { readonly number: number; readonly arrivals: readonly number[] }
  | { readonly number: number; readonly code: ErrorCode; readonly detail: string };

type Waiting = { readonly worker: Worker; resolve(arrivals: readonly number[]): void; reject(error: ChatError): void };

/** Milliseconds without a job after which the thread ends and gives its memory back. */
const IDLE = 30_000;

export class Background {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #count = 0;
  #idle: NodeJS.Timeout | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with `storage` when the work or the thread fails; the next job starts a new one. */
  ask(job: Job): Promise<readonly number[]> {
    const worker = this.#started();
    const number = ++this.#count;
    worker.ref();
    if (this.#idle) clearTimeout(this.#idle);
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { worker, resolve, reject });
      worker.postMessage({ number, job } satisfies Request);
    });
  }

  /** Ends the thread after the job it is at. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    const closed = this.ask({ kind: "close" }).catch(() => undefined);
    this.#worker = null;
    await closed;
    await ended;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(new URL(`./background-worker.${extension}`, import.meta.url), { workerData: this.#path });
    worker.on("message", (reply: Reply) => this.#answer(reply));
    worker.on("error", (error) => this.#lost(worker, error));
    worker.on("exit", () => this.#lost(worker, new Error("it ended")));
    this.#worker = worker;
    return worker;
  }

  #answer(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number);
    this.#waiting.delete(reply.number);
    if ("code" in reply) waiting?.reject(new ChatError(reply.code, reply.detail));
    else waiting?.resolve(reply.arrivals);
    if (this.#waiting.size > 0 || !this.#worker) return;
    this.#worker.unref();
    this.#idle = setTimeout(() => void this.close(), IDLE).unref();
  }

  #lost(worker: Worker, error: unknown): void {
    if (this.#worker === worker) this.#worker = null;
    const why = error instanceof Error ? error.message : String(error);
    const failure = new ChatError("storage", `the search thread of ${this.#path} ended (${why}): try again`, { cause: error });
    for (const [number, waiting] of this.#waiting) {
      if (waiting.worker !== worker) continue;
      this.#waiting.delete(number);
      waiting.reject(failure);
    }
  }
}
