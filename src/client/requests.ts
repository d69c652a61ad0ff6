// Requests on their way: each is answered once, also when the connection is lost in between.

import { ChatError, type ErrorCode } from "../core/errors.ts";
import { encodeRequest, MAX_REQUEST, parseResult } from "../wire/web.ts";
import { METHODS, type MethodName, type Params, type Result } from "../wire/web-methods.ts";

/** Most requests that are not answered yet. */
const MAX_PENDING = 65_536;

type Pending = {
  /** Made when it is sent: what a watch asks for depends on what it has seen. */
  readonly encode: () => string;
  readonly answered: (result: unknown) => void;
  readonly failed: (error: ChatError) => void;
};

type Marks = { readonly id?: number | undefined; readonly nonce?: string | undefined };

export class Requests {
  readonly #trySend: (text: string) => boolean;
  /** Marks this client's requests, so that a gateway knows one that comes again. */
  readonly #client = crypto.getRandomValues(new Uint8Array(12)).toBase64({ alphabet: "base64url" });
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** `trySend` says whether there was a connection to send it on. */
  constructor(trySend: (text: string) => boolean) {
    this.#trySend = trySend;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** Asks, and asks again after a loss until there is an answer. Rejects with what the gateway refused it for.
   *  The id and the nonce are made where they are not given. */
  ask<M extends MethodName>(method: M, params: Params<M> | (() => Params<M>), marks: Marks = {}): Promise<Result<M>> {
    const { id = this.nextId(), nonce = METHODS[method].writes ? `${this.#client}.${id}` : null } = marks;
    return new Promise((resolve, reject) => {
      const encode = () => encodeRequest(id, method, typeof params === "function" ? params() : params, nonce);
      const text = encode();
      if (this.#pending.size >= MAX_PENDING) throw new ChatError("busy", "too many requests are waiting for an answer");
      if (isTooLong(text)) throw new ChatError("too-large", "this is longer than a request may be");
      const answered = (value: unknown) => {
        const parsed = parseResult(method, value);
        if (parsed.ok) resolve(parsed.result);
        else reject(new ChatError("unreachable", `the other side answers ${method} in a way this program does not know`));
      };
      this.#trySend(text);
      this.#pending.set(id, { encode, answered, failed: reject });
    });
  }

  /** Forgets a request; its answer, if one comes, is nobody's. */
  forget(id: number): void {
    this.#pending.delete(id);
  }

  isPending(id: number): boolean {
    return this.#pending.has(id);
  }

  answered(id: number, result: unknown): void {
    this.#take(id)?.answered(result);
  }

  refused(id: number, code: ErrorCode, detail: string): void {
    this.#take(id)?.failed(new ChatError(code, detail));
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** Sends again what was not answered, in the order in which it was asked. */
  resend(): void {
    for (const { encode } of this.#pending.values()) this.#trySend(encode());
  }

  failAll(error: ChatError): void {
    for (const id of [...this.#pending.keys()]) this.#take(id)?.failed(error);
  }
}

const utf8 = new TextEncoder();

const isTooLong = (text: string): boolean => text.length > MAX_REQUEST / 3 && utf8.encode(text).length > MAX_REQUEST;
