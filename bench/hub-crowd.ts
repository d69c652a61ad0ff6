// The clients of a benchmark of hubs, all in one process on one core of their own.

import { Child } from "./child.ts";
import { pin } from "./usage.ts";

/** Where the clients go. */
export type Place = { readonly port: number; readonly bare: boolean };

/** What came of some messages: every client got each of them once, in order; otherwise the order is rejected. */
export type Delivered = {
  readonly messages: number;
  readonly deliveries: number;
  /** Until the last delivery. */
  readonly seconds: number;
};

/** `hub-crowd-child.ts` answers. */
export type CrowdOrders = {
  /** Connects so many clients, at most `atOnce` at a time, and lets all enter. Answers seconds. */
  connect: { args: Place & { web: number; line: number; atOnce: number; asksAll: boolean }; answer: number };
  /** Some of the clients say so much that about `window` messages are on their way all the time. */
  saturate: { args: { senders: readonly number[]; window: number; seconds: number }; answer: Delivered };
  /** Some of the clients say so many messages a second in turn. `delays` are milliseconds from sending to getting: p50, p99, the longest. */
  pace: {
    args: { senders: readonly number[]; perSecond: number; seconds: number };
    answer: Delivered & { readonly delays: readonly [p50: number, p99: number, most: number] };
  };
  /** One message after another: milliseconds until all have each. */
  reach: { args: { senders: readonly number[]; rounds: number }; answer: readonly number[] };
  /** Bytes sent and got since the clients came. */
  traffic: { args: null; answer: { readonly sent: number; readonly got: number } };
  /** What was wrong with any client so far. */
  fault: { args: null; answer: string | null };
  leave: { args: null; answer: null };
};

/** Core of the clients; the server has the other. */
const CORE = 0;

export class Crowd extends Child<CrowdOrders> {
  constructor() {
    super("./hub-crowd-child.ts", process.env.CROWD_OPTIONS?.split(" ").filter(Boolean));
    pin(this.process.pid as number, CORE);
  }

  async remove(): Promise<void> {
    await this.order("leave", null).catch(() => {});
    await this.kill();
  }
}
