// Runs in the other thread (see background.ts): one job after the other, indexing in small steps between them.

import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { SearchQuery } from "../../core/ports/store.ts";
import type { Job, Reply, Request } from "./background.ts";
import { Checkpoints } from "./checkpoints.ts";
import { isDamage, storageError } from "./failure.ts";
import { SearchIndex } from "./search-index.ts";

const path = workerData as string;
let index: SearchIndex | null = null;
let checkpoints: Checkpoints | null = null;
let turn = Promise.resolve();

parentPort?.on("message", ({ number, job }: Request) => {
  // An index run pauses after each step: it must not keep a search or a turn of the log waiting.
  if (job.kind === "index") void answer(number, job);
  else turn = turn.then(() => answer(number, job));
});

async function answer(number: number, job: Job): Promise<void> {
  let reply: Reply;
  try {
    reply = { number, arrivals: await perform(job) };
  } catch (error) {
    const { code, message } = storageError(error, path);
    reply = { number, code, detail: message };
  }
  parentPort?.postMessage(reply);
  if (job.kind === "close") parentPort?.close();
}

async function perform(job: Job): Promise<readonly number[]> {
  switch (job.kind) {
    case "search":
      return search(job.query);
    case "index":
      return [await catchUp()];
    case "checkpoint":
      checkpoints ??= new Checkpoints(path);
      checkpoints.pass();
      return [];
    case "turn":
      checkpoints ??= new Checkpoints(path);
      checkpoints.turn();
      return [];
    case "close":
      index?.close();
      checkpoints?.close();
      index = null;
      checkpoints = null;
      return [];
  }
}

/** An index that turns out to be damaged is made anew once. */
function search(query: SearchQuery): readonly number[] {
  index ??= SearchIndex.open(path);
  try {
    return index.search(query);
  } catch (error) {
    if (!isDamage(error)) throw error;
    index.close();
    SearchIndex.discard(path);
    index = SearchIndex.open(path);
    return index.search(query);
  }
}

/** Between two steps this thread rests as long as the step took, so that talk keeps a core where there are few. */
async function catchUp(): Promise<number> {
  index ??= SearchIndex.open(path);
  for (;;) {
    const started = performance.now();
    if (!index.step()) return index.indexed;
    await rest(performance.now() - started);
    if (index === null) return 0;
  }
}

async function rest(milliseconds: number): Promise<void> {
  await nextTurn();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
