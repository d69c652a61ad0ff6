// Writes values as CBOR (RFC 8949), each in its one shortest form.

import type { Value } from "./cbor.ts";
import { ChatError } from "./errors.ts";

/** Major types (§3.1), and the simple values that we use (§3.3). */
export const MAJOR = { uint: 0, bytes: 2, text: 3, array: 4 } as const;
export const SIMPLE = { false: 0xf4, true: 0xf5, null: 0xf6 } as const;
/** Bytes that announce a length of 1, 2, 4, 8 bytes, in the low five bits of a head. */
export const WIDTHS = { one: 24, two: 25, four: 26, eight: 27 } as const;

const MOST_HEAD = 9;
const FIRST_SIZE = 4_096;
/** Above this the space is given back after use. */
const MOST_KEPT = 1 << 20;
const utf8 = new TextEncoder();

let space = new Uint8Array(FIRST_SIZE);
let view = new DataView(space.buffer);
let at = 0;

/** The bytes of one value, in a buffer of their own. Throws `bad-input` for a number that has no place in it. */
export function writeValue(value: Value): Uint8Array {
  at = 0;
  write(value);
  const bytes = space.slice(0, at);
  if (space.length > MOST_KEPT) makeSpace(FIRST_SIZE);
  return bytes;
}

function write(value: Value): void {
  if (typeof value === "string") return writeText(value);
  if (typeof value === "number") return writeHead(MAJOR.uint, value);
  if (value instanceof Uint8Array) return writeBytes(value);
  if (value === null || typeof value === "boolean") return writeSimple(value === null ? SIMPLE.null : value ? SIMPLE.true : SIMPLE.false);
  writeHead(MAJOR.array, value.length);
  for (const item of value) write(item);
}

function writeSimple(byte: number): void {
  reserve(1);
  space[at++] = byte;
}

function writeBytes(bytes: Uint8Array): void {
  writeHead(MAJOR.bytes, bytes.length);
  reserve(bytes.length);
  space.set(bytes, at);
  at += bytes.length;
}

/** The head goes before the text, and its size depends on that of the text: it is moved where the guess was wrong. */
function writeText(text: string): void {
  reserve(MOST_HEAD + text.length * 3);
  const head = headSize(text.length);
  const { written } = utf8.encodeInto(text, space.subarray(at + head));
  const start = at + headSize(written);
  if (start !== at + head) space.copyWithin(start, at + head, at + head + written);
  writeHead(MAJOR.text, written);
  at += written;
}

function writeHead(major: number, argument: number): void {
  if (!Number.isSafeInteger(argument) || argument < 0) throw new ChatError("bad-input", "only integers from 0 to 2^53 - 1 can be written");
  reserve(MOST_HEAD);
  const type = major << 5;
  const size = headSize(argument);
  if (size === 1) space[at] = type | argument;
  else space[at] = type | (WIDTHS.one + Math.log2(size - 1));
  if (size === 2) space[at + 1] = argument;
  else if (size === 3) view.setUint16(at + 1, argument);
  else if (size === 5) view.setUint32(at + 1, argument);
  else if (size === 9) {
    view.setUint32(at + 1, Math.floor(argument / 2 ** 32));
    view.setUint32(at + 5, argument >>> 0);
  }
  at += size;
}

function headSize(argument: number): number {
  if (argument < WIDTHS.one) return 1;
  if (argument < 2 ** 8) return 2;
  if (argument < 2 ** 16) return 3;
  return argument < 2 ** 32 ? 5 : MOST_HEAD;
}

function reserve(bytes: number): void {
  if (at + bytes <= space.length) return;
  const before = space;
  makeSpace(Math.max(before.length * 2, at + bytes));
  space.set(before.subarray(0, at));
}

function makeSpace(size: number): void {
  space = new Uint8Array(size);
  view = new DataView(space.buffer);
}
