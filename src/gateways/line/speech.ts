// Says what somebody typed, in its order, and tells what could not be said.

import { ChatError, type ErrorCode, textForGuests } from "../../core/errors.ts";
import type { Conversation } from "../../core/ids.ts";
import { cleanText } from "../../core/name.ts";
import type { Chat } from "../../core/ports/chat.ts";

/** Texts that are on their way at once. */
export const VOLLEY = 64;
/** Errors after which the same may well succeed a little later, and for how long that is tried. */
const PASSING: readonly ErrorCode[] = ["rate-limited", "busy"];
const PAUSE_MS = 250;
const TRIES = 60;

export class Speech {
  readonly #chat: Pick<Chat, "say">;
  readonly #tell: (text: string) => void;
  readonly #isOver: () => boolean;
  #atOnce = VOLLEY;

  constructor(chat: Pick<Chat, "say">, tell: (text: string) => void, isOver: () => boolean) {
    this.#chat = chat;
    this.#tell = tell;
    this.#isOver = isOver;
  }

  /** Resolves when all is stored, or told as not said. Never rejects. */
  async say(room: Conversation, texts: readonly string[]): Promise<void> {
    for (let left = texts; left.length > 0; ) {
      const volley = left.slice(0, this.#atOnce);
      const refused = await this.#sayAll(room, volley);
      for (const text of refused) await this.#sayAgain(room, text);
      left = left.slice(volley.length);
    }
  }

  /** Says them at once, and answers with those that are to be said again. */
  async #sayAll(room: Conversation, texts: readonly string[]): Promise<readonly string[]> {
    const results = await Promise.allSettled(texts.map((text) => this.#chat.say(room, text)));
    return texts.filter((text, index) => {
      const result = results[index];
      if (result?.status !== "rejected") return false;
      if (isPassing(result.reason)) return true;
      this.#refuse(text, result.reason);
      return false;
    });
  }

  /** Whoever talks too fast says one thing after the other from then on: nothing may overtake what has to wait. */
  async #sayAgain(room: Conversation, text: string): Promise<void> {
    if (this.#atOnce > 1) this.#tell("that is faster than this hub takes: the rest is said as it can be");
    this.#atOnce = 1;
    for (let tries = 1; !this.#isOver(); tries++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const error = await this.#chat.say(room, text).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error === null) return;
      if (!isPassing(error) || tries === TRIES) return this.#refuse(text, error);
    }
  }

  #refuse(text: string, reason: unknown): void {
    const why = reason instanceof ChatError ? textForGuests(reason) : "the hub failed at it";
    this.#tell(cleanText(`not said: ${why}\n${text}`));
  }
}

const isPassing = (reason: unknown): boolean => reason instanceof ChatError && PASSING.includes(reason.code);
