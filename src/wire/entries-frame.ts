// The frame that carries entries, laid out by hand: it is the one that must be fast. Bytes of an entry are copied once, on the way out.

import { malformed } from "../core/cbor.ts";
import type { Entry } from "../core/entry.ts";
import { decodeEntry } from "../core/entry-codec.ts";
import { ChatError } from "../core/errors.ts";
import type { RoomId } from "../core/ids.ts";
import { parseRoomId } from "../core/room.ts";
import type { Frame } from "./frame.ts";

type EntriesFrame = Extract<Frame, { readonly kind: "entries" }>;

/** The most entries of a frame. */
const MAX_ENTRIES_IN_FRAME = 4096;

const HAS_BODY = 1;
const HAS_SIGNATURE = 2;
const SIGNATURE = 64;
/** Flags (1) and the header's length (2). */
const ENTRY_HEAD = 3;
/** The body's length. */
const BODY_HEAD = 4;

const utf8 = new TextEncoder();
const utf8Strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The content of the frame, after `offset` bytes left free. */
export function encodeEntries({ room, entries }: EntriesFrame, offset: number): Uint8Array {
  const name = utf8.encode(room);
  if (entries.length > MAX_ENTRIES_IN_FRAME) throw new ChatError("too-large", `a frame has at most ${MAX_ENTRIES_IN_FRAME} entries`);
  let size = offset + 2 + name.length;
  for (const entry of entries) size += sizeOf(entry);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint16(offset, name.length);
  bytes.set(name, offset + 2);
  let at = offset + 2 + name.length;
  for (const entry of entries) at = writeEntry(entry, bytes, view, at);
  return bytes;
}

/** Reads the content. Throws `bad-input` or `too-large`; entries keep views of `content`. */
export function decodeEntries(content: Uint8Array): EntriesFrame {
  const cursor = new Cursor(content);
  const room = readRoom(cursor.bytes(cursor.uint16()));
  const entries: Entry[] = [];
  while (!cursor.isAtEnd) {
    if (entries.length === MAX_ENTRIES_IN_FRAME) throw malformed("entries", `a frame has at most ${MAX_ENTRIES_IN_FRAME}`);
    entries.push(readEntry(cursor));
  }
  if (entries.length === 0) throw malformed("entries", "there are none");
  return { kind: "entries", room, entries };
}

const sizeOf = ({ headerBytes, body, signature }: Entry): number =>
  ENTRY_HEAD + headerBytes.length + (body ? BODY_HEAD + body.length : 0) + (signature ? SIGNATURE : 0);

function writeEntry({ headerBytes, body, signature }: Entry, bytes: Uint8Array, view: DataView, start: number): number {
  bytes[start] = (body ? HAS_BODY : 0) | (signature ? HAS_SIGNATURE : 0);
  view.setUint16(start + 1, headerBytes.length);
  bytes.set(headerBytes, start + ENTRY_HEAD);
  let at = start + ENTRY_HEAD + headerBytes.length;
  if (body) {
    view.setUint32(at, body.length);
    bytes.set(body, at + BODY_HEAD);
    at += BODY_HEAD + body.length;
  }
  if (signature) bytes.set(signature, at);
  return signature ? at + SIGNATURE : at;
}

function readEntry(cursor: Cursor): Entry {
  const flags = cursor.uint8();
  if (flags > (HAS_BODY | HAS_SIGNATURE)) throw malformed("entry", "unknown flags");
  const headerBytes = cursor.bytes(cursor.uint16());
  const body = flags & HAS_BODY ? cursor.bytes(cursor.uint32()) : null;
  const signature = flags & HAS_SIGNATURE ? cursor.bytes(SIGNATURE) : null;
  return decodeEntry({ headerBytes, body, signature });
}

function readRoom(bytes: Uint8Array): RoomId {
  let room: RoomId | null = null;
  try {
    room = parseRoomId(utf8Strict.decode(bytes));
  } catch {}
  if (!room) throw malformed("entries", "they need a room");
  return room;
}

/** A place in bytes that moves on with each read; reading beyond the end throws `bad-input`. */
class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  uint8(): number {
    return this.#view.getUint8(this.#move(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#move(2));
  }

  uint32(): number {
    return this.#view.getUint32(this.#move(4));
  }

  bytes(length: number): Uint8Array {
    const start = this.#move(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Where it stood before it moved. */
  #move(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw malformed("entries", "they are cut off");
    this.#at += length;
    return start;
  }
}
