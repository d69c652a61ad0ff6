// The names of things: branded strings that only their parsers make.

import { parseGuest } from "./name.ts";

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** A peer: lower-case base32 (RFC 4648 §6, no padding) of SHA-256 of its Ed25519 public key; 52 characters. */
export type PeerId = Brand<string, "PeerId">;

/** Someone who talks: a peer's owner (`PeerId`), or a guest whom a peer hosts (`PeerId/name`, the name percent-encoded as in a URI). */
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

/** The last digit carries one bit of the 256: `a` or `q`. */
const PEER_ID = /^[a-z2-7]{51}[aq]$/;
const PEER_ID_LENGTH = 52;
const PEER_BYTES = 32;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const ENTRY_ID = /^[0-9a-f]{64}$/;

/** The text as a peer id, or null. */
export const parsePeerId = (text: string): PeerId | null => (PEER_ID.test(text) ? (text as PeerId) : null);

/** The text as an entry id, or null. */
export const parseEntryId = (text: string): EntryId | null => (ENTRY_ID.test(text) ? (text as EntryId) : null);

/** The 32 bytes of a peer id. */
export function peerIdBytes(id: PeerId): Uint8Array {
  const bytes = new Uint8Array(PEER_BYTES);
  let bits = 0;
  let value = 0;
  let at = 0;
  for (let i = 0; i < PEER_ID_LENGTH; i++) {
    value = ((value << 5) | digitOf(id.charCodeAt(i))) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = value >>> bits;
  }
  return bytes;
}

/** The peer id of 32 bytes, or null for any other number of them. */
export function peerIdFromBytes(bytes: Uint8Array): PeerId | null {
  if (bytes.length !== PEER_BYTES) return null;
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(value >>> bits) & 31];
    }
  }
  return (text + BASE32[(value << (5 - bits)) & 31]) as PeerId;
}

/** The person who owns a peer, or a guest of it; the guest's name comes from `parseGuest`. */
export const personOf = (peer: PeerId, guest: string | null = null): PersonId =>
  (guest === null ? peer : `${peer}/${encodeURIComponent(guest)}`) as string as PersonId;

/** The text as a person's id in its one valid form, or null. */
export function parsePersonId(text: string): PersonId | null {
  const peer = parsePeerId(text.slice(0, PEER_ID_LENGTH));
  if (!peer) return null;
  if (text.length === PEER_ID_LENGTH) return personOf(peer);
  const guest = text[PEER_ID_LENGTH] === "/" ? decodeGuest(text.slice(PEER_ID_LENGTH + 1)) : null;
  return guest !== null && personOf(peer, guest) === text ? personOf(peer, guest) : null;
}

/** The peer that speaks for a person. */
export const peerOf = (person: PersonId): PeerId => person.slice(0, PEER_ID_LENGTH) as PeerId;

/** The guest's name in a person's id, or null for the owner of a peer. */
export const guestOf = (person: PersonId): string | null =>
  person.length > PEER_ID_LENGTH ? decodeURIComponent(person.slice(PEER_ID_LENGTH + 1)) : null;

/** A short mark that tells two people of one name apart: `ann·k7qd`. */
export const tagOf = (person: PersonId): string => person.slice(0, 4);

function decodeGuest(encoded: string): string | null {
  try {
    return parseGuest(decodeURIComponent(encoded));
  } catch {
    return null;
  }
}

/** The value of a base32 digit: `a` to `z`, then `2` to `7`. */
const digitOf = (code: number): number => (code >= 97 ? code - 97 : code - 24);
