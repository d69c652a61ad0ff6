// The messages of the hub's benchmarks: `~017:00001234~` is number 1,234 of sender 17. Found in a stream of bytes without decoding the rest.

/** What every message is. Names and ids around it have no `~`. */
export const markOf = (sender: number, number: number): string => `~${String(sender).padStart(3, "0")}:${String(number).padStart(8, "0")}~`;

export const MAX_SENDERS = 1000;

const LENGTH = 14;
const MIDDLE = 4;
const LAST = LENGTH - 1;
const TILDE = 0x7e;
const COLON = 0x3a;

/** Told of each mark, in the order of the stream. */
export type Found = (receiver: number, sender: number, number: number) => void;

/** Reads one receiver's stream. Most records of a stream are as long as the one before, so the next mark is looked for first at
 *  that distance; only if nothing so short as two records was ever seen, so that none can be passed over. */
export class MarkScanner {
  readonly #receiver: number;
  readonly #found: Found;
  readonly #tail = new Uint8Array(LENGTH);
  #held = 0;
  #stride = 0;
  #shortest = Number.POSITIVE_INFINITY;

  constructor(receiver: number, found: Found) {
    this.#receiver = receiver;
    this.#found = found;
  }

  /** Goes on with what came; the bytes may be used again afterwards. */
  scan(bytes: Uint8Array, from: number, to: number): void {
    let at = this.#held > 0 ? this.#fill(bytes, from, to) : from;
    let last = -1;
    while (at + LENGTH <= to) {
      if (!isMark(bytes, at)) {
        at = this.#next(bytes, at, to);
        continue;
      }
      this.#take(bytes, at);
      if (last >= 0) this.#stride = at - last;
      last = at;
      const guess = at + this.#stride;
      at = this.#mayLeap() && guess + LENGTH <= to && isMark(bytes, guess) ? guess : this.#after(bytes, at, to);
    }
    this.#keep(bytes, at, to);
  }

  #mayLeap(): boolean {
    return this.#stride >= LENGTH && this.#stride < 2 * this.#shortest;
  }

  /** The next mark's place by reading every byte. */
  #after(bytes: Uint8Array, mark: number, to: number): number {
    const at = this.#next(bytes, mark + LAST, to);
    if (at < to && at - mark < this.#shortest) this.#shortest = at - mark;
    return at;
  }

  #next(bytes: Uint8Array, from: number, to: number): number {
    let at = from + 1;
    while (at < to && bytes[at] !== TILDE) at++;
    return at;
  }

  #take(bytes: Uint8Array, at: number): void {
    this.#found(this.#receiver, numberAt(bytes, at + 1, at + MIDDLE), numberAt(bytes, at + MIDDLE + 1, at + LAST));
  }

  /** Keeps a beginning that may be a mark's. */
  #keep(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to && bytes[at] !== TILDE) at++;
    while (at < to) this.#tail[this.#held++] = bytes[at++] as number;
  }

  /** Ends a mark that was begun; answers where to go on. */
  #fill(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (this.#held < LENGTH && at < to) this.#tail[this.#held++] = bytes[at++] as number;
    if (this.#held < LENGTH) return to;
    this.#held = 0;
    if (isMark(this.#tail, 0)) this.#take(this.#tail, 0);
    return at;
  }
}

const isMark = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === TILDE && bytes[at + MIDDLE] === COLON && bytes[at + LAST] === TILDE;

function numberAt(bytes: Uint8Array, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = number * 10 + (bytes[at] as number) - 48;
  return number;
}
