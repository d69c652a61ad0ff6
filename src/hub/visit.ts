// A guest's stay by one connection.

import type { Farewell, Origin, Visit } from "../core/ports/hub.ts";
import type { VisitChat } from "./visit-chat.ts";

export class HubVisit implements Visit {
  readonly chat: VisitChat;
  readonly token: string;
  /** The id of the token. */
  readonly passId: string;
  readonly origin: Origin;
  #why: Farewell | null = null;
  #listener: ((why: Farewell) => void) | null = null;

  constructor(chat: VisitChat, pass: { readonly id: string; readonly token: string }, origin: Origin) {
    this.chat = chat;
    this.passId = pass.id;
    this.token = pass.token;
    this.origin = origin;
  }

  /** It has ended, by either side. */
  get isOver(): boolean {
    return this.chat.isOver;
  }

  lost(): void {
    this.chat.part("lost");
  }

  ended(listener: (why: Farewell) => void): void {
    if (this.#why) listener(this.#why);
    else this.#listener = listener;
  }

  /** The hub ends it. */
  end(why: Farewell): void {
    if (this.#why) return;
    this.#why = why;
    this.#listener?.(why);
    this.chat.end();
  }
}
