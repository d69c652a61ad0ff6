// A conversation by plain lines: what commands of `chat` work on.

import { setTimeout as pause } from "node:timers/promises";
import type { Conversation } from "../../../core/ids.ts";
import type { Chat, Message, PersonInfo } from "../../../core/ports/chat.ts";
import type { Directory } from "../../../talk/directory.ts";
import type { Talker } from "../../../talk/talker.ts";
import { newestOf } from "../range.ts";
import { LOOK_AGAIN_MS, LOOK_MS } from "../target.ts";
import type { Outbox } from "./outbox.ts";
import type { Screen } from "./screen.ts";
import type { Transcript } from "./transcript.ts";

export class Session implements Talker {
  readonly chat: Chat;
  readonly transcript: Transcript;
  readonly #screen: Screen;
  readonly #outbox: Outbox;
  readonly #lookUntil: number;
  #over = false;

  constructor(chat: Chat, screen: Screen, transcript: Transcript, outbox: Outbox) {
    this.chat = chat;
    this.#lookUntil = performance.now() + LOOK_MS;
    this.transcript = transcript;
    this.#screen = screen;
    this.#outbox = outbox;
  }

  quit(): void {
    this.#over = true;
  }

  get over(): boolean {
    return this.#over;
  }

  get room(): Conversation {
    return this.transcript.room;
  }

  get people(): Directory {
    return this.transcript.people;
  }

  async here(): Promise<readonly PersonInfo[]> {
    return this.transcript.here;
  }

  async own(): Promise<PersonInfo | undefined> {
    return this.transcript.own;
  }

  say(text: string, room: Conversation = this.room): Promise<void> {
    return this.#outbox.say(room, text);
  }

  /** Just after the start it is asked again until it finds somebody, since people are still turning up. */
  async lookFor<T>(find: () => T | null): Promise<T | null> {
    let found = find();
    while (found === null && performance.now() < this.#lookUntil) {
      await pause(LOOK_AGAIN_MS);
      found = find();
    }
    return found;
  }

  tell(...lines: readonly string[]): void {
    this.transcript.news(...lines);
  }

  async showPast(room: Conversation, limit: number): Promise<void> {
    const messages = await newestOf(this.chat, room, { after: null, before: null }, limit);
    if (messages.length > 0) this.transcript.showMessages(messages);
    else this.tell("nothing was said here yet");
  }

  async enter(room: Conversation): Promise<void> {
    await this.#outbox.idle();
    this.transcript.flush();
    this.transcript.room = room;
    this.#screen.prompt(`${this.transcript.people.target(room)}> `);
  }
}

/** Where in these messages the unread ones begin: those of others are counted, from the end. */
export function firstUnread(messages: readonly Message[], unread: number, self: string): number {
  let left = unread;
  for (let index = messages.length - 1; index >= 0; index--) {
    if (left === 0) return index + 1;
    if (messages[index]?.from.id !== self) left--;
  }
  return 0;
}
