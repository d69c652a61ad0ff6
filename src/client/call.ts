// One connection to a gateway, from dialling over the welcome to its end.

import { ChatError } from "../core/errors.ts";
import type { Farewell } from "../core/ports/hub.ts";
import type { Person } from "../core/presence.ts";
import { encodeRequest, parseResult, parseServerFrame, type ServerFrame, SUBPROTOCOL, TOKEN_PREFIX } from "../wire/web.ts";
import { type Closure, type Dial, type Dialled, SILENTLY } from "./socket.ts";

/** Where a gateway is (`ws://host:port/chat`), and the token that lets in: the owner's, or that of an earlier visit as a guest. */
export type Address = { readonly url: string; readonly token?: string | undefined };

/** Who enters where no token lets in. */
export type Entrance = { readonly name: string; readonly password?: string | undefined };

/** What a hub says of itself to those who enter by name. Both may be empty. */
export type Hello = { readonly title: string; readonly welcome: string };

/** Who we are there. */
export type Welcome = { readonly self: Person };

export type CallHooks = {
  readonly hello: (hello: Hello) => void;
  /** The token by which the gateway lets the same guest in again. */
  readonly token: (token: string) => void;
  /** The gateway let us in. */
  readonly welcome: (welcome: Welcome) => void;
  /** Whatever it says after the welcome. */
  readonly frame: (frame: ServerFrame) => void;
  /** The hub ends the visit; `over` follows. */
  readonly farewell: (farewell: Farewell) => void;
  /** It is over, once; `stood` is false where no welcome came. Not called after `hangUp`. */
  readonly over: (stood: boolean, why: Closure) => void;
};

/** For the way from dialling to the welcome. */
const WELCOME_MS = 5000;
/** Silence after which a connection is dead: the gateway gives a sign of life every 20 s. */
const SILENCE_MS = 50_000;
/** The number of the request to enter; all others are higher. */
const ENTER = 0;

export class Call {
  readonly #hooks: CallHooks;
  readonly #entrance: Entrance | null;
  readonly #socket: Dialled | null = null;
  #timer: ReturnType<typeof setTimeout>;
  #stood = false;
  #over = false;

  /** Dials at once. */
  constructor(dial: Dial, { url, token }: Address, entrance: Entrance | null, hooks: CallHooks) {
    this.#hooks = hooks;
    this.#entrance = entrance;
    this.#timer = setTimeout(() => this.#end(), WELCOME_MS);
    const protocols = token === undefined ? [SUBPROTOCOL] : [SUBPROTOCOL, TOKEN_PREFIX + token];
    try {
      this.#socket = dial(url, protocols, { text: (text) => this.#hear(text), closed: (why) => this.#end(why) });
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

  #end(why: Closure = SILENTLY): void {
    if (this.#over) return;
    this.hangUp();
    this.#hooks.over(this.#stood, why);
  }

  #hear(text: string): void {
    const frame = this.#over ? null : parseServerFrame(text);
    if (!frame) return;
    if (frame.event === "beat" || frame.event === "welcome") this.#expectLife();
    if (frame.event === "farewell") this.#hooks.farewell(frame);
    else if (!this.#stood) this.#enter(frame);
    else if (frame.event !== "beat") this.#hooks.frame(frame);
  }

  /** Before the welcome: a guest says the name, and is given a token. */
  #enter(frame: ServerFrame): void {
    if (frame.event === "welcome") {
      this.#stood = true;
      this.#hooks.welcome(frame);
    } else if (frame.event === "hello") {
      this.#hooks.hello(frame);
      this.#sayName();
    } else if (frame.event === "answer" && frame.id === ENTER) {
      const entered = parseResult("enter", frame.result);
      if (entered.ok) this.#hooks.token(entered.result.token);
    } else if (frame.event === "refusal") {
      this.#end({ code: SILENTLY.code, reason: new ChatError(frame.code, frame.detail) });
    }
  }

  #sayName(): void {
    if (!this.#entrance) return this.#end();
    const { name, password } = this.#entrance;
    this.send(encodeRequest(ENTER, "enter", { name, ...(password !== undefined && { password }) }, null));
  }

  #expectLife(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), SILENCE_MS);
    this.#timer.unref?.();
  }
}
