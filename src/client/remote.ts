// Chat over WebSocket: what a person can do at a peer that runs elsewhere. Runs in browsers and in Node alike.

import { ChatError } from "../core/errors.ts";
import type { Conversation, EntryId } from "../core/ids.ts";
import type { Chat, HistoryQuery, Message, PersonInfo, RoomInfo, SayOptions, Watcher } from "../core/ports/chat.ts";
import type { Farewell, HubAction } from "../core/ports/hub.ts";
import type { OrderKey } from "../core/ports/store.ts";
import type { Person, Status } from "../core/presence.ts";
import type { ServerFrame } from "../wire/web.ts";
import type { MethodName, Params, Result } from "../wire/web-methods.ts";
import type { Address, Entrance, Hello, Welcome } from "./call.ts";
import { Line } from "./line.ts";
import { Requests } from "./requests.ts";
import { type Dial, dialBy } from "./socket.ts";
import { Watchings } from "./watchings.ts";

/** `open` stands, `lost` tries again by itself, `closed` is over. */
export type ConnectionState = "open" | "lost" | "closed";

export type { Address, Entrance, Hello } from "./call.ts";

export type ConnectOptions = {
  /** `ws://HOST:PORT/chat` and the token; or how to find them, asked before every dial, null while nobody is there. */
  readonly to: Address | (() => Promise<Address | null> | Address | null);
  /** Enters a hub as a guest of this name, with a password as a member. The token is then that of an earlier visit, if any;
   *  where it is refused, the name is given again. Left out, the token is the owner's. */
  readonly as?: Entrance;
  /** `why` is given with `closed`. */
  readonly onState?: (state: ConnectionState, why?: ChatError) => void;
  /** What the hub says of itself to those who enter by name. */
  readonly onHello?: (hello: Hello) => void;
  /** A token by which the hub lets the same guest in again, also after a restart of either. */
  readonly onToken?: (token: string) => void;
  /** The hub ended the visit. After `closing` this comes back by itself; after the others everything rejects with `not-allowed`. */
  readonly onFarewell?: (farewell: Farewell) => void;
  /** Milliseconds of being lost after which everything rejects with `unreachable` and the chat is closed. Default: never. */
  readonly patience?: number;
  /** Default: by the platform's WebSocket. */
  readonly dial?: Dial;
};

/** Connects; rejects `unreachable`, and for a guest what entering is refused for: `in-use` (the name is taken), `bad-signature` (the
 *  password), `bad-input`, `not-allowed` (banned), `rate-limited`, `busy`. What is asked while the connection is lost waits for it, and runs once. */
export async function connectChat(options: ConnectOptions): Promise<Chat> {
  const chat = new RemoteChat(options);
  await chat.open();
  return chat;
}

class RemoteChat implements Chat {
  readonly #line: Line;
  readonly #requests: Requests;
  readonly #watchings: Watchings;
  readonly #onState: NonNullable<ConnectOptions["onState"]>;
  #self: Person | null = null;
  #over: ChatError | null = null;

