// Cuts what a connection brings into frames, without joining buffers when a frame lies in one chunk.

import { ChatError } from "../core/errors.ts";
import { MAX_FRAME } from "./frame.ts";

const PREFIX = 4;

/** One per connection: `push` what arrives, then take `next` until it is null. After it threw, the connection is of no use. */
export class FrameReader {
  readonly #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk that are taken already. */
  #taken = 0;
  #held = 0;
  /** Of the frame that is awaited, or null while its length is unknown. */
  #length: number | null = null;

  /** Bytes held and not yet taken. */
  get held(): number {
    return this.#held;
  }

  /** The chunk is kept as it is until its frames are taken, and by these beyond. A Buffer counts as plain bytes: its views are cheaper. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    this.#held += chunk.length;
  }

  /**
   * The next frame without its length: a view of the chunk in which it lies, or a copy when it lies in several. Null until all of it
   * is here. Throws `bad-input` for an empty frame, `too-large` for one of more than `most` bytes, as soon as its length is known.
   */
  next(most: number = MAX_FRAME): Uint8Array | null {
    if (this.#length === null) {
      if (this.#held < PREFIX) return null;
      const prefix = this.#take(PREFIX);
      this.#length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0);
      if (this.#length === 0) throw new ChatError("bad-input", "an empty frame");
    }
    if (this.#length > most) throw new ChatError("too-large", `a frame of ${this.#length} bytes where ${most} are allowed`);
    if (this.#held < this.#length) return null;
    const frame = this.#take(this.#length);
    this.#length = null;
    return frame;
  }

  /** As many bytes as are known to be held. */
  #take(count: number): Uint8Array {
    const first = this.#chunks[0] as Uint8Array;
    this.#held -= count;
    if (first.length - this.#taken < count) return this.#join(count);
    const bytes = first.subarray(this.#taken, this.#taken + count);
    this.#skip(count);
    return bytes;
  }

  #join(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; ) {
      const chunk = this.#chunks[0] as Uint8Array;
      const part = chunk.subarray(this.#taken, this.#taken + count - at);
      bytes.set(part, at);
      at += part.length;
      this.#skip(part.length);
    }
    return bytes;
  }

  #skip(count: number): void {
    this.#taken += count;
    if (this.#taken < (this.#chunks[0] as Uint8Array).length) return;
    this.#chunks.shift();
    this.#taken = 0;
  }
}
