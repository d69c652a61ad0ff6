// One connection to a gateway, from dialling over the welcome to its end.

import type { Person } from "../core/presence.ts";
import { parseServerFrame, type ServerFrame, SUBPROTOCOL, TOKEN_PREFIX } from "../wire/web.ts";
import type { Dial, Dialled } from "./socket.ts";

/** Where a gateway is (`ws://host:port/chat`), and what lets in. */
export type Address = { readonly url: string; readonly token: string };

/** Who we are there, and which run of the gateway it is. */
export type Welcome = { readonly self: Person; readonly instance: string };

export type CallHooks = {
  /** The gateway let us in. */
  readonly welcome: (welcome: Welcome) => void;
  /** Whatever it says after the welcome. */
  readonly frame: (frame: ServerFrame) => void;
  /** It is over, once; `stood` is false where no welcome came. Not called after `hangUp`. */
  readonly over: (stood: boolean) => void;
};

/** For the way from dialling to the welcome. */
const WELCOME_MS = 5000;
/** Silence after which a connection is dead: the gateway gives a sign of life every 20 s. */
const SILENCE_MS = 50_000;

export class Call {
  readonly #hooks: CallHooks;
  readonly #socket: Dialled | null = null;
  #timer: ReturnType<typeof setTimeout>;
  #stood = false;
  #over = false;

  /** Dials at once. */
  constructor(dial: Dial, { url, token }: Address, hooks: CallHooks) {
    this.#hooks = hooks;
    this.#timer = setTimeout(() => this.#end(), WELCOME_MS);
    try {
      this.#socket = dial(url, [SUBPROTOCOL, TOKEN_PREFIX + token], { text: (text) => this.#hear(text), closed: () => this.#end() });
    } catch {
      queueMicrotask(() => this.#end());
    }
  }

  send(text: string): void {
    if (!this.#over) this.#socket?.send(text);
  }

  /** Closes without a word to the hooks. */
  hangUp(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #end(): void {
    if (this.#over) return;
    this.hangUp();
    this.#hooks.over(this.#stood);
  }

  #hear(text: string): void {
    const frame = this.#over ? null : parseServerFrame(text);
    if (!frame) return;
    if (this.#stood && frame.event !== "beat") this.#hooks.frame(frame);
    if (frame.event === "beat" || frame.event === "welcome") this.#expectLife();
    if (!this.#stood && frame.event === "welcome") {
      this.#stood = true;
      this.#hooks.welcome(frame);
    }
  }

  #expectLife(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), SILENCE_MS);
    this.#timer.unref?.();
  }
}