  constructor(options: ConnectOptions) {
    const { to, as = null, dial = dialBy(), patience = Number.POSITIVE_INFINITY } = options;
    const { onState = ignore, onHello = ignore, onToken = ignore, onFarewell = ignore } = options;
    this.#onState = onState;
    this.#line = new Line(
      { address: typeof to === "function" ? to : () => to, entrance: as, dial, patience },
      {
        ...{ hello: onHello, token: onToken, farewell: onFarewell },
        stands: (welcome, again) => this.#stands(welcome, again),
        frame: (frame) => this.#heard(frame),
        lost: () => onState("lost"),
        over: (why) => this.#end(why),
      },
    );
    this.#requests = new Requests((text) => this.#line.send(text));
    this.#watchings = new Watchings(this.#requests);
  }

  open(): Promise<void> {
    return this.#line.open();
  }

  #stands({ self }: Welcome, again: boolean): void {
    this.#self = self;
    this.#onState("open");
    if (!again) return;
    this.#requests.resend();
    this.#watchings.resumeAll();
  }

  #heard(frame: ServerFrame): void {
    if (frame.event === "events") this.#watchings.heard(frame.watch, frame.events);
    else if (frame.event === "answer") this.#requests.answered(frame.id, frame.result);
    else if (frame.event === "refusal") this.#requests.refused(frame.id ?? 0, frame.code, frame.detail);
    else if (frame.event === "end") this.#watchings.ended(frame.watch, frame.why);
    else if (frame.event === "self") this.#self = frame.self;
  }

  async #ask<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.#over) throw this.#over;
    return this.#requests.ask(method, params);
  }

  self(): Person {
    if (!this.#self) throw new ChatError("closed", "not connected yet");
    return this.#self;
  }

  async say(room: Conversation, text: string, { nonce, ...options }: SayOptions = {}): Promise<Message> {
    if (this.#over) throw this.#over;
    return this.#requests.ask("say", { room, text, ...options }, { nonce });
  }

  edit(id: EntryId, text: string): Promise<Message> {
    return this.#ask("edit", { id, text });
  }

  async redact(id: EntryId): Promise<void> {
    await this.#ask("redact", { id });
  }

  async react(id: EntryId, emoji: string, on = true): Promise<void> {
    await this.#ask("react", { id, emoji, on });
  }

  join(room: Conversation): Promise<RoomInfo> {
    return this.#ask("join", { room });
  }

  async leave(room: Conversation): Promise<void> {
    await this.#ask("leave", { room });
  }

  async setTopic(room: Conversation, text: string): Promise<void> {
    await this.#ask("setTopic", { room, text });
  }

  async rename(name: string): Promise<Person> {
    this.#self = await this.#ask("rename", { name });
    return this.#self;
  }

  async setStatus(status: Exclude<Status, "offline">, text?: string): Promise<void> {
    await this.#ask("setStatus", text === undefined ? { status } : { status, text });
  }

  typing(room: Conversation): void {
    if (this.#line.stands) this.#ask("typing", { room }).catch(ignore);
  }

  async markRead(room: Conversation, upTo: OrderKey): Promise<void> {
    await this.#ask("markRead", { room, upTo });
  }

  async people(): Promise<readonly PersonInfo[]> {
    const people = await this.#ask("people", {});
    this.#watchings.present.listed(people);
    return people;
  }

  rooms(): Promise<readonly RoomInfo[]> {
    return this.#ask("rooms", {});
  }

  history(room: Conversation, { limit, before, after }: HistoryQuery): Promise<readonly Message[]> {
    return this.#ask("history", { room, limit, ...(before && { before }), ...(after && { after }) });
  }

  search(words: string, { room, limit, before }: Parameters<Chat["search"]>[1]): Promise<readonly Message[]> {
    return this.#ask("search", { words, limit, ...(room && { room }), ...(before && { before }) });
  }

  async delivered(id: EntryId, signal?: AbortSignal): Promise<void> {
    if (this.#over) throw this.#over;
    signal?.throwIfAborted();
    const request = this.#requests.nextId();
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = () => {
      this.#requests.forget(request);
      this.#ask("cancel", { request }).catch(ignore);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await Promise.race([this.#requests.ask("delivered", { id }, { id: request }), promise]);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async watch(watcher: Watcher, after?: number): Promise<{ readonly cursor: number; stop(): void }> {
    if (this.#over) throw this.#over;
    return this.#watchings.start(watcher, after);
  }

  hub(action: HubAction): Promise<readonly string[]> {
    return this.#ask("hub", { action });
  }

  async close(): Promise<void> {
    this.#end(new ChatError("closed", "the connection was closed"));
  }

  #end(why: ChatError): void {
    if (this.#over) return;
    this.#over = why;
    this.#line.close();
    this.#requests.failAll(why);
    this.#onState("closed", why); // before the watchers, who have to know why
    this.#watchings.endAll();
  }
}

/** For what nobody waits for. */
function ignore(): void {}
