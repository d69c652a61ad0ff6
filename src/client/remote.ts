// Chat over WebSocket: what a person can do at a peer that runs elsewhere. Runs in browsers and in Node alike.

import { ChatError } from "../core/errors.ts";
import type { Conversation, EntryId } from "../core/ids.ts";
import type { Chat, HistoryQuery, Message, PersonInfo, RoomInfo, SayOptions, Watcher } from "../core/ports/chat.ts";
import type { HubAction } from "../core/ports/hub.ts";
import type { OrderKey } from "../core/ports/store.ts";
import type { Person, Status } from "../core/presence.ts";
import type { ServerFrame } from "../wire/web.ts";
import type { MethodName, Params, Result } from "../wire/web-methods.ts";
import type { Address, Welcome } from "./call.ts";
import { Line } from "./line.ts";
import { Requests } from "./requests.ts";
import { type Dial, dialBy } from "./socket.ts";
import { Watchings } from "./watchings.ts";

/** `open` stands, `lost` tries again by itself, `closed` is over. */
export type ConnectionState = "open" | "lost" | "closed";

export type ConnectOptions = {
  /** `ws://HOST:PORT/chat` and the token; or how to find them, asked before every dial, null while nobody is there. */
  readonly to: Address | (() => Promise<Address | null> | Address | null);
  readonly onState?: (state: ConnectionState) => void;
  /** Milliseconds of being lost after which everything rejects with `unreachable` and the chat is closed. Default: never. */
  readonly patience?: number;
  /** Default: by the platform's WebSocket. */
  readonly dial?: Dial;
};

/** Connects; rejects `unreachable`. What is asked while the connection is lost waits for it, and runs once.
 *  Only `say` under way while the peer was killed rejects with `unreachable`, since nobody knows whether it was stored. */
export async function connectChat({ to, onState, patience = Number.POSITIVE_INFINITY, dial = dialBy() }: ConnectOptions): Promise<Chat> {
  const chat = new RemoteChat({ address: typeof to === "function" ? to : () => to, dial, patience }, onState ?? (() => {}));
  await chat.open();
  return chat;
}

class RemoteChat implements Chat {
  readonly #line: Line;
  readonly #requests: Requests;
  readonly #watchings: Watchings;
  readonly #onState: (state: ConnectionState) => void;
  #self: Person | null = null;
  #over: ChatError | null = null;

  constructor(options: ConstructorParameters<typeof Line>[0], onState: (state: ConnectionState) => void) {
    this.#onState = onState;
    this.#line = new Line(options, {
      stands: (welcome, again) => this.#stands(welcome, again),
      frame: (frame) => this.#heard(frame),
      lost: () => onState("lost"),
      gaveUp: () => this.#end(new ChatError("unreachable", "the connection was lost and did not come back")),
    });
    this.#requests = new Requests((text) => this.#line.send(text));
    this.#watchings = new Watchings(this.#requests);
  }

  open(): Promise<void> {
    return this.#line.open();
  }

  #stands({ self, instance }: Welcome, again: boolean): void {
    this.#self = self;
    this.#requests.reached(instance);
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

  say(room: Conversation, text: string, options: SayOptions = {}): Promise<Message> {
    return this.#ask("say", { room, text, ...options });
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

  people(): Promise<readonly PersonInfo[]> {
    return this.#ask("people", {});
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
      await Promise.race([this.#requests.ask("delivered", { id }, request), promise]);
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
    this.#watchings.endAll();
    this.#onState("closed");
  }
}

/** For what nobody waits for. */
function ignore(): void {}
