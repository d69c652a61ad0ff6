// The one binary form of everything that is signed or sent: deterministic CBOR arrays (RFC 8949 §4.2), read strictly.

import { readValue } from "./cbor-reader.ts";
import { writeValue } from "./cbor-writer.ts";
import { ChatError } from "./errors.ts";

/** What formats are made of. Numbers are integers from 0 to 2^53 - 1; maps, tags, floats, undefined and indefinite lengths have no place. */
export type Value = string | number | boolean | null | Uint8Array | readonly Value[];

/** The bytes of an array of values, in a buffer of their own: what is kept must not keep a pool alive. */
export const pack = (values: readonly Value[]): Uint8Array => writeValue(values);

/**
 * The elements of an array in its one valid form. Byte strings are copies, so that nothing keeps the whole input alive.
 * Throws `bad-input` for anything that `pack` would write otherwise; `what` names it in the detail.
 */
export function unpack(bytes: Uint8Array, what: string): readonly Value[] {
  const value = readValue(bytes, what);
  if (!isList(value)) throw malformed(what, "it is no array");
  return value;
}

/** As `unpack`, and the array must have exactly this many elements. */
export const unpackExactly = (bytes: Uint8Array, count: number, what: string): readonly Value[] => unpackBetween(bytes, count, count, what);

/** As `unpack`, and the array must have so many elements. */
export function unpackBetween(bytes: Uint8Array, least: number, most: number, what: string): readonly Value[] {
  const values = unpack(bytes, what);
  const needed = least === most ? `${least}` : `${least} to ${most}`;
  if (values.length < least || values.length > most) throw malformed(what, `it needs ${needed} fields, not ${values.length}`);
  return values;
}

/** The error of every parser of ours. */
export const malformed = (what: string, why: string): ChatError => new ChatError("bad-input", `malformed ${what}: ${why}`);

/** An integer from `least` to `most`. */
export function readUint(value: unknown, what: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) {
    throw malformed(what, `an integer from ${least} to ${most} is needed`);
  }
  return value;
}

/** A byte string of exactly this length. */
export function readBytes(value: unknown, what: string, length: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length !== length) throw malformed(what, `${length} bytes are needed`);
  return value;
}

/** A text that `parse` finds to be in its one valid form already. */
export function readText<T extends string>(value: unknown, what: string, parse: (text: string) => T | null): T {
  const parsed = typeof value === "string" ? parse(value) : null;
  if (parsed === null || parsed !== value) throw malformed(what, "not a valid text");
  return parsed;
}

/** An array of at most `most` elements. */
export function readList(value: unknown, what: string, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw malformed(what, `a list of at most ${most} is needed`);
  return value;
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
