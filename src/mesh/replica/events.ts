// What the replica is told, and what it asks for.

import type { Entry, Frontier } from "../../core/entry.ts";
import type { PeerId, RoomId } from "../../core/ids.ts";
import type { Random } from "../../core/ports/clock.ts";
import type { Ingested } from "../../core/ports/log.ts";
import type { ByeCode, Frame } from "../../wire/frame.ts";

/** What the replica may look at while it decides. Read only; owned by chat. */
export type ReplicaView = {
  readonly self: PeerId;
  /** All rooms that hold an entry. */
  rooms(): readonly RoomId[];
  frontier(room: RoomId): Frontier;
};

/** The frames of a link that are the replica's. */
export type GossipFrame = Extract<Frame, { readonly kind: "digests" | "frontiers" | "want" | "entries" | "prune" | "graft" }>;

export type ReplicaEvent =
  /** A link to the peer is usable, with no frame of ours on it yet. */
  | { readonly kind: "linked" | "unlinked"; readonly peer: PeerId }
  | { readonly kind: "frame"; readonly peer: PeerId; readonly frame: GossipFrame }
  /** Entries were stored and the view shows them; `origin` gave them to us, null if they were said here. */
  | {
      readonly kind: "appended";
      readonly room: RoomId;
      readonly author: PeerId;
      readonly from: number;
      readonly to: number;
      readonly origin: PeerId | null;
    }
  /** An `ingest` effect is done; null: it could not be stored now. */
  | { readonly kind: "ingested"; readonly peer: PeerId; readonly room: RoomId; readonly author: PeerId; readonly result: Ingested | null }
  /** A `serve` effect is done: the last number written to the link, or `from - 1` where nothing was there to send. */
  | { readonly kind: "served"; readonly peer: PeerId; readonly room: RoomId; readonly author: PeerId; readonly to: number }
  /** The link's send queue is full, or has room again. */
  | { readonly kind: "blocked" | "drained"; readonly peer: PeerId }
  | { readonly kind: "tick" };

export type ReplicaEffect =
  | { readonly kind: "send"; readonly peer: PeerId; readonly frame: GossipFrame }
  /** Write the entries that were just appended to these links, in this turn. */
  | {
      readonly kind: "push";
      readonly peers: readonly PeerId[];
      readonly room: RoomId;
      readonly author: PeerId;
      readonly from: number;
      readonly to: number;
    }
  /** Read the range and write it to the link, in pieces, as fast as the link takes it; then report `served`. One at a time per link. */
  | {
      readonly kind: "serve";
      readonly peer: PeerId;
      readonly room: RoomId;
      readonly author: PeerId;
      readonly from: number;
      readonly to: number;
    }
  /** Give the entries to Log.ingest, in the order of these effects; then report `ingested`. */
  | { readonly kind: "ingest"; readonly peer: PeerId; readonly room: RoomId; readonly author: PeerId; readonly entries: readonly Entry[] }
  | { readonly kind: "acknowledged"; readonly peer: PeerId; readonly room: RoomId; readonly frontier: Frontier }
  /** The peer broke the rules: say bye and end the link. The replica has forgotten it already. */
  | { readonly kind: "close"; readonly peer: PeerId; readonly code: ByeCode; readonly text: string }
  /** Send `tick` at this time; replaces the one asked for before. Milliseconds. */
  | { readonly kind: "wake"; readonly at: number };

/** One call of `handle`: its time, its dice, and what it asks for so far. */
export type Turn = { readonly now: number; readonly random: Random; readonly effects: ReplicaEffect[] };
