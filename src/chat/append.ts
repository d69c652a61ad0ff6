// The one lane by which entries reach the store. What arrives while an append is under way is admitted and appended together
// after it, in the order of arrival. The lane alone moves heads, and only after the store has what they stand for.

import type { FeedHead } from "../core/commit.ts";
import { ChatError } from "../core/errors.ts";
import type { PeerId } from "../core/ids.ts";
import type { Store } from "../core/ports/store.ts";
import type { Admitted } from "./admit.ts";
import type { RoomState } from "./room-state.ts";

/** Entries of one feed, ascending, that are appended next to one another and end on a signed one. */
export type Run = {
  readonly room: RoomState;
  readonly author: PeerId;
  /** The peer who gave them, or null if they were said here. */
  readonly from: PeerId | null;
  readonly items: readonly Admitted[];
  /** The other branch of a forked feed: it moves no head. */
  readonly fork: boolean;
};

/** Something that wants to be appended. Exactly one of `stored` and `failed` is called in the end. */
export interface Submission {
  /** How many entries it has, about. */
  readonly size: number;
  /** Says what to append, after the heads of this batch. May be nothing. */
  admit(batch: Batch): readonly Run[];
  /** All of it is stored and published. */
  stored(): void;
  failed(error: ChatError): void;
}

/** Where feeds will end once the batch that is being gathered is stored. */
export class Batch {
  readonly #heads = new Map<RoomState, Map<PeerId, FeedHead>>();

  head(room: RoomState, author: PeerId): FeedHead | null {
    return this.#heads.get(room)?.get(author) ?? room.head(author);
  }

  extend(room: RoomState, author: PeerId, head: FeedHead): void {
    const heads = this.#heads.get(room);
    if (heads) heads.set(author, head);
    else this.#heads.set(room, new Map([[author, head]]));
  }
}

/** Most entries of one append, about. */
const MAX_BATCH = 4_096;

type Gathered = { readonly submission: Submission; readonly runs: readonly Run[] };

export class Appender {
  readonly #store: Store;
  readonly #publish: (run: Run, arrival: number) => void;
  #queue: Submission[] = [];
  #work: Promise<void> | null = null;
  readonly #failed: (error: ChatError) => void;
  #isFailing = false;

  /** `publish` is called for each run once it is stored, in the order of storing, with the arrival of its first entry; `failed` when
   *  the store begins to fail, and again only after it stored something. */
  constructor(store: Store, publish: (run: Run, arrival: number) => void, failed: (error: ChatError) => void) {
    this.#store = store;
    this.#publish = publish;
    this.#failed = failed;
  }

  submit(submission: Submission): void {
    this.#queue.push(submission);
    this.#work ??= this.#run();
  }

  /** As `submit`; resolves once all of it is stored and published. */
  append(wanted: Pick<Submission, "size" | "admit">): Promise<void> {
    return new Promise((resolve, reject) => {
      this.submit({ size: wanted.size, admit: (batch) => wanted.admit(batch), stored: resolve, failed: reject });
    });
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    while (this.#work !== null) await this.#work;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // what is submitted in the same breath is appended together
    while (this.#queue.length > 0) await this.#append(gather(this.#take()));
    this.#work = null;
  }

  #take(): readonly Submission[] {
    let size = 0;
    let count = 0;
    for (const submission of this.#queue) {
      size += submission.size;
      if (count > 0 && size > MAX_BATCH) break;
      count++;
    }
    const taken = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return taken;
  }

  async #append(batch: readonly Gathered[]): Promise<void> {
    const incoming = batch.flatMap(({ runs }) => runs.flatMap(({ items }) => items.map((item) => item.incoming)));
    let arrival = 0;
    try {
      if (incoming.length > 0) arrival = await this.#store.append(incoming);
      this.#isFailing = false;
    } catch (thrown) {
      const error = storageError(thrown);
      if (!this.#isFailing) this.#failed(error);
      this.#isFailing = true;
      for (const { submission } of batch) submission.failed(error);
      return;
    }
    for (const { submission, runs } of batch) {
      for (const run of runs) {
        this.#publish(run, arrival);
        arrival += run.items.length;
      }
      submission.stored();
    }
  }
}

function gather(submissions: readonly Submission[]): readonly Gathered[] {
  const batch = new Batch();
  return submissions.flatMap((submission) => {
    try {
      return [{ submission, runs: submission.admit(batch) }];
    } catch (error) {
      submission.failed(error instanceof ChatError ? error : storageError(error));
      return [];
    }
  });
}

/** What a store threw, as the one error that people are told. */
function storageError(error: unknown): ChatError {
  if (error instanceof ChatError && (error.code === "storage" || error.code === "closed")) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new ChatError("storage", `it could not be stored: ${why}`, { cause: error });
}
