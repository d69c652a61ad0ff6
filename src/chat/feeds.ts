// Log: what a peer can do with the rooms of another.

import type { Entry, Frontier } from "../core/entry.ts";
import type { ChatError } from "../core/errors.ts";
import type { PeerId, RoomId } from "../core/ids.ts";
import type { Appended, Ingested, Log } from "../core/ports/log.ts";
import type { Store } from "../core/ports/store.ts";
import type { Ingest } from "./ingest.ts";
import type { Publisher } from "./publish.ts";
import type { Receipts } from "./receipts.ts";
import { Recent } from "./recent.ts";
import type { Rooms } from "./rooms.ts";

export type FeedsOptions = {
  readonly store: Store;
  readonly rooms: Rooms;
  readonly ingest: Ingest;
  readonly publisher: Publisher;
  readonly receipts: Receipts;
  /** The error once chat is closed, else null. */
  readonly closed: () => ChatError | null;
};

/** Bytes of an entry beside its body, at least; and most entries of one answer. */
const LEAST_ENTRY = 150;
const MAX_ENTRIES = 4_096;
const NOTHING: Frontier = new Map();

export class Feeds implements Log {
  readonly #options: FeedsOptions;
  readonly #recent = new Recent();

  constructor(options: FeedsOptions) {
    this.#options = options;
    options.publisher.subscribe((appended) => this.#recent.note(appended));
  }

  rooms(): readonly RoomId[] {
    const held: RoomId[] = [];
    for (const room of this.#options.rooms.all()) if (!room.isEmpty) held.push(room.id);
    return held;
  }

  frontier(room: RoomId): Frontier {
    return this.#options.rooms.get(room)?.frontier ?? NOTHING;
  }

  // biome-ignore lint/complexity/useMaxParams: the port names a range by five things
  async range(room: RoomId, author: PeerId, from: number, to: number, maxBytes: number): Promise<readonly Entry[]> {
    const held = this.frontier(room).get(author) ?? 0;
    if (from > held || from > to) return [];
    const recent = this.#recent.range(room, author, { from, to: Math.min(to, held), bytes: maxBytes });
    if (recent) return cut(recent, maxBytes);
    const limit = Math.max(1, Math.min(MAX_ENTRIES, Math.ceil(maxBytes / LEAST_ENTRY)));
    const { store } = this.#options;
    const found = await store.read({ kind: "feed", room, author, from, to: Math.min(to, held), limit, bytes: maxBytes });
    return cut(
      found.map(({ entry }) => entry),
      maxBytes,
    );
  }

  async ingest(room: RoomId, entries: readonly Entry[], from: PeerId): Promise<Ingested> {
    const closed = this.#options.closed();
    if (closed) throw closed;
    return this.#options.ingest.ingest(room, entries, from);
  }

  subscribe(listener: (appended: Appended) => void): () => void {
    return this.#options.publisher.subscribe(listener);
  }

  acknowledged(peer: PeerId, room: RoomId, frontier: Frontier): void {
    if (this.#options.rooms.get(room)) this.#options.receipts.acknowledged(peer, room, frontier);
  }
}

/** The longest beginning of about this many bytes that ends on a signed entry; at least up to the first signed one. */
function cut(entries: readonly Entry[], maxBytes: number): readonly Entry[] {
  let bytes = 0;
  let end = 0;
  for (const [index, { headerBytes, body, signature }] of entries.entries()) {
    bytes += headerBytes.length + (body?.length ?? 0) + (signature?.length ?? 0);
    if (bytes > maxBytes && end > 0) break;
    if (signature) end = index + 1;
  }
  return entries.slice(0, end);
}
