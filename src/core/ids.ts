// The names of things: branded strings that only their parsers make.

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** A peer: lower-case base32 (RFC 4648 §6, no padding) of SHA-256 of its Ed25519 public key; 52 characters. */
export type PeerId = Brand<string, "PeerId">;

/** Someone who talks: a peer's owner (`PeerId`), or a guest whom a peer hosts (`PeerId/guest name`). */
export type PersonId = Brand<string, "PersonId">;

/** An entry: SHA-256 of its header bytes; 64 lower-case hex digits. */
export type EntryId = Brand<string, "EntryId">;

/**
 * A room as peers name it. Open: `#name`. Direct: `@a+b`, the two persons' ids in ascending
 * code-unit order; both may be the same person (a note to oneself).
 */
export type RoomId = Brand<string, "RoomId">;

/** A room as the person who looks at it names it. Open: `#name`. Direct: `@` and the other person's id. */
export type Conversation = Brand<string, "Conversation">;

const PEER_ID = /^[a-z2-7]{52}$/;
const ENTRY_ID = /^[0-9a-f]{64}$/;

/** The text as a peer id, or null. */
export const parsePeerId = (text: string): PeerId | null => (PEER_ID.test(text) ? (text as PeerId) : null);

/** The text as an entry id, or null. */
export const parseEntryId = (text: string): EntryId | null => (ENTRY_ID.test(text) ? (text as EntryId) : null);

/** The person who owns a peer, or a guest of it. */
export const personOf = (peer: PeerId, guest: string | null = null): PersonId =>
  (guest === null ? peer : `${peer}/${guest}`) as string as PersonId;

/** The peer that speaks for a person. */
export const peerOf = (person: PersonId): PeerId => person.slice(0, 52) as PeerId;

/** A short mark that tells two people of one name apart: `ann·k7qd`. */
export const tagOf = (person: PersonId): string => person.slice(0, 4);
