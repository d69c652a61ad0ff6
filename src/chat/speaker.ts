// What is said here: drafts wait for the append under way, then those of one room are stamped, sealed and appended together.

import type { Body } from "../core/body.ts";
import { encodeBody } from "../core/body-codec.ts";
import { type Draft, sealCommit, splitDrafts } from "../core/commit.ts";
import { type Entry, MAX_COMMIT } from "../core/entry.ts";
import { ChatError } from "../core/errors.ts";
import type { Identity } from "../core/identity.ts";
import { type Admitted, admittedWith } from "./admit.ts";
import type { Appender, Batch, Run, Submission } from "./append.ts";
import type { HybridClock } from "./hybrid-clock.ts";
import type { RoomState } from "./room-state.ts";

/** Most drafts that may wait to be stored. */
const MAX_WAITING = 250_000;

type Waiting = {
  readonly as: string | null;
  readonly body: Body;
  readonly kind: number;
  readonly bytes: Uint8Array;
  readonly done: (entry: Entry) => void;
  readonly failed: (error: ChatError) => void;
};

/** Something to be said. */
export type Speech = { readonly room: RoomState; readonly as: string | null; readonly body: Body };

export type SpeakerOptions = {
  readonly identity: Identity;
  readonly network: string;
  readonly clock: HybridClock;
  readonly appender: Appender;
  /** Reads what the clock must exceed in a room before anything is stamped there; null when that is known already. */
  readonly prepare: (room: RoomState) => Promise<void> | null;
};

export class Speaker {
  readonly #options: SpeakerOptions;
  readonly #open = new Map<RoomState, OwnDrafts>();
  readonly #joining = new Map<string, Promise<void>>();
  readonly #preparing = new Set<Promise<void>>();
  #count = 0;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  /** Speaks for the owner (`as` null) or a guest. Resolves with the entry, as `make` shows it, once it is stored and published. Rejects storage, busy. */
  speak<T>({ room, as, body }: Speech, make: (entry: Entry) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#count >= MAX_WAITING) throw new ChatError("busy", "too much is waiting to be stored; say it again in a moment");
      const { kind, bytes } = encodeBody(body);
      this.#draftsOf(room).waiting.push({ as, body, kind, bytes, done: (entry) => resolve(make(entry)), failed: reject });
      this.#count++;
    });
  }

  /** As `speak`, for what changes nothing a second time: while it is under way, it is not said again. */
  join(room: RoomState, as: string | null): Promise<void> {
    const key = `${room.id} ${as ?? ""}`;
    const under = this.#joining.get(key);
    if (under !== undefined) return under;
    const joining = this.speak({ room, as, body: { kind: "join" } }, () => undefined).finally(() => this.#joining.delete(key));
    this.#joining.set(key, joining);
    return joining;
  }

  /** Resolves once nothing waits to be prepared: all that was said is with the appender. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#preparing);
  }

  /** The drafts of the room that still take more. */
  #draftsOf(room: RoomState): OwnDrafts {
    const open = this.#open.get(room);
    if (open && open.size < MAX_COMMIT) return open;
    const drafts = new OwnDrafts(room, this.#options, () => {
      if (this.#open.get(room) === drafts) this.#open.delete(room);
      this.#count -= drafts.size;
    });
    this.#open.set(room, drafts);
    this.#submit(drafts);
    return drafts;
  }

  #submit(drafts: OwnDrafts): void {
    const { appender, prepare } = this.#options;
    const preparing = prepare(drafts.room);
    if (!preparing) return appender.submit(drafts);
    const submitted = preparing
      .then(
        () => appender.submit(drafts),
        (error: ChatError) => drafts.refuse(error),
      )
      .finally(() => this.#preparing.delete(submitted));
    this.#preparing.add(submitted);
  }
}

/** Drafts of one room, in the order in which they were said; they become one or more commits. */
class OwnDrafts implements Submission {
  readonly room: RoomState;
  readonly waiting: Waiting[] = [];
  readonly #options: SpeakerOptions;
  readonly #taken: () => void;
  readonly #entries: Entry[] = [];

  constructor(room: RoomState, options: SpeakerOptions, taken: () => void) {
    this.room = room;
    this.#options = options;
    this.#taken = taken;
  }

  get size(): number {
    return this.waiting.length;
  }

  admit(batch: Batch): readonly Run[] {
    this.#taken();
    const { identity } = this.#options;
    let head = batch.head(this.room, identity.id);
    const runs: Run[] = [];
    for (const drafts of splitDrafts(this.#stamp())) {
      const entries = sealCommit(identity, head, drafts);
      const last = entries[entries.length - 1] as Entry;
      head = { seq: last.header.seq, id: last.id };
      runs.push({ room: this.room, author: identity.id, from: null, items: this.#items(entries), fork: false });
    }
    if (head) batch.extend(this.room, identity.id, head);
    return runs;
  }

  stored(): void {
    for (const [index, { done }] of this.waiting.entries()) done(this.#entries[index] as Entry);
  }

  failed(error: ChatError): void {
    for (const { failed } of this.waiting) failed(error);
  }

  /** They could not even be stamped. */
  refuse(error: ChatError): void {
    this.#taken();
    this.failed(error);
  }

  #stamp(): readonly Draft[] {
    const { network, clock } = this.#options;
    const room = this.room.id;
    return this.waiting.map(({ as, kind, bytes }) => ({ network, room, kind, time: clock.stamp(), as, body: bytes }));
  }

  #items(entries: readonly Entry[]): readonly Admitted[] {
    return entries.map((entry) => {
      const waiting = this.waiting[this.#entries.push(entry) - 1] as Waiting;
      return admittedWith(entry, waiting.body);
    });
  }
}
