// Who has been sent what, and who has it: each receiver must get each sender's 1, 2, 3 … once and in this order.

import { MAX_SENDERS, markOf } from "./hub-marks.ts";

export class Ledger {
  readonly #receivers: number;
  /** The last number of a sender at a receiver: `receiver * MAX_SENDERS + sender`. */
  readonly #last: Int32Array;
  readonly #sent = new Int32Array(MAX_SENDERS);
  #sentAt: Float64Array[] = [];
  #delays: Float64Array | null = null;
  #delayed = 0;
  #fault: string | null = null;
  #messages = 0;
  #delivered = 0;
  #waiting: { readonly until: number; done(): void } | null = null;
  /** When the bytes came that are being read; by `performance.now()`. */
  now = 0;

  constructor(receivers: number) {
    this.#receivers = receivers;
    this.#last = new Int32Array(receivers * MAX_SENDERS);
  }

  get messages(): number {
    return this.#messages;
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** What was wrong first, or null. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Messages that somebody still lacks; about, while they come. */
  get inFlight(): number {
    return this.#messages - Math.floor(this.#delivered / this.#receivers);
  }

  /** The text of this sender's next message, which is sent now. */
  send(sender: number): string {
    const number = (this.#sent[sender] as number) + 1;
    this.#sent[sender] = number;
    this.#messages++;
    const at = this.#sentAt[sender];
    if (at && number < at.length) at[number] = performance.now();
    return markOf(sender, number);
  }

  readonly take = (receiver: number, sender: number, number: number): void => {
    const place = receiver * MAX_SENDERS + sender;
    const expected = (this.#last[place] as number) + 1;
    if (number !== expected) this.blame(`receiver ${receiver} got ${markOf(sender, number)} for number ${expected}`);
    this.#last[place] = number;
    this.#delivered++;
    if (this.#delays) this.#delays[this.#delayed++] = this.now - (this.#sentAt[sender]?.[number] ?? Number.NaN);
    if (this.#waiting && this.#delivered >= this.#waiting.until) this.#waiting.done();
  };

  blame(fault: string): void {
    this.#fault ??= fault;
  }

  /** Keeps the milliseconds from sending to getting of up to so many messages from now on. */
  keepDelays(messages: number): void {
    this.#sentAt = Array.from({ length: MAX_SENDERS }, (_, sender) => new Float64Array((this.#sent[sender] as number) + messages + 1));
    this.#delays = new Float64Array(messages * this.#receivers);
    this.#delayed = 0;
  }

  takeDelays(): Float64Array {
    const delays = this.#delays?.subarray(0, this.#delayed) ?? new Float64Array();
    this.#delays = null;
    this.#sentAt = [];
    return delays;
  }

  /** Resolves when all that was sent has come, or after so many milliseconds. */
  async settled(patience: number): Promise<void> {
    const until = this.#messages * this.#receivers;
    if (this.#delivered >= until) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience);
    this.#waiting = { until, done: resolve };
    await promise;
    this.#waiting = null;
    clearTimeout(timer);
  }

  /** What is wrong: something lost, doubled or out of order. Null when all is as it should be. */
  verdict(): string | null {
    if (this.#fault !== null) return this.#fault;
    for (let place = 0; place < this.#last.length; place++) {
      const sent = this.#sent[place % MAX_SENDERS];
      if (this.#last[place] === sent) continue;
      return `receiver ${Math.floor(place / MAX_SENDERS)} has ${this.#last[place]} of ${sent} messages of sender ${place % MAX_SENDERS}`;
    }
    const owed = this.#messages * this.#receivers;
    return this.#delivered === owed ? null : `${this.#delivered} deliveries, not ${owed}`;
  }
}
