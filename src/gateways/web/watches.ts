// The watches of one session: events on their way out, until the client ends them or falls behind.

import { ChatError } from "../../core/errors.ts";
import type { Chat, ChatEvent, WatchEnd } from "../../core/ports/chat.ts";
import { encodeEnd } from "../../wire/web.ts";
import { encodeEvent } from "../../wire/web-events.ts";
import { MAX_BEHIND, type Outbox } from "./outbox.ts";

/** Most watches of one session. */
const MAX_WATCHES = 64;

type Watch = { cursor: number | null; stop: (() => void) | null };

export class Watches {
  readonly #chat: Chat;
  readonly #outbox: Outbox;
  readonly #standing = new Map<number, Watch>();

  constructor(chat: Chat, outbox: Outbox) {
    this.#chat = chat;
    this.#outbox = outbox;
  }

  has(id: number): boolean {
    return this.#standing.has(id);
  }

  /** Starts a watch under the id of its request. Rejects `busy` when there are too many. */
  async start(id: number, after: number | undefined): Promise<{ readonly cursor: number }> {
    if (this.#standing.size >= MAX_WATCHES) throw new ChatError("busy", `at most ${MAX_WATCHES} watches at once; end one with unwatch`);
    const watch: Watch = { cursor: after ?? null, stop: null };
    this.#standing.set(id, watch);
    try {
      const standing = await this.#chat.watch({ event: (event) => this.#tell(id, event), ended: (why) => this.#end(id, why) }, after);
      if (this.#standing.get(id) === watch) watch.stop = () => standing.stop();
      else standing.stop();
      return { cursor: standing.cursor };
    } catch (error) {
      this.#standing.delete(id);
      throw error;
    }
  }

  #tell(id: number, event: ChatEvent): void {
    const watch = this.#standing.get(id);
    if (!watch) return;
    if (event.cursor !== null) watch.cursor = event.cursor;
    this.#outbox.event(id, encodeEvent(event));
    if (this.#outbox.behind > MAX_BEHIND) this.#end(id, "busy");
  }

  /** Ends a watch and says why, and from where it can resume. */
  #end(id: number, why: WatchEnd): void {
    const watch = this.#standing.get(id);
    if (!watch) return;
    this.stop(id);
    this.#outbox.frame(encodeEnd(id, why, watch.cursor));
  }

  /** Ends a watch in silence; one that is unknown is a no-op. */
  stop(id: number): void {
    const watch = this.#standing.get(id);
    this.#standing.delete(id);
    watch?.stop?.();
  }

  stopAll(): void {
    for (const id of this.#standing.keys()) this.stop(id);
  }

  /** Ends all because this side closes. */
  endAll(): void {
    for (const id of this.#standing.keys()) this.#end(id, "closed");
  }
}
