// Takes in what other peers give: verified, chained onto what is held, appended in order. What is held already is a no-op.

import { type FeedHead, verifiedRun } from "../core/commit.ts";
import type { Entry } from "../core/entry.ts";
import type { PeerId, RoomId } from "../core/ids.ts";
import type { Ingested } from "../core/ports/log.ts";
import { admitted, faultOf, type Here } from "./admit.ts";
import type { Appender, Batch, Run } from "./append.ts";
import type { Forks } from "./forks.ts";
import type { RoomState } from "./room-state.ts";
import type { Rooms } from "./rooms.ts";

export type IngestOptions = {
  readonly here: Here;
  readonly rooms: Rooms;
  readonly appender: Appender;
  readonly forks: Forks;
  /** A room or feed was refused because this peer holds as many as it takes. */
  readonly crowded: () => void;
};

/** A range of one feed as a peer gave it. */
export type Given = { readonly room: RoomState; readonly entries: readonly Entry[]; readonly from: PeerId };

export class Ingest {
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** See `Log.ingest`. */
  async ingest(room: RoomId, entries: readonly Entry[], from: PeerId): Promise<Ingested> {
    const { rooms, here } = this.#options;
    const last = entries.at(-1);
    if (!last) return { held: 0, refused: null };
    const head = rooms.get(room)?.head(last.author);
    if (head?.id === last.id) return { held: head.seq, refused: null };
    const refused = faultOf(room, entries, from, here) ?? this.#crowd(room, last.author);
    if (refused) return { held: head?.seq ?? 0, refused };
    return this.#append({ room: rooms.open(room), entries, from });
  }

  #crowd(room: RoomId, author: PeerId): Ingested["refused"] {
    const { rooms, crowded } = this.#options;
    if (rooms.mayBegin(room, author)) return null;
    crowded();
    return "not-allowed";
  }

  async #append(given: Given): Promise<Ingested> {
    const run = new GivenRun(given);
    await this.#options.appender.append(run);
    return run.verdict ?? this.#options.forks.judge(given);
  }
}

/** A verified range that waits for its place after the head. */
class GivenRun {
  readonly #given: Given;
  /** Null where it does not pass through the head. */
  verdict: Ingested | null = null;

  constructor(given: Given) {
    this.#given = given;
  }

  get size(): number {
    return this.#given.entries.length;
  }

  admit(batch: Batch): readonly Run[] {
    const { room, entries, from } = this.#given;
    const [first, last] = [entries[0] as Entry, entries.at(-1) as Entry];
    const head = batch.head(room, first.author);
    const held = head?.seq ?? 0;
    if (first.header.seq > held + 1) this.verdict = { held, refused: "gap" };
    if (!follows(entries, head)) return [];
    const fresh = verifiedRun(entries.slice(held + 1 - first.header.seq));
    this.verdict = { held: Math.max(held, last.header.seq), refused: null };
    if (fresh.length === 0) return [];
    batch.extend(room, last.author, { seq: last.header.seq, id: last.id });
    return [{ room, author: last.author, from, items: fresh.map((entry) => admitted(entry)), fork: false }];
  }
}

/** Whether the range passes through the head, or begins right after it. One that ends before it cannot be told from here. */
function follows(entries: readonly Entry[], head: FeedHead | null): boolean {
  const first = entries[0] as Entry;
  if (!head) return first.header.seq === 1;
  const overlap = head.seq + 1 - first.header.seq;
  if (overlap === 0) return first.header.previous?.toHex() === head.id;
  return entries[overlap - 1]?.id === head.id;
}
