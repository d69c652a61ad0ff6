// For tests of the replica: one machine with a small model of a log, and entries made of nothing but their place.

import type { Entry } from "../../core/entry.ts";
import type { EntryId, PeerId, RoomId } from "../../core/ids.ts";
import { LOBBY } from "../../core/room.ts";
import type { GossipFrame, ReplicaEffect, ReplicaEvent } from "./events.ts";
import { Replica } from "./replica.ts";

const NOTHING = new Uint8Array();

/** A valid peer id, the same for the same letter. */
export const peerId = (letter: string): PeerId => letter.repeat(52) as PeerId;

/** Entries from..to of a feed. */
export function feed(author: PeerId, from: number, to: number): readonly Entry[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const header = {
      version: 1,
      network: "n",
      room: LOBBY,
      authorKey: NOTHING,
      seq: from + i,
      previous: null,
      time: from + i,
      kind: 1,
      as: null,
      bodyHash: NOTHING,
    } as const;
    return { id: `${author}${from + i}` as EntryId, author, header, headerBytes: NOTHING, body: NOTHING, signature: NOTHING };
  });
}

/** A replica that is asked step by step; `holds` sets what its log holds, without telling it. */
export class Bench {
  readonly #rooms = new Map<RoomId, Map<PeerId, number>>();
  readonly replica: Replica;
  now = 1000;
  wakeAt = Number.POSITIVE_INFINITY;

  constructor(self: PeerId) {
    const empty = new Map<PeerId, number>();
    this.replica = new Replica({ self, rooms: () => [...this.#rooms.keys()], frontier: (room) => this.#rooms.get(room) ?? empty });
  }

  holds(author: PeerId, seq: number, room: RoomId = LOBBY): void {
    const authors = this.#rooms.get(room) ?? new Map<PeerId, number>();
    this.#rooms.set(room, authors.set(author, seq));
  }

  tell(event: ReplicaEvent): readonly ReplicaEffect[] {
    if (event.kind === "tick") this.wakeAt = Number.POSITIVE_INFINITY;
    const effects = this.replica.handle(event, this.now, () => 0.5);
    for (const effect of effects) if (effect.kind === "wake") this.wakeAt = effect.at;
    return effects.filter((effect) => effect.kind !== "wake");
  }

  hear(peer: PeerId, frame: GossipFrame): readonly ReplicaEffect[] {
    return this.tell({ kind: "frame", peer, frame });
  }

  /** Stores what was said here, or given by `origin`, and tells so. */
  append(author: PeerId, seq: number, origin: PeerId | null = null): readonly ReplicaEffect[] {
    this.holds(author, seq);
    return this.tell({ kind: "appended", room: LOBBY, author, from: seq, to: seq, origin });
  }

  /** The peer gives entries, which are stored at once. All effects of it. */
  give(peer: PeerId, author: PeerId, range: readonly [number, number]): readonly ReplicaEffect[] {
    const effects = [...this.hear(peer, { kind: "entries", room: LOBBY, entries: feed(author, ...range) })];
    if (!effects.some((effect) => effect.kind === "ingest")) return effects;
    this.holds(author, range[1]);
    effects.push(...this.tell({ kind: "appended", room: LOBBY, author, from: range[0], to: range[1], origin: peer }));
    effects.push(...this.tell({ kind: "ingested", peer, room: LOBBY, author, result: { held: range[1], refused: null } }));
    return effects;
  }

  /** Lets time pass, with the ticks that were asked for. */
  pass(milliseconds: number): readonly ReplicaEffect[] {
    const end = this.now + milliseconds;
    const effects: ReplicaEffect[] = [];
    while (this.wakeAt <= end) {
      this.now = Math.max(this.now, this.wakeAt);
      effects.push(...this.tell({ kind: "tick" }));
    }
    this.now = end;
    return effects;
  }
}

/** The frames of one kind among the effects, with whom they go to. */
export function sent<K extends GossipFrame["kind"]>(
  effects: readonly ReplicaEffect[],
  kind: K,
): readonly (Extract<GossipFrame, { kind: K }> & { readonly peer: PeerId })[] {
  return effects.flatMap((effect) =>
    effect.kind === "send" && effect.frame.kind === kind
      ? [{ ...(effect.frame as Extract<GossipFrame, { kind: K }>), peer: effect.peer }]
      : [],
  );
}
