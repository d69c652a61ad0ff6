// Says what was typed, in order, many at once but not without bound, and loses nothing.

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

type Item = { readonly room: Conversation; readonly text: string; readonly turn: number; tries: number };

export class Outbox {
  readonly #chat: Pick<Chat, "say">;
  readonly #refused: Refused;
  readonly #last = new Map<Conversation, Said>();
  readonly #underWay = new Set<Item>();
  readonly #waiting: Item[] = [];
  /** Those that are to be said once more, with the reason why they were not. */
  #again: { readonly item: Item; readonly reason: ChatError }[] = [];
  readonly #most: number;
  /** How many may be under way now: one after another where they come too fast, then more and more. */
  #window: number;
  #turn = 0;
  #rests = false;
  #changed = Promise.withResolvers<void>();

  /** `most` may be under way at once; with more than one, what is refused for the moment may be overtaken. */
  constructor(chat: Pick<Chat, "say">, refused: Refused, most: number = WINDOW) {
    this.#chat = chat;
    this.#most = most;
    this.#window = most;
    this.#refused = refused;
  }

  /** Resolves when there is room for the next one; `idle` tells when it is said. A text too long for one message becomes several. */
  async say(room: Conversation, text: string): Promise<void> {
    for (const piece of fitting(text)) {
      while (this.#count >= WINDOW) await this.#changed.promise;
      this.#waiting.push({ room, text: piece, turn: this.#turn++, tries: 0 });
      this.#launch();
    }
  }

  /** Resolves when all is said or refused. */
  async idle(): Promise<void> {
    while (this.#count > 0) await this.#changed.promise;
  }

  /** What is neither said nor refused yet, in its order. */
  get unsaid(): readonly string[] {
    const again = this.#again.map(({ item }) => item);
    return [...this.#underWay, ...again, ...this.#waiting].sort(inTurn).map(({ text }) => text);
  }

  /** The last message said in each room. */
  get last(): readonly Said[] {
    return [...this.#last.values()];
  }

  get #count(): number {
    return this.#waiting.length + this.#underWay.size + this.#again.length;
  }

  #launch(): void {
    while (!this.#rests && this.#again.length === 0 && this.#underWay.size < this.#window) {
      const item = this.#waiting.shift();
      if (!item) return;
      this.#underWay.add(item);
      void this.#say(item);
    }
  }

  async #say(item: Item): Promise<void> {
    const { room, text } = item;
    try {
      const { id } = await this.#chat.say(room, text);
      this.#last.set(room, { id, room });
      this.#window = Math.min(this.#most, this.#window * 2);
    } catch (error) {
      const reason = error instanceof ChatError ? error : new ChatError("closed", String(error), { cause: error });
      if (PASSING.includes(reason.code)) this.#again.push({ item, reason });
      else this.#refused(text, reason);
    }
    this.#underWay.delete(item);
    if (this.#again.length > 0 && this.#underWay.size === 0) this.#rest();
    else this.#launch();
    this.#tellChange();
  }

  /** Those that were not said come again in their order, before all that was typed later. Only the first of them loses patience. */
  #rest(): void {
    const again = this.#again.sort((a, b) => inTurn(a.item, b.item));
    this.#again = [];
    const first = again[0];
    if (first && ++first.item.tries === TRIES) {
      again.shift();
      this.#refused(first.item.text, first.reason);
    }
    this.#waiting.unshift(...again.map(({ item }) => item));
    this.#window = 1;
    this.#rests = true;
    const goOn = () => {
      this.#rests = false;
      this.#launch();
    };
    setTimeout(goOn, FIRST_PAUSE_MS * 2 ** (again[0]?.item.tries ?? 0));
  }

  #tellChange(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    resolve();
  }
}

const inTurn = (a: Item, b: Item): number => a.turn - b.turn;

/** The text in pieces that a message can hold. */
function fitting(text: string): readonly string[] {
  if (text.length * 3 <= MAX_TEXT || Buffer.byteLength(text) <= MAX_TEXT) return [text];
  return pieces(text, Math.floor(MAX_TEXT / 3));
}
