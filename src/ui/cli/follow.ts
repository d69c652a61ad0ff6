// Follows a Chat for as long as a command wants, at the pace of whoever reads.

import { ChatError } from "../../core/errors.ts";
import type { Chat, ChatEvent, WatchEnd } from "../../core/ports/chat.ts";
import type { HubLink } from "./command.ts";

/** Where what was followed goes. */
export type Reader = {
  event(event: ChatEvent): void;
  /** Resolves when there is room for more, or null while there is. */
  crowded(): Promise<void> | null;
  /** The Chat closed: nothing more will come. */
  closed(): void;
};

/** Events from now on. When the reader is crowded the watch pauses, and goes on after the last event that was read. */
export async function follow(chat: Chat, reader: Reader): Promise<{ stop(): void }> {
  const following = new Following(chat, reader);
  await following.start(undefined);
  return following;
}

/** Why a Chat closed that nobody here closed. */
export const whyStopped = (hub: HubLink | null): ChatError =>
  hub ? hub.ended() : new ChatError("closed", "the Earshot of this home has stopped");

class Following {
  readonly #chat: Chat;
  readonly #reader: Reader;
  #watch: { stop(): void } | null = null;
  #cursor: number | undefined;
  #round = 0;

  constructor(chat: Chat, reader: Reader) {
    this.#chat = chat;
    this.#reader = reader;
  }

  async start(after: number | undefined): Promise<void> {
    const round = ++this.#round;
    const event = (event: ChatEvent) => round === this.#round && this.#take(event);
    const ended = (why: WatchEnd) => round === this.#round && this.#ended(why);
    const watch = await this.#chat.watch({ event, ended }, after);
    if (round !== this.#round) return watch.stop();
    this.#watch = watch;
    this.#cursor ??= watch.cursor;
  }

  stop(): void {
    this.#round++;
    this.#watch?.stop();
    this.#watch = null;
  }

  #take(event: ChatEvent): void {
    if (event.cursor !== null) this.#cursor = event.cursor;
    this.#reader.event(event);
    const crowded = this.#reader.crowded();
    if (!crowded || this.#cursor === undefined) return;
    this.stop();
    const round = this.#round;
    void crowded.then(() => round === this.#round && this.#resume());
  }

  #ended(why: WatchEnd): void {
    if (why === "busy") this.#resume();
    else this.#reader.closed();
  }

  #resume(): void {
    this.start(this.#cursor).catch(() => this.#reader.closed());
  }
}
