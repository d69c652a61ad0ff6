// Frontiers as they are compared: their hashes, and their cutting into frames.

import type { Frontier } from "../../core/entry.ts";
import { sha256 } from "../../core/identity.ts";
import type { PeerId, RoomId } from "../../core/ids.ts";
import type { GossipFrame, ReplicaView } from "./events.ts";

/** Rooms in one frame; with MAX_FEEDS it keeps frames below MAX_FRAME, whatever the rooms are called. */
export const MAX_ROOMS = 1000;
const MAX_FEEDS = 5000;

const utf8 = new TextEncoder();

/** SHA-256 of one line `author seq\n` per feed, ascending by author; 32 bytes. Specified in docs/protocol/link.md. */
export function digestOf(frontier: Frontier): Uint8Array {
  const lines: string[] = [];
  for (const [author, seq] of frontier) lines.push(`${author} ${seq}\n`);
  return sha256(utf8.encode(lines.sort().join("")));
}

/** Digests of the view's rooms, made when first asked for. */
export class Digests {
  readonly #view: ReplicaView;
  readonly #known = new Map<RoomId, Uint8Array>();

  constructor(view: ReplicaView) {
    this.#view = view;
  }

  of(room: RoomId): Uint8Array {
    const known = this.#known.get(room);
    if (known) return known;
    const frontier = this.#view.frontier(room);
    const digest = digestOf(frontier);
    if (frontier.size > 0) this.#known.set(room, digest);
    return digest;
  }

  changed(room: RoomId): void {
    this.#known.delete(room);
  }

  /** The digests of these rooms, in as many frames as they need; the first frame with fewer than MAX_ROOMS is the last. */
  *frames(rooms: Iterable<RoomId>): Generator<GossipFrame> {
    let batch = new Map<RoomId, Uint8Array>();
    for (const room of rooms) {
      batch.set(room, this.of(room));
      if (batch.size < MAX_ROOMS) continue;
      yield { kind: "digests", rooms: batch };
      batch = new Map();
    }
    yield { kind: "digests", rooms: batch };
  }
}

/** The frontiers in as many frames as they need; a room is cut only where it alone is too large for one. */
export function* frontierFrames(whole: boolean, rooms: Iterable<readonly [RoomId, Frontier]>): Generator<GossipFrame> {
  let batch = new Map<RoomId, Frontier>();
  let feeds = 0;
  for (const [room, part] of pieces(rooms)) {
    const isFull = batch.size >= MAX_ROOMS || feeds + part.size > MAX_FEEDS || batch.has(room);
    if (isFull) {
      yield { kind: "frontiers", whole, rooms: batch };
      batch = new Map();
      feeds = 0;
    }
    batch.set(room, part);
    feeds += part.size;
  }
  if (batch.size > 0) yield { kind: "frontiers", whole, rooms: batch };
}

function* pieces(rooms: Iterable<readonly [RoomId, Frontier]>): Generator<readonly [RoomId, Frontier]> {
  for (const [room, frontier] of rooms) for (const part of parts(frontier)) yield [room, part];
}

/** A copy of the frontier, in parts of at most MAX_FEEDS; one empty part of an empty one. */
function* parts(frontier: Frontier): Generator<Frontier> {
  let part = new Map<PeerId, number>();
  for (const [author, seq] of frontier) {
    part.set(author, seq);
    if (part.size < MAX_FEEDS) continue;
    yield part;
    part = new Map();
  }
  if (part.size > 0 || frontier.size === 0) yield part;
}
