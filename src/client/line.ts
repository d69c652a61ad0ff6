// A connection that stands again by itself after it was lost.

import { ChatError } from "../core/errors.ts";
import type { ServerFrame } from "../wire/web.ts";
import { type Address, Call, type Welcome } from "./call.ts";
import type { Dial } from "./socket.ts";

export type LineOptions = {
  /** Asked before each dial: a restart may have changed it. Null while nobody is known to be there. */
  readonly address: () => Promise<Address | null> | Address | null;
  readonly dial: Dial;
  /** Milliseconds of being lost after which it gives up. */
  readonly patience: number;
};

export type LineHooks = {
  /** It stands. `again` is false the first time. */
  readonly stands: (welcome: Welcome, again: boolean) => void;
  readonly frame: (frame: ServerFrame) => void;
  readonly lost: () => void;
  /** It was lost for longer than patience. */
  readonly gaveUp: () => void;
};

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

export class Line {
  readonly #options: LineOptions;
  readonly #hooks: LineHooks;
  #call: Call | null = null;
  #stands = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pause = FIRST_PAUSE_MS;
  #lostAt = 0;
  #closed = false;

  constructor(options: LineOptions, hooks: LineHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  /** Dials for the first time; rejects `unreachable`. */
  async open(): Promise<void> {
    const address = await this.#options.address();
    if (!address) throw new ChatError("unreachable", "no Earshot is known to run there");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const refused = () => reject(new ChatError("unreachable", `no Earshot answers at ${address.url}, or it wants another token`));
    this.#dial(address, (welcome) => resolve(this.#hooks.stands(welcome, false)), refused);
    return promise;
  }

  get stands(): boolean {
    return this.#stands;
  }

  /** Sends at once, or not at all while the connection is lost: says which. */
  send(text: string): boolean {
    if (this.#stands) this.#call?.send(text);
    return this.#stands;
  }

  close(): void {
    this.#closed = true;
    this.#stands = false;
    clearTimeout(this.#retry);
    this.#call?.hangUp();
  }

  #dial(address: Address, welcomed: (welcome: Welcome) => void, refused: () => void): void {
    this.#call = new Call(this.#options.dial, address, {
      welcome: (welcome) => {
        this.#stands = true;
        this.#pause = FIRST_PAUSE_MS;
        welcomed(welcome);
      },
      frame: this.#hooks.frame,
      over: (stood) => {
        if (stood) this.#lose();
        else refused();
      },
    });
  }

  #lose(): void {
    this.#stands = false;
    this.#lostAt = performance.now();
    this.#hooks.lost();
    this.#tryLater();
  }

  /** Tries again after a pause that grows, and differs from client to client so that they do not all come at once. */
  #tryLater(): void {
    if (performance.now() - this.#lostAt > this.#options.patience) this.#hooks.gaveUp();
    if (this.#closed) return;
    this.#retry = setTimeout(() => void this.#tryNow(), this.#pause * (0.5 + Math.random() / 2));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  async #tryNow(): Promise<void> {
    const address = await this.#address();
    if (this.#closed) return;
    if (!address) this.#tryLater();
    else
      this.#dial(
        address,
        (welcome) => this.#hooks.stands(welcome, true),
        () => this.#tryLater(),
      );
  }

  async #address(): Promise<Address | null> {
    try {
      return await this.#options.address();
    } catch {
      return null;
    }
  }
}
