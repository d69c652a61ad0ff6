// Reads CBOR (RFC 8949) in the one form that cbor-writer.ts gives it; everything else is refused where it stands.

import type { Value } from "./cbor.ts";
import { MAJOR, SIMPLE, WIDTHS } from "./cbor-writer.ts";
import { ChatError } from "./errors.ts";

/** Arrays within arrays; our formats need four. */
const MOST_DEPTH = 32;
/** Texts up to this length are read by hand if they are ASCII: that is quicker than a decoder. */
const SHORT_TEXT = 32;

const utf8Strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The one value that the bytes are. Byte strings are copies, so that nothing keeps the whole input alive. Throws `bad-input`. */
export function readValue(bytes: Uint8Array, what: string): Value {
  const reader = new Reader(bytes, what);
  const value = reader.value(0);
  if (!reader.isAtEnd) throw reader.malformed("something follows it");
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): Value {
    const head = this.#byte();
    switch (head >> 5) {
      case MAJOR.uint:
        return this.#argument(head);
      case MAJOR.bytes:
        return this.#take(this.#argument(head)).slice();
      case MAJOR.text:
        return this.#text(this.#take(this.#argument(head)));
      case MAJOR.array:
        return this.#array(this.#argument(head), depth + 1);
      default:
        return this.#simple(head);
    }
  }

  malformed(why: string): ChatError {
    return new ChatError("bad-input", `malformed ${this.#what}: ${why}`);
  }

  #array(length: number, depth: number): readonly Value[] {
    if (depth > MOST_DEPTH) throw this.malformed("it is nested too deeply");
    if (length > this.#bytes.length - this.#at) throw this.malformed("it is cut off");
    const values: Value[] = [];
    for (let i = 0; i < length; i++) values.push(this.value(depth));
    return values;
  }

  #simple(head: number): boolean | null {
    if (head === SIMPLE.null) return null;
    if (head !== SIMPLE.true && head !== SIMPLE.false) throw this.malformed("a kind of value that has no place here");
    return head === SIMPLE.true;
  }

  #text(bytes: Uint8Array): string {
    if (bytes.length <= SHORT_TEXT && bytes.every((byte) => byte < 0x80)) return String.fromCharCode(...bytes);
    try {
      return utf8Strict.decode(bytes);
    } catch (error) {
      throw new ChatError("bad-input", `malformed ${this.#what}: a text that is no UTF-8`, { cause: error });
    }
  }

  /** The number in a head: in its low five bits, or in the bytes after it where it does not fit into fewer. */
  #argument(head: number): number {
    const short = head & 31;
    if (short < WIDTHS.one) return short;
    if (short > WIDTHS.eight) throw this.malformed("a length without end");
    const size = 2 ** (short - WIDTHS.one);
    let number = 0;
    for (const byte of this.#take(size)) number = number * 256 + byte;
    const isShortest = number >= (size === 1 ? WIDTHS.one : 2 ** (4 * size));
    if (!isShortest || !Number.isSafeInteger(number)) throw this.malformed("a number that is not in its one form");
    return number;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw this.malformed("it is cut off");
    return byte;
  }

  #take(length: number): Uint8Array {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw this.malformed("it is cut off");
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }
}
