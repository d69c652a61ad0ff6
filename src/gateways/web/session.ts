// One client who is in, on its WebSocket: requests in, answers and events out.

import { ChatError, textForGuests } from "../../core/errors.ts";
import type { Chat } from "../../core/ports/chat.ts";
import type { Farewell, Visit } from "../../core/ports/hub.ts";
import type { Person } from "../../core/presence.ts";
import {
  encodeAnswer,
  encodeBeat,
  encodeFarewell,
  encodeRefusal,
  encodeSelf,
  encodeWelcome,
  NOT_WELCOME,
  parseRequest,
  type Request,
} from "../../wire/web.ts";
import { METHODS, type MethodName, type Params } from "../../wire/web-methods.ts";
import { CLOSE, closeReason, tellable } from "./answers.ts";
import { type Answered, COMMANDS, type Context } from "./commands.ts";
import type { Nonces } from "./nonces.ts";
import { Outbox, type Wire } from "./outbox.ts";
import type { Post } from "./post.ts";
import type { Tellings } from "./tellings.ts";
import type { Turns } from "./turns.ts";
import { Watches } from "./watches.ts";

/** Requests under way beyond which no more are read. */
const MAX_UNDER_WAY = 256;
/** Milliseconds for what is on its way out when a session ends, and for a client to take leave. */
const GOODBYE_MS = 3000;
/** Milliseconds after which one who fell behind, and still does not read, is closed. */
const BEHIND_MS = 30_000;
/** Most requests that wait for what may never come. */
const MAX_WAITING = 256;

/** The codes by which a client says goodbye (RFC 6455 §7.4.1); a page that is left or loaded again says 1001, and may be back. */
const GOODBYES: ReadonlySet<number> = new Set([1000, 1005]);

/** What all sessions of a gateway share. */
export type Shared = {
  readonly nonces: Nonces<Answered>;
  readonly post: Post;
  readonly tellings: Tellings;
  /** For what reads much of the past. */
  readonly turns: Turns;
  /** Those that stand. */
  readonly sessions: Set<Session>;
  readonly log: (line: string) => void;
};

/** Whom a session speaks for. */
export type Speaker = {
  readonly chat: Chat;
  /** Tells the nonces of one person from those of another. */
  readonly scope: string;
  /** A guest's, which ends with the session; null for the owner. */
  readonly visit: Visit | null;
};

export class Session {
  readonly #wire: Wire;
  readonly #shared: Shared;
  readonly #speaker: Speaker;
  readonly #outbox: Outbox;
  readonly #watches: Watches;
  #waiting: Map<number, AbortController> | null = null;
  #underWay: Set<number> | null = null;
  /** Settles once nothing more of the past is being read. */
  #reading: Promise<void> | null = null;
  #self: Person;
  #alive = true;
  #leaving: { readonly idle: () => void } | null = null;
  /** Runs while the client is behind. */
  #behind: NodeJS.Timeout | null = null;

