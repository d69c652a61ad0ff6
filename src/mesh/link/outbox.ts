// Gathers what is sent on one connection and writes it once per turn of the event loop.

import type { Writable } from "node:stream";

/** The most that is handed to the connection at once, bytes, unless a single frame is longer: what remains shows progress piece by piece. */
const MOST_AT_ONCE = 128 * 1024;

/** Bytes on their way out. Bounded by its user, who reads `size`. */
export class Outbox {
  readonly #stream: Writable;
  readonly #progressed: () => void;
  #waiting: Uint8Array[] = [];
  #waitingSize = 0;
  #writingSize = 0;
  #scheduled = false;

  /** `progressed` is called each time the connection has taken what it was given. */
  constructor(stream: Writable, progressed: () => void) {
    this.#stream = stream;
    this.#progressed = progressed;
  }

  /** Bytes that the connection has not taken yet. */
  get size(): number {
    return this.#waitingSize + this.#writingSize;
  }

  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingSize += bytes.length;
    if (this.#scheduled || this.#writingSize > 0) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  /** Hands all that waits to the connection now, which then shall end. */
  end(): void {
    const rest = this.#take(Number.POSITIVE_INFINITY);
    this.#stream.end(rest);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = [];
    this.#waitingSize = 0;
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#waitingSize === 0 || this.#stream.destroyed || this.#stream.writableEnded) return;
    const bytes = this.#take(MOST_AT_ONCE);
    this.#writingSize = bytes.length;
    this.#stream.write(bytes, this.#written);
  };

  readonly #written = (error?: Error | null): void => {
    this.#writingSize = 0;
    if (error) return;
    this.#progressed();
    if (!this.#scheduled) this.#flush();
  };

  /** What waits, at most about this many bytes, but at least one piece. */
  #take(most: number): Uint8Array {
    if (this.#waitingSize <= most) {
      const all = this.#waiting.length === 1 ? (this.#waiting[0] as Uint8Array) : Buffer.concat(this.#waiting, this.#waitingSize);
      this.clear();
      return all;
    }
    let count = 0;
    let size = 0;
    for (const piece of this.#waiting) {
      if (count > 0 && size + piece.length > most) break;
      size += piece.length;
      count += 1;
    }
    this.#waitingSize -= size;
    return Buffer.concat(this.#waiting.splice(0, count), size);
  }
}
