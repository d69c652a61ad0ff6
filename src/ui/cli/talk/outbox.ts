// Says what was typed, in order, many at once but not without bound, and loses nothing.

import { setTimeout as pause } from "node:timers/promises";
import { MAX_TEXT } from "../../../core/body.ts";
import { ChatError, type ErrorCode } from "../../../core/errors.ts";
import type { Conversation } from "../../../core/ids.ts";
import type { Chat } from "../../../core/ports/chat.ts";
import type { Said } from "../arrive.ts";
import { pieces } from "./typed-lines.ts";

/** How many may be under way at once. */
const WINDOW = 256;
/** Errors after which the same may well succeed a little later. */
const PASSING: readonly ErrorCode[] = ["rate-limited", "busy", "unreachable"];
const TRIES = 6;
const FIRST_PAUSE_MS = 100;

/** Told of a text that could not be said, with the reason. */
export type Refused = (text: string, error: ChatError) => void;

export class Outbox {
  readonly #chat: Pick<Chat, "say">;
  readonly #refused: Refused;
  readonly #underWay = new Set<Promise<void>>();
  readonly #last = new Map<Conversation, Said>();

  constructor(chat: Pick<Chat, "say">, refused: Refused) {
    this.#chat = chat;
    this.#refused = refused;
  }

  /** Resolves when there is room for the next one; `idle` tells when it is said. A text too long for one message becomes several. */
  async say(room: Conversation, text: string): Promise<void> {
    for (const piece of fitting(text)) {
      while (this.#underWay.size >= WINDOW) await Promise.race(this.#underWay);
      const saying: Promise<void> = this.#say(room, piece).finally(() => this.#underWay.delete(saying));
      this.#underWay.add(saying);
    }
  }

  /** Resolves when all is said or refused. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** The last message said in each room. */
  get last(): readonly Said[] {
    return [...this.#last.values()];
  }

  async #say(room: Conversation, text: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const { id } = await this.#chat.say(room, text);
        this.#last.set(room, { id, room });
        return;
      } catch (error) {
        const reason = error instanceof ChatError ? error : new ChatError("closed", String(error), { cause: error });
        if (!PASSING.includes(reason.code) || tries === TRIES) return this.#refused(text, reason);
        await pause(FIRST_PAUSE_MS * 2 ** tries);
      }
    }
  }
}

/** The text in pieces that a message can hold. */
function fitting(text: string): readonly string[] {
  if (text.length * 3 <= MAX_TEXT || Buffer.byteLength(text) <= MAX_TEXT) return [text];
  return pieces(text, Math.floor(MAX_TEXT / 3));
}
