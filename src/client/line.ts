// A connection that stands again by itself after it was lost.

import { ChatError, type ErrorCode } from "../core/errors.ts";
import type { Farewell } from "../core/ports/hub.ts";
import { type ServerFrame, TOKEN_REFUSED } from "../wire/web.ts";
import { type Address, Call, type Entrance, type Hello, type Welcome } from "./call.ts";
import type { Closure, Dial } from "./socket.ts";

export type LineOptions = {
  /** Asked before each dial: a restart may have changed it. Null while nobody is known to be there. */
  readonly address: () => Promise<Address | null> | Address | null;
  /** Who enters where no token lets in; null for the owner, who has one. */
  readonly entrance: Entrance | null;
  readonly dial: Dial;
  /** Milliseconds of being lost after which it gives up. */
  readonly patience: number;
};

export type LineHooks = {
  readonly hello: (hello: Hello) => void;
  readonly token: (token: string) => void;
  /** It stands. `again` is false the first time. */
  readonly stands: (welcome: Welcome, again: boolean) => void;
  readonly frame: (frame: ServerFrame) => void;
  readonly farewell: (farewell: Farewell) => void;
  readonly lost: () => void;
  /** It stood and will not stand again: it was lost for longer than patience, or nobody is let in any more. */
  readonly over: (why: ChatError) => void;
};

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** So long the name may be taken by one's own former connection, which the hub has not missed yet. */
const NAMESAKE_MS = 60_000;

export class Line {
  readonly #options: LineOptions;
  readonly #hooks: LineHooks;
  #call: Call | null = null;
  #stands = false;
  #stood = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pause = FIRST_PAUSE_MS;
  #lostAt = 0;
  #closed = false;
  /** The token that was given last; the address may have none, or one from before. */
  #token: string | undefined;
  /** The token that was refused last. */
  #refused: string | undefined;
  #farewell: Farewell | null = null;

  constructor(options: LineOptions, hooks: LineHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  /** Dials for the first time; rejects `unreachable`, and what entering is refused for. */
  async open(): Promise<void> {
    const address = await this.#options.address();
    if (!address) throw new ChatError("unreachable", "no Earshot is known to run there");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#dial(address, resolve, ({ reason }) => reject(reason ?? nobodyAnswers(address)));
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

  /** Dials with a token where there is one; a guest whose token is refused enters by name. */
  #dial(address: Address, entered: () => void, refused: (why: Closure) => void): void {
    const { entrance, dial } = this.#options;
    const newest = address.token === this.#refused ? undefined : address.token;
    const token = entrance ? (newest ?? this.#token) : address.token;
    this.#farewell = null;
    this.#call = new Call(dial, { url: address.url, token }, entrance, {
      ...this.#hooks,
      token: (given) => {
        this.#token = given;
        this.#hooks.token(given);
      },
      welcome: (welcome) => {
        this.#stand(welcome);
        entered();
      },
      farewell: (farewell) => this.#heardFarewell(farewell),
      over: (stood, why) => {
        const byName = entrance !== null && token !== undefined && isTokenRefused(why);
        if (this.#farewell && this.#farewell.code !== "closing") this.#end(new ChatError("not-allowed", this.#farewell.text), refused);
        else if (stood) this.#lose();
        else if (byName) this.#dialByName({ ...address, token }, entered, refused);
        else refused(why);
      },
    });
  }

  #dialByName({ url, token }: Address, entered: () => void, refused: (why: Closure) => void): void {
    this.#refused = token;
    this.#token = undefined;
    this.#dial({ url }, entered, refused);
  }

  #stand(welcome: Welcome): void {
    const again = this.#stood;
    this.#stands = true;
    this.#stood = true;
    this.#pause = FIRST_PAUSE_MS;
    this.#hooks.stands(welcome, again);
  }

  #heardFarewell(farewell: Farewell): void {
    this.#farewell = farewell;
    this.#hooks.farewell(farewell);
  }

  #end(why: ChatError, refused: (why: Closure) => void): void {
    if (this.#stood) this.#hooks.over(why);
    else refused({ code: 1000, reason: why });
  }

  #lose(): void {
    this.#stands = false;
    this.#lostAt = performance.now();
    this.#hooks.lost();
    this.#tryLater(null);
  }

  /** Tries again after a pause that grows, and differs from client to client so that they do not all come at once. */
  #tryLater(reason: ChatError | null): void {
    if (this.#closed) return;
    const lost = performance.now() - this.#lostAt;
    if (reason && isFinal(reason, lost)) return this.#hooks.over(reason);
    if (lost > this.#options.patience) {
      return this.#hooks.over(new ChatError("unreachable", "the connection was lost and did not come back"));
    }
    this.#retry = setTimeout(() => void this.#tryNow(), this.#pause * (0.5 + Math.random() / 2));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  async #tryNow(): Promise<void> {
    const address = await this.#address();
    if (this.#closed) return;
    if (!address) return this.#tryLater(null);
    this.#dial(
      address,
      () => {},
      ({ reason }) => this.#tryLater(reason),
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

/** Answers that do not become others by asking again. */
const FINAL: readonly ErrorCode[] = ["bad-input", "bad-signature", "not-allowed"];

const isFinal = ({ code }: ChatError, lostFor: number): boolean => FINAL.includes(code) || (code === "in-use" && lostFor > NAMESAKE_MS);

const isTokenRefused = ({ code, reason }: Closure): boolean => code === TOKEN_REFUSED || reason?.code === "bad-signature";

const nobodyAnswers = ({ url, token }: Address): ChatError =>
  new ChatError("unreachable", `no Earshot answers at ${url}${token === undefined ? "" : ", or it wants another token"}`);
