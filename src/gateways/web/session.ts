// One client on its WebSocket: requests in, answers and events out.

import { ChatError } from "../../core/errors.ts";
import type { Chat } from "../../core/ports/chat.ts";
import { encodeAnswer, encodeBeat, encodeRefusal, encodeSelf, encodeWelcome, parseRequest, type Request } from "../../wire/web.ts";
import { METHODS, type MethodName, type Params } from "../../wire/web-methods.ts";
import { CLOSE, tellable } from "./answers.ts";
import { type Answered, COMMANDS, type Context } from "./commands.ts";
import type { Nonces } from "./nonces.ts";
import { MAX_BEHIND, Outbox, type Wire } from "./outbox.ts";
import { Watches } from "./watches.ts";

/** Requests under way beyond which no more are read. */
const MAX_UNDER_WAY = 256;
/** Milliseconds that a client has to take leave. */
const GOODBYE_MS = 1000;
/** Most requests that wait for what may never come. */
const MAX_WAITING = 256;

export type SessionOptions = {
  readonly chat: Chat;
  readonly nonces: Nonces<Answered>;
  readonly log: (line: string) => void;
};

export class Session {
  readonly #wire: Wire;
  readonly #options: SessionOptions;
  readonly #outbox: Outbox;
  readonly #watches: Watches;
  readonly #waiting = new Map<number, AbortController>();
  readonly #underWay = new Map<number, Promise<void>>();
  #selfTold = "";
  #alive = true;
  #leaving = false;

  constructor(wire: Wire, options: SessionOptions) {
    this.#wire = wire;
    this.#options = options;
    this.#outbox = new Outbox(wire, { beforeFlush: () => this.#selfIfNew(), flushed: () => this.#readOn() });
    this.#watches = new Watches(options.chat, this.#outbox);
    wire.socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    wire.socket.on("pong", () => {
      this.#alive = true;
    });
    wire.socket.on("error", (error) => options.log(`a client of the web gateway: ${error.message}`));
    wire.socket.on("close", () => this.#gone());
    const self = options.chat.self();
    this.#selfTold = self.name;
    this.#outbox.frame(encodeWelcome(self));
    this.#outbox.flush();
  }

  /** A sign of life both ways; drops a client that has shown none since the last. */
  beat(): void {
    if (!this.#alive) {
      this.#wire.socket.terminate();
      return;
    }
    this.#alive = false;
    this.#wire.socket.ping();
    this.#outbox.frame(encodeBeat());
  }

  /** Answers what is under way, says goodbye and closes; asks no more of a client that does not answer the goodbye. */
  async leave(): Promise<void> {
    const { socket } = this.#wire;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const timer = setTimeout(() => socket.terminate(), GOODBYE_MS);
    this.#leaving = true;
    socket.pause();
    await Promise.all(this.#underWay.values());
    this.#watches.endAll();
    this.#outbox.flush();
    socket.close(CLOSE.leaving, "leaving");
    socket.resume();
    await closed;
    clearTimeout(timer);
  }

  #gone(): void {
    this.#watches.stopAll();
    for (const waiting of this.#waiting.values()) waiting.abort();
  }

  #selfIfNew(): string | null {
    const self = this.#options.chat.self();
    if (self.name === this.#selfTold) return null;
    this.#selfTold = self.name;
    return encodeSelf(self);
  }

  #receive(data: unknown, isBinary: boolean): void {
    if (isBinary) {
      this.#wire.socket.close(CLOSE.text, "frames are text");
      return;
    }
    const request = parseRequest(String(data));
    if (request.method === null) this.#refuseMalformed(request.id, request.detail);
    else this.#run(request);
  }

  #refuseMalformed(id: number | null, detail: string): void {
    this.#outbox.frame(encodeRefusal(id, "bad-input", detail));
    if (id !== null) return;
    this.#outbox.flush();
    this.#wire.socket.close(CLOSE.protocol, "a frame that is no request");
  }

  #run(request: Request): void {
    const { id, method } = request;
    if (this.#underWay.has(id) || this.#waiting.has(id) || this.#watches.has(id)) {
      this.#refuse(id, new ChatError("bad-input", `request ${id} is under way already; number requests 1, 2, 3 …`));
      return;
    }
    if (METHODS[method].waits) this.#runWaiting(request);
    else this.#runShort(request);
  }

  #runShort(request: Request): void {
    const { id } = request;
    const work = this.#answer(request, neverAborted).finally(() => {
      this.#underWay.delete(id);
      this.#readOn();
    });
    this.#underWay.set(id, work);
    if (this.#isCrowded()) this.#wire.socket.pause();
  }

  #runWaiting(request: Request): void {
    const { id } = request;
    if (this.#waiting.size >= MAX_WAITING) {
      this.#refuse(id, new ChatError("busy", `at most ${MAX_WAITING} requests may wait at once`));
      return;
    }
    const abort = new AbortController();
    this.#waiting.set(id, abort);
    void this.#answer(request, abort.signal).finally(() => this.#waiting.delete(id));
  }

  /** Begins at once, so that what one client asks begins in the order in which it asks. Never rejects. */
  async #answer(request: Request, signal: AbortSignal): Promise<void> {
    const { id, nonce, method } = request;
    const context: Context = {
      ...this.#options,
      watches: this.#watches,
      id,
      nonce,
      signal,
      cancel: (other) => this.#waiting.get(other)?.abort(),
    };
    const work = () => runCommand(request, context);
    try {
      const result = await (nonce === null ? work() : this.#options.nonces.once(`${method} ${nonce}`, work));
      this.#outbox.frame(encodeAnswer(id, method, result));
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  #refuse(id: number, error: unknown): void {
    const { code, message, cause } = tellable(error);
    if (!(error instanceof ChatError)) this.#options.log(`the web gateway failed: ${cause instanceof Error ? cause.stack : cause}`);
    this.#outbox.frame(encodeRefusal(id, code, message));
  }

  /** A client that asks faster than it is answered, or reads slower, is heard again later. */
  #isCrowded(): boolean {
    return this.#underWay.size >= MAX_UNDER_WAY || this.#outbox.behind > MAX_BEHIND;
  }

  #readOn(): void {
    if (this.#wire.socket.isPaused && !this.#leaving && !this.#isCrowded()) this.#wire.socket.resume();
  }
}

const neverAborted = new AbortController().signal;

/** The table's types tie each method to its params; a union of requests cannot show that to the compiler, so it is said here once. */
function runCommand<M extends MethodName>(request: { readonly method: M; readonly params: unknown }, context: Context): Promise<Answered> {
  return COMMANDS[request.method](request.params as Params<M>, context) as Promise<Answered>;
}
