// Counts what others say as it is seen at one peer, and checks that all of it comes, each once, in order.

import type { PersonId } from "../src/core/ids.ts";
import type { Message } from "../src/core/ports/chat.ts";
import type { Counted } from "./peer-process.ts";
import { readStamp, sharedNow } from "./stamp.ts";

export class Counting {
  /** Resolves once all that is expected has come. */
  readonly done: Promise<Counted>;
  readonly #self: PersonId;
  readonly #expect: number;
  readonly #finish: (counted: Counted) => void;
  readonly #next = new Map<PersonId, number>();
  readonly #oneWay: number[] = [];
  #from = Number.POSITIVE_INFINITY;
  #inOrder = true;

  constructor(self: PersonId, expect: number) {
    this.#self = self;
    this.#expect = expect;
    const { promise, resolve } = Promise.withResolvers<Counted>();
    this.done = promise;
    this.#finish = resolve;
  }

  take({ from, text }: Message): void {
    const stamp = from.id === this.#self ? null : readStamp(text);
    if (!stamp) return;
    const until = sharedNow();
    this.#oneWay.push(until - stamp.at);
    this.#from = Math.min(this.#from, stamp.at);
    const next = this.#next.get(from.id) ?? 0;
    if (stamp.number !== next) this.#inOrder = false;
    this.#next.set(from.id, next + 1);
    if (this.#oneWay.length === this.#expect) {
      this.#finish({ from: this.#from, until, oneWay: this.#oneWay, inOrder: this.#inOrder });
    }
  }
}