  /** `first`: a frame that goes ahead of all others. */
  constructor(wire: Wire, shared: Shared, speaker: Speaker, first: string | null = null) {
    this.#wire = wire;
    this.#shared = shared;
    this.#speaker = speaker;
    this.#outbox = new Outbox(wire, shared.post, () => this.#cut());
    this.#watches = new Watches({ chat: speaker.chat, outbox: this.#outbox, tellings: shared.tellings, renamed: () => this.#tellSelf() });
    wire.socket.on("message", (data, isBinary) => this.receive(data, isBinary));
    wire.socket.on("pong", () => {
      this.#alive = true;
    });
    wire.socket.on("close", (code) => this.#gone(code));
    shared.sessions.add(this);
    this.#self = speaker.chat.self();
    if (first !== null) this.#outbox.frame(first);
    this.#outbox.frame(encodeWelcome(this.#self));
  }

  /** A sign of life both ways; drops a client that has shown none since the last. */
  beat(): void {
    if (this.#behind !== null) return;
    if (!this.#alive) {
      this.#wire.socket.terminate();
      return;
    }
    this.#alive = false;
    this.#wire.socket.ping();
    this.#outbox.frame(encodeBeat());
  }

  /** The hub ends the visit: says why and closes. */
  farewell(why: Farewell): void {
    this.#outbox.frame(encodeFarewell(why));
    this.#outbox.flush();
    this.#wire.socket.close(why.code === "closing" ? CLOSE.leaving : NOT_WELCOME, closeReason(why.text));
  }

  /** Answers what is under way, says goodbye and closes; waits a few seconds for a client that is slow to read. */
  async leave(): Promise<void> {
    const { socket } = this.#wire;
    if (socket.readyState === socket.CLOSED) return;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const timer = setTimeout(() => socket.terminate(), GOODBYE_MS);
    if (socket.readyState === socket.OPEN) await this.#takeLeave();
    await closed;
    clearTimeout(timer);
  }

  async #takeLeave(): Promise<void> {
    const { socket } = this.#wire;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#leaving = { idle: resolve };
    socket.pause();
    if (this.#underWay !== null) await promise;
    this.#watches.endAll("closed");
    if (this.#speaker.visit) this.#outbox.frame(encodeFarewell({ code: "closing", text: "the hub is closing; it may be back" }));
    this.#outbox.flush();
    socket.close(CLOSE.leaving, "leaving");
    socket.resume();
  }

  #gone(code: number): void {
    if (this.#behind) clearTimeout(this.#behind);
    this.#watches.stopAll();
    for (const waiting of this.#waiting?.values() ?? []) waiting.abort();
    this.#leaving?.idle();
    const { sessions, log } = this.#shared;
    sessions.delete(this);
    const { visit } = this.#speaker;
    if (!GOODBYES.has(code)) visit?.lost();
    else visit?.chat.close().catch((error: unknown) => log(`a visit did not end well: ${error}`));
  }

  /** The client fell behind: it hears no more until it has read and asks again, and is closed if it does not read at all. */
  #cut(): void {
    this.#watches.endAll("busy");
    if (this.#behind !== null) return;
    this.#behind = setTimeout(() => this.#wire.socket.close(CLOSE.slow, "too slow to read"), BEHIND_MS).unref();
    this.#wire.connection.once("drain", () => {
      if (this.#behind) clearTimeout(this.#behind);
      this.#behind = null;
      this.#readOn();
    });
  }

  #tellSelf(): void {
    const self = this.#speaker.chat.self();
    if (self.name === this.#self.name && self.id === this.#self.id) return;
    this.#self = self;
    this.#outbox.frame(encodeSelf(self));
  }

  /** A frame of the client. */
  receive(data: unknown, isBinary: boolean): void {
    this.#alive = true;
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
    if (this.#underWay?.has(id) || this.#waiting?.has(id) || this.#watches.has(id)) {
      this.#refuse(id, new ChatError("bad-input", `request ${id} is under way already; number requests 1, 2, 3 …`));
      return;
    }
    if (METHODS[method].waits) this.#runWaiting(request);
    else void this.#runShort(request);
  }

  async #runShort(request: Request): Promise<void> {
    const { id } = request;
    this.#underWay ??= new Set();
    this.#underWay.add(id);
    if (this.#isCrowded()) this.#wire.socket.pause();
    await (readsMuch(request) ? this.#answerInTurn(request, neverAborted) : this.#answer(request, neverAborted));
    this.#underWay.delete(id);
    if (this.#underWay.size === 0) this.#rest();
    this.#readOn();
  }

  #rest(): void {
    this.#underWay = null;
    this.#leaving?.idle();
  }

  #runWaiting(request: Request): void {
    const { id } = request;
    this.#waiting ??= new Map();
    const waiting = this.#waiting;
    if (waiting.size >= MAX_WAITING) {
      this.#refuse(id, new ChatError("busy", `at most ${MAX_WAITING} requests may wait at once`));
      return;
    }
    const abort = new AbortController();
    waiting.set(id, abort);
    const answer = readsMuch(request) ? this.#answerInTurn(request, abort.signal) : this.#answer(request, abort.signal);
    void answer.finally(() => {
      waiting.delete(id);
      if (waiting.size === 0) this.#waiting = null;
    });
  }

  /** One after the other, each once the client has read what came before: an answer may have megabytes. Never rejects. */
  #answerInTurn(request: Request, signal: AbortSignal): Promise<void> {
    const { turns } = this.#shared;
    const reading = (this.#reading ?? Promise.resolve())
      .then(() => this.#outbox.caughtUp())
      .then(() => turns.run(() => this.#answerIfHere(request, signal)))
      .then(() => {
        if (this.#reading === reading) this.#reading = null;
      });
    this.#reading = reading;
    return reading;
  }

  async #answerIfHere(request: Request, signal: AbortSignal): Promise<void> {
    const { socket } = this.#wire;
    if (socket.readyState !== socket.OPEN) return;
    await this.#answer(request, signal);
    this.#outbox.flush();
  }

  /** Begins at once, so that what one client asks begins in the order in which it asks. Never rejects. */
  async #answer(request: Request, signal: AbortSignal): Promise<void> {
    const { id, nonce, method } = request;
    const { chat, scope } = this.#speaker;
    const context: Context = { chat, watches: this.#watches, id, nonce, signal, cancel: (other) => this.#waiting?.get(other)?.abort() };
    const work = () => runCommand(request, context);
    try {
      const isKeptElsewhere = nonce === null || method === "say";
      const result = await (isKeptElsewhere ? work() : this.#shared.nonces.once(`${scope} ${method} ${nonce}`, work));
      this.#tellSelf();
      const text = encodeAnswer(id, method, result);
      if (METHODS[method].writes) this.#outbox.lastFrame(text);
      else this.#outbox.frame(text);
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  #refuse(id: number, error: unknown): void {
    const told = tellable(error);
    const { code, message, cause } = told;
    if (!(error instanceof ChatError)) this.#shared.log(`the web gateway failed: ${cause instanceof Error ? cause.stack : cause}`);
    this.#outbox.frame(encodeRefusal(id, code, this.#speaker.visit ? textForGuests(told) : message));
  }

  /** A client that asks faster than it is answered, or reads slower, is heard again later. */
  #isCrowded(): boolean {
    return (this.#underWay?.size ?? 0) >= MAX_UNDER_WAY || this.#outbox.isBehind;
  }

  #readOn(): void {
    if (this.#wire.socket.isPaused && this.#leaving === null && !this.#isCrowded()) this.#wire.socket.resume();
  }
}

/** What may be answered with much of the past. */
const readsMuch = ({ method, params }: Request): boolean =>
  method === "history" || method === "search" || method === "rooms" || (method === "watch" && params.after !== undefined);

const neverAborted = new AbortController().signal;

/** The table's types tie each method to its params; a union of requests cannot show that to the compiler, so it is said here once. */
function runCommand<M extends MethodName>(request: { readonly method: M; readonly params: unknown }, context: Context): Promise<Answered> {
  return COMMANDS[request.method](request.params as Params<M>, context) as Promise<Answered>;
}
