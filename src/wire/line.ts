// Plain lines over TCP: bytes from strangers in, lines of clean text out. Pure and bounded, whatever comes.

import { cleanText } from "../core/name.ts";
import { TelnetFilter } from "./telnet.ts";

/** What came in. `endless`: no end of line for so long that nothing more is read. */
export type LineInput = { readonly kind: "line"; readonly text: string } | { readonly kind: "not-utf8" | "too-long" | "endless" };

/** Most bytes of a line, its end not counted. */
export const MAX_LINE = 60_000;
/** So many bytes without an end of line are the end of the connection. */
export const MAX_ENDLESS = 4 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const SMALLEST = 256;

/**
 * Cuts a stream of bytes into lines. A line ends in LF or CRLF; telnet's commands (RFC 854) are taken out; what is not UTF-8 is told
 * and not read. However the bytes are cut into chunks, the same comes out.
 */
export class LineReader {
  readonly #telnet = new TelnetFilter();
  /** The beginning of a line whose end has not come, in the first `#length` bytes. */
  #held = new Uint8Array(0);
  #length = 0;
  /** Bytes since the last end of line, those included that are not kept. */
  #sinceEnd = 0;
  #isTooLong = false;
  #isOver = false;
  #endsInCrlf = false;

  /** Whether the other side needs CRLF: its lines end so, or it speaks telnet. */
  get wantsCrlf(): boolean {
    return this.#endsInCrlf || this.#telnet.wasSpoken;
  }

  push(chunk: Uint8Array): readonly LineInput[] {
    const inputs: LineInput[] = [];
    const text = this.#telnet.filter(chunk);
    for (let from = 0; from < text.length && !this.#isOver; ) {
      const end = text.indexOf(LF, from);
      const to = end < 0 ? text.length : end;
      this.#grow(text.subarray(from, to), inputs);
      if (end >= 0) this.#finish(inputs);
      from = to + 1;
    }
    return inputs;
  }

  /** The stream has ended: what came after the last end of line is a line, too. */
  end(): readonly LineInput[] {
    const inputs: LineInput[] = [];
    if (this.#length > 0) this.#finish(inputs);
    this.#isOver = true;
    return inputs;
  }

  #grow(bytes: Uint8Array, inputs: LineInput[]): void {
    this.#sinceEnd += bytes.length;
    if (!this.#isTooLong) this.#keep(bytes, inputs);
    if (this.#sinceEnd <= MAX_ENDLESS) return;
    this.#isOver = true;
    inputs.push({ kind: "endless" });
  }

  #keep(data: Uint8Array, inputs: LineInput[]): void {
    const length = this.#length + data.length;
    if (length > MAX_LINE + 1) return this.#refuse(inputs);
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.min(MAX_LINE + 1, Math.max(SMALLEST, 2 * length)));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(data, this.#length);
    this.#length = length;
    // one byte more may be the CR of the end
    if (length > MAX_LINE && this.#held[MAX_LINE] !== CR) this.#refuse(inputs);
  }

  #refuse(inputs: LineInput[]): void {
    this.#isTooLong = true;
    this.#length = 0;
    inputs.push({ kind: "too-long" });
  }

  #finish(inputs: LineInput[]): void {
    const isCrlf = this.#length > 0 && this.#held[this.#length - 1] === CR;
    if (isCrlf) this.#endsInCrlf = true;
    const length = isCrlf ? this.#length - 1 : this.#length;
    if (!this.#isTooLong) inputs.push(decoded(this.#held.subarray(0, length)));
    if (this.#held.length > SMALLEST) this.#held = new Uint8Array(0);
    this.#length = 0;
    this.#sinceEnd = 0;
    this.#isTooLong = false;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function decoded(bytes: Uint8Array): LineInput {
  if (looksLikeUtf16(bytes)) return { kind: "not-utf8" };
  try {
    return { kind: "line", text: cleanText(decoder.decode(bytes).replaceAll("\r", "")) };
  } catch {
    return { kind: "not-utf8" };
  }
}

/** Text of two bytes a character is valid UTF-8 where it is Latin: it shows in that every other byte is NUL. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  if (bytes.length < 4 || !bytes.includes(0)) return false;
  const nuls = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) nuls[index % 2] = (nuls[index % 2] ?? 0) + 1;
  const pairs = Math.floor(bytes.length / 2);
  return nuls.some((count) => count >= pairs) && bytes.some((byte) => byte !== 0);
}
