// Entries and feeds: what is signed, how it is chained, and the one encoding of it.

import type { EntryId, PeerId, RoomId } from "./ids.ts";

/** What an entry is. The numbers are on the wire and are never reused. Numbers not listed here are kept and passed on, not shown. */
export const KINDS = {
  message: 1,
  edit: 2,
  redact: 3,
  react: 4,
  topic: 5,
  join: 6,
  leave: 7,
  profile: 8,
  file: 9,
  key: 10,
  announce: 11,
} as const;

export type KindName = keyof typeof KINDS;

/** The signed part. `docs/protocol/entry.md` has the bytes. */
export type Header = {
  readonly version: 1;
  /** The network's name, 1 to 64 bytes of UTF-8. */
  readonly network: string;
  readonly room: RoomId;
  /** The author's Ed25519 public key, 32 bytes. */
  readonly authorKey: Uint8Array;
  /** 1 for the first of a feed, then without gaps. */
  readonly seq: number;
  /** Hash of the header before this one in the feed; null when seq is 1. */
  readonly previous: Uint8Array | null;
  /** Hybrid clock, microseconds since 1970-01-01T00:00Z; less than 2^53. */
  readonly time: number;
  /** One of KINDS, or a number of a later version. */
  readonly kind: number;
  /** The guest for whom the author's peer speaks, or null for the author. */
  readonly as: string | null;
  /** SHA-256 of the body. */
  readonly bodyHash: Uint8Array;
};

/** An entry whose header is well-formed and whose hash is its id. That it is signed and in its chain is for `admit` to see. */
export type Entry = {
  readonly id: EntryId;
  readonly author: PeerId;
  readonly header: Header;
  /** The header exactly as signed and sent. */
  readonly headerBytes: Uint8Array;
  /** Null once erased. */
  readonly body: Uint8Array | null;
  /** 64 bytes on the last entry of a commit, which covers the ones before it; null on those. */
  readonly signature: Uint8Array | null;
};

/** The highest number held per author in one room. An author who is absent has said nothing there. */
export type Frontier = ReadonlyMap<PeerId, number>;

/** Bounds, in bytes. */
export const MAX_HEADER = 1024;
export const MAX_BODY = 65_536;
/** The most entries one signature covers. */
export const MAX_COMMIT = 1024;
/** The most bytes, headers and bodies, that one signature covers. */
export const MAX_COMMIT_BYTES = 262_144;
