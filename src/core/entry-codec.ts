// Entries to bytes and back: the one encoding of a header, and what makes an entry well-formed.

import { malformed, pack, readBytes, readText, readUint, unpackExactly } from "./cbor.ts";
import { type Entry, type Header, MAX_BODY, MAX_HEADER } from "./entry.ts";
import { ChatError } from "./errors.ts";
import { peerIdOf, sha256Hex } from "./identity.ts";
import { type EntryId, parseEntryId } from "./ids.ts";
import { parseGuest, parseNetwork } from "./name.ts";
import { parseRoomId } from "./room.ts";

const FIELDS = 10;
const HASH = 32;
const KEY = 32;
const SIGNATURE = 64;
const MAX_KIND = 65_535;

/** An entry as it travels and is kept. */
export type RawEntry = {
  readonly headerBytes: Uint8Array;
  readonly body: Uint8Array | null;
  readonly signature: Uint8Array | null;
};

/** The one encoding of a header; it is signed and hashed as it is. The header is trusted: it comes from a decoder or from `sealCommit`. */
export const encodeHeader = (header: Header): Uint8Array =>
  pack([
    header.version,
    header.network,
    header.room,
    header.authorKey,
    header.seq,
    header.previous,
    header.time,
    header.kind,
    header.as,
    header.bodyHash,
  ]);

/** An entry's id: SHA-256 of its header bytes. */
export const entryIdOf = (headerBytes: Uint8Array): EntryId => sha256Hex(headerBytes) as EntryId;

/**
 * Reads an entry. Throws `bad-input` or `too-large` unless the header is in its one valid form and the body, when there is one,
 * has the hash that the header names. Signature and chain are not looked at (`verifyRun` does).
 * The entry keeps the three arrays as given: whoever decodes out of a pooled buffer copies what outlives it.
 */
export function decodeEntry(raw: RawEntry): Entry {
  const { headerBytes, body, signature } = raw;
  if (headerBytes.length > MAX_HEADER) throw new ChatError("too-large", `a header has at most ${MAX_HEADER} bytes`);
  const header = decodeHeader(headerBytes);
  if (body !== null) checkBody(body, header.bodyHash);
  if (signature !== null && signature.length !== SIGNATURE) throw malformed("signature", `${SIGNATURE} bytes are needed`);
  return { id: entryIdOf(headerBytes), author: peerIdOf(header.authorKey), header, headerBytes, body, signature };
}

/** The 32 bytes of an entry's id. */
export const entryIdBytes = (id: EntryId): Uint8Array => Uint8Array.fromHex(id);

/** The id of 32 bytes; throws `bad-input` for any other number of them. */
export function entryIdFromBytes(bytes: Uint8Array): EntryId {
  const id = parseEntryId(bytes.toHex());
  if (!id) throw malformed("entry id", `${HASH} bytes are needed`);
  return id;
}

function decodeHeader(bytes: Uint8Array): Header {
  const [version, network, room, authorKey, seq, previous, time, kind, as, bodyHash] = unpackExactly(bytes, FIELDS, "header");
  if (version !== 1) throw malformed("header", "only version 1 is known");
  const number = readUint(seq, "seq", 1);
  if ((previous === null) !== (number === 1)) throw malformed("header", "the first entry alone has no previous one");
  return {
    version,
    network: readText(network, "network", parseNetwork),
    room: readText(room, "room", parseRoomId),
    authorKey: readBytes(authorKey, "author", KEY),
    seq: number,
    previous: previous === null ? null : readBytes(previous, "previous", HASH),
    time: readUint(time, "time"),
    kind: readUint(kind, "kind", 0, MAX_KIND),
    as: as === null ? null : readText(as, "as", parseGuest),
    bodyHash: readBytes(bodyHash, "body hash", HASH),
  };
}

function checkBody(body: Uint8Array, bodyHash: Uint8Array): void {
  if (body.length > MAX_BODY) throw new ChatError("too-large", `a body has at most ${MAX_BODY} bytes`);
  if (sha256Hex(body) !== bodyHash.toHex()) throw malformed("entry", "the body is not the one that the header names");
}
