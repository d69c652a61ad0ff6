// Reads a server's WebSocket frames (RFC 6455 §5.2) without copying those that carry messages, and writes a client's.

export type FrameSink = {
  /** A part of a frame that carries messages. */
  readonly part: (bytes: Uint8Array, from: number, to: number) => void;
  /** A whole text frame that carries none. */
  readonly text: (text: string) => void;
  readonly control: (opcode: number, payload: Uint8Array) => void;
};

/** Enough of a frame to tell what it is: the longest header, and `{"event":"events"`. */
const OPENING = 10 + 17;
const TEXT = 1;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;
const EVENTS = new TextEncoder().encode('{"event":"events"');

export class FrameReader {
  readonly #sink: FrameSink;
  /** Whether every text frame carries messages, as those of the bare server do. */
  readonly #bare: boolean;
  /** A beginning too short to be understood. */
  #held: Uint8Array = new Uint8Array();
  /** Payload bytes of the frame that is being read. */
  #left = 0;
  /** Of a frame that is gathered whole; null for one that is passed on. */
  #gathered: Uint8Array[] | null = null;
  #opcode = 0;

  constructor(sink: FrameSink, bare: boolean) {
    this.#sink = sink;
    this.#bare = bare;
  }

  /** Goes on with what came; the bytes may be used again afterwards. */
  read(bytes: Uint8Array, from: number, to: number): void {
    if (this.#held.length === 0) return this.#walk(bytes, from, to);
    const joined = Buffer.concat([this.#held, bytes.subarray(from, to)]);
    this.#held = new Uint8Array();
    this.#walk(joined, 0, joined.length);
  }

  #walk(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to) {
      if (this.#left === 0) {
        const begun = this.#begin(bytes, at, to);
        if (begun === at) break;
        at = begun;
      }
      const end = Math.min(to, at + this.#left);
      if (this.#gathered === null) this.#sink.part(bytes, at, end);
      else this.#gathered.push(bytes.slice(at, end));
      this.#left -= end - at;
      at = end;
      if (this.#left === 0 && this.#gathered !== null) this.#whole(this.#gathered);
    }
    if (at < to) this.#held = bytes.slice(at, to);
  }

  /** Where the payload begins; `at` itself where there is too little to tell. */
  #begin(bytes: Uint8Array, at: number, to: number): number {
    const short = (bytes[at + 1] as number) & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (to - at < header) return at;
    const length = short < 126 ? short : lengthAt(bytes, at + 2, at + header);
    if (to - at < Math.min(OPENING, header + length)) return at;
    const start = at + header;
    this.#opcode = (bytes[at] as number) & 15;
    this.#left = length;
    const isPassed = this.#opcode === TEXT && (this.#bare || carriesEvents(bytes, start, length));
    this.#gathered = isPassed ? null : [];
    if (length === 0 && this.#gathered) this.#whole(this.#gathered);
    return start;
  }

  #whole(parts: readonly Uint8Array[]): void {
    this.#gathered = null;
    const payload = Buffer.concat(parts);
    if (this.#opcode === TEXT) this.#sink.text(payload.toString());
    else this.#sink.control(this.#opcode, payload);
  }
}

function carriesEvents(bytes: Uint8Array, start: number, length: number): boolean {
  return length > EVENTS.length && bytes[start + 2] === EVENTS[2] && EVENTS.every((byte, i) => bytes[start + i] === byte);
}

function lengthAt(bytes: Uint8Array, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) length = length * 256 + (bytes[at] as number);
  return length;
}

/** A client's frame; its mask is of zeros, so that the payload stays as it is. */
export function frameOf(text: string | Uint8Array, opcode = TEXT): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 6 : 8;
  const frame = Buffer.alloc(header + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | Math.min(length, 126);
  if (length >= 126) frame.writeUInt16BE(length, 2);
  frame.set(Buffer.from(text), header);
  return frame;
}
