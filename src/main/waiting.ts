// Connections that have not shown yet what they may do: bounded in number, overall and per address, and in time.

import type { Socket } from "node:net";
import { addressKey, isLoopback } from "../core/ip.ts";

export type WaitingLimits = {
  /** Most unknown connections at once. */
  readonly all: number;
  /** Most from one address, as `addressKey` counts them. This computer itself is bounded by `all` alone. */
  readonly perAddress: number;
  /** Milliseconds that a connection has to settle. */
  readonly patience: number;
};

const DEFAULTS: WaitingLimits = { all: 512, perAddress: 32, patience: 5000 };

export type Pending = { settle(): void };

/** Where a bound is met the oldest goes, not the newest: who settles within milliseconds gets in through a flood. */
export class Waiting {
  readonly #limits: WaitingLimits;
  readonly #all = new Set<Socket>();
  readonly #byAddress = new Map<string, Set<Socket>>();

  constructor(limits: Partial<WaitingLimits> = {}) {
    this.#limits = { ...DEFAULTS, ...limits };
  }

  /** How many wait. */
  get size(): number {
    return this.#all.size;
  }

  /** Counts a connection in; it is destroyed unless it settles in time. */
  admit(socket: Socket): Pending {
    const { remoteAddress = "" } = socket;
    const address = addressKey(remoteAddress);
    const siblings = this.#byAddress.get(address) ?? new Set<Socket>();
    this.#byAddress.set(address, siblings);
    if (siblings.size >= this.#limits.perAddress && !isLoopback(remoteAddress)) dropOldest(siblings);
    if (this.#all.size >= this.#limits.all) dropOldest(this.#all);
    siblings.add(socket);
    this.#all.add(socket);
    const timer = setTimeout(() => socket.destroy(), this.#limits.patience).unref();
    const settle = () => {
      clearTimeout(timer);
      socket.off("close", settle);
      this.#all.delete(socket);
      siblings.delete(socket);
      if (siblings.size === 0 && this.#byAddress.get(address) === siblings) this.#byAddress.delete(address);
    };
    socket.once("close", settle);
    return { settle };
  }

  dropAll(): void {
    for (const socket of this.#all) socket.destroy();
  }
}

/** Out of the sets at once, though its `close` comes a moment later: many may arrive in between. */
function dropOldest(sockets: Set<Socket>): void {
  const [oldest] = sockets;
  if (!oldest) return;
  sockets.delete(oldest);
  oldest.resetAndDestroy();
}
