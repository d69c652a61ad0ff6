// A connection without the owner's token: it becomes a guest's by name, password or the token of an earlier visit, or it ends.

import { ChatError, textForGuests } from "../../core/errors.ts";
import type { Credentials, FrontDesk, Origin, Visit } from "../../core/ports/hub.ts";
import { encodeAnswer, encodeHello, encodeRefusal, NOT_WELCOME, parseRequest, type Request, TOKEN_REFUSED } from "../../wire/web.ts";
import { CLOSE, closeReason, tellable } from "./answers.ts";
import type { Wire } from "./outbox.ts";

/** Milliseconds to enter. */
const PATIENCE_MS = 30_000;
/** Names and passwords that one connection may try. */
const MAX_TRIES = 10;
/** Bytes of refusals that one who has not entered may leave unread. */
const MAX_UNREAD = 256 * 1024;

export type EntranceHooks = {
  /** With the answer to `enter` and what came behind it, for whoever goes on with the connection. */
  readonly entered: (entered: Entered) => void;
  /** Entered, or gone. */
  readonly over: () => void;
};
export type Entered = { readonly visit: Visit; readonly answer: string | null; readonly behind: readonly Frame[] };
type Frame = readonly [data: unknown, isBinary: boolean];

export class Entrance {
  readonly #wire: Wire;
  readonly #desk: FrontDesk;
  readonly #from: Origin;
  readonly #hooks: EntranceHooks;
  readonly #timer: NodeJS.Timeout;
  readonly #hear = (data: unknown, isBinary: boolean): void => this.#receive(data, isBinary);
  readonly #over = (): void => {
    clearTimeout(this.#timer);
    this.#hooks.over();
  };
  #behind: Frame[] | null = null;
  #tries = 0;

  constructor(wire: Wire, { desk, from }: { readonly desk: FrontDesk; readonly from: Origin }, hooks: EntranceHooks) {
    this.#wire = wire;
    this.#desk = desk;
    this.#from = from;
    this.#hooks = hooks;
    this.#timer = setTimeout(() => this.close(CLOSE.slow, "nobody entered"), PATIENCE_MS).unref();
    wire.socket.on("message", this.#hear).on("close", this.#over);
  }

  /** Says who is here, and waits for a name. */
  greet(): void {
    const { title, welcome } = this.#desk.about();
    this.#wire.socket.send(encodeHello(title, welcome));
  }

  /** Enters at once, or closes. */
  async show(token: string): Promise<void> {
    try {
      await this.#enter({ kind: "token", token });
    } catch (error) {
      const told = tellable(error);
      if (told.code === "bad-signature") this.close(TOKEN_REFUSED, told.message);
      else this.close(told.code === "not-allowed" ? NOT_WELCOME : CLOSE.slow, textForGuests(told));
    }
  }

  close(code: number, why: string): void {
    clearTimeout(this.#timer);
    this.#wire.socket.close(code, closeReason(why));
    this.#wire.socket.resume();
  }

  #receive(data: unknown, isBinary: boolean): void {
    if (!this.#isOpen) return;
    if (this.#behind) {
      this.#behind.push([data, isBinary]);
      return;
    }
    const request = isBinary ? null : parseRequest(String(data));
    if (!request || request.id === null) this.close(isBinary ? CLOSE.text : CLOSE.protocol, "the first frame is a request to enter");
    else if (request.method === null) this.#refuse(request.id, new ChatError("bad-input", request.detail));
    else if (request.method === "enter") void this.#tryToEnter(request);
    else this.#refuse(request.id, outside());
  }

  async #tryToEnter({ id, params: { name, password } }: Extract<Request, { readonly method: "enter" }>): Promise<void> {
    try {
      await this.#enter({ kind: "name", name, password: password ?? null }, id);
    } catch (error) {
      const behind = this.#behind ?? [];
      this.#behind = null;
      this.#refuse(id, error);
      for (const [data, isBinary] of behind) this.#refuseBehind(isBinary ? null : parseRequest(String(data)).id);
      if (++this.#tries >= MAX_TRIES) this.close(NOT_WELCOME, "too many tries");
      this.#wire.socket.resume();
    }
  }

  /** Nothing more is read until it is known who it is. */
  async #enter(who: Credentials, request: number | null = null): Promise<void> {
    const { socket } = this.#wire;
    this.#behind = [];
    socket.pause();
    const visit = await this.#desk.enter(who, this.#from);
    if (!this.#isOpen) {
      await visit.chat.close();
      return;
    }
    this.#over();
    socket.off("message", this.#hear).off("close", this.#over);
    const answer = request === null ? null : encodeAnswer(request, "enter", { token: visit.token });
    this.#hooks.entered({ visit, answer, behind: this.#behind });
    socket.resume();
  }

  #refuseBehind(id: number | null): void {
    if (id === null) this.close(CLOSE.protocol, "a frame that is no request");
    else this.#refuse(id, outside());
  }

  #refuse(id: number, error: unknown): void {
    if (!this.#isOpen) return;
    const { socket } = this.#wire;
    const told = tellable(error);
    socket.send(encodeRefusal(id, told.code, textForGuests(told)));
    if (socket.bufferedAmount > MAX_UNREAD) this.close(CLOSE.slow, "too slow to read");
  }

  get #isOpen(): boolean {
    const { socket } = this.#wire;
    return socket.readyState === socket.OPEN;
  }
}

const outside = (): ChatError => new ChatError("not-allowed", "enter first, by a name");
