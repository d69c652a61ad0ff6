// What a peer can do with the rooms of another: the way entries and presence travel. Implemented by chat/, used by mesh/.

import type { Entry, Frontier } from "../entry.ts";
import type { PeerId, RoomId } from "../ids.ts";
import type { OwnPresence, PresenceRecord, Via } from "../presence.ts";

/** Entries of one feed that were just appended, ascending, ending on a signed one. */
export type Appended = {
  readonly room: RoomId;
  readonly author: PeerId;
  readonly entries: readonly Entry[];
  /** The peer who gave them to us, or null if they were said here. */
  readonly from: PeerId | null;
};

/** What became of a range: how far the feed now reaches, and what was wrong, if anything. */
export type Ingested = {
  readonly held: number;
  /** gap: earlier ones are missing, ask from held + 1. forked: kept beside. Others: the range was refused, its giver is at fault. */
  readonly refused:
    | null
    | "gap"
    | "forked"
    | "bad-signature"
    | "wrong-network"
    | "wrong-room"
    | "out-of-chain"
    | "too-large"
    | "bad-input"
    | "not-allowed";
};

export interface Log {
  /** All rooms that hold an entry. */
  rooms(): readonly RoomId[];
  /** What is held of a room; empty for one that is unknown. A snapshot is not promised: read it now. */
  frontier(room: RoomId): Frontier;
  /** Entries from..to of a feed, perhaps fewer, ending on a signed one; empty when `from` is not held. At most about maxBytes, but at least one commit. */
  range(room: RoomId, author: PeerId, from: number, to: number, maxBytes: number): Promise<readonly Entry[]>;
  /** Admits entries of one feed, ascending, and stores them. Those already held are a no-op. Rejects only with `storage` or `closed`. */
  ingest(room: RoomId, entries: readonly Entry[], from: PeerId): Promise<Ingested>;
  /** Calls back after entries are stored, in the order of storing. Returns the way to stop. The callback must not throw. */
  subscribe(listener: (appended: Appended) => void): () => void;
  /** A peer told what it holds of a room: for delivery receipts. */
  acknowledged(peer: PeerId, room: RoomId, frontier: Frontier): void;
}

/** Who is here: what mesh learns, and what we say of ourselves. Implemented by chat/, used by mesh/. */
export interface Roster {
  /** What others shall see of us. */
  own(): OwnPresence;
  /** Calls back when `own()` changes. Returns the way to stop. */
  changed(listener: () => void): () => void;
  /** A verified record of a peer that is here. Called again when it or the way we know it changes. */
  present(record: PresenceRecord, via: Exclude<Via, "guest">): void;
  /** A peer left, died or ran out of lifetime. */
  absent(peer: PeerId): void;
  /** Calls back when the person here (or a guest, `as`) types. Returns the way to stop. */
  typed(listener: (room: RoomId, as: string | null) => void): () => void;
  /** Someone at a linked peer types. */
  typing(peer: PeerId, room: RoomId, as: string | null): void;
  /** Something people should be told, once: `clock` (this computer's clock is off), `copy` (another peer shows our id), `fork` … */
  notice(code: NoticeCode, text: string): void;
}

export type NoticeCode = "clock" | "copy" | "fork" | "network" | "storage" | "key";
