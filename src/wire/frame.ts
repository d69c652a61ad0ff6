// The frames of a link: what one peer says to another. `link.ts` turns them into bytes; `docs/protocol/link.md` has the bytes.

import type { Entry, Frontier } from "../core/entry.ts";
import type { PeerId, RoomId } from "../core/ids.ts";

/** The first frame of each side. Nothing else is believed before it. */
export type Hello = {
  readonly kind: "hello";
  /** Link versions offered, ascending; the highest common one is used. */
  readonly versions: readonly number[];
  readonly network: string;
  /** 32 bytes: proof over the keying material of this very TLS connection that the network's name and secret are known. */
  readonly proof: Uint8Array;
  /** TCP port on which the sender listens, 0 for none. */
  readonly port: number;
  /** The sender's own uncorrected clock, microseconds. */
  readonly clock: number;
  /** 8 random bytes, new at every start: two instances under one key are a copied machine. */
  readonly instance: Uint8Array;
};

export type Frame =
  | Hello
  /** 32-byte hashes of the frontiers of rooms both may hold; what differs is followed by `frontiers`. */
  | { readonly kind: "digests"; readonly rooms: ReadonlyMap<RoomId, Uint8Array> }
  /** What the sender holds: whole frontiers (`whole`), or only the numbers that grew. */
  | { readonly kind: "frontiers"; readonly whole: boolean; readonly rooms: ReadonlyMap<RoomId, Frontier> }
  | { readonly kind: "want"; readonly room: RoomId; readonly author: PeerId; readonly from: number; readonly to: number }
  /** Entries of one feed, ascending, ending on a signed one. */
  | { readonly kind: "entries"; readonly room: RoomId; readonly entries: readonly Entry[] }
  /** "I have this author's entries from elsewhere: announce them to me, do not push them." `graft` takes it back. */
  | { readonly kind: "prune" | "graft"; readonly author: PeerId }
  /** Signed presence records, as made by their peers. */
  | { readonly kind: "presence"; readonly records: readonly Uint8Array[] }
  /** Peers that the sender knows to be here, and where they listen. */
  | { readonly kind: "peers"; readonly peers: readonly PeerHint[] }
  | { readonly kind: "typing"; readonly room: RoomId; readonly as: string | null }
  | { readonly kind: "ping" | "pong"; readonly nonce: number; readonly clock: number }
  | { readonly kind: "bye"; readonly code: ByeCode; readonly text: string };

export type PeerHint = { readonly peer: PeerId; readonly addresses: readonly string[] };

/** Why a link ends. Numbers on the wire are in link.ts. */
export type ByeCode = "other" | "leaving" | "duplicate" | "crowded" | "protocol" | "network" | "key" | "version" | "slow" | "flood";

/** The longest frame, bytes, its length prefix not counted. */
export const MAX_FRAME = 1 << 20;
