// One watch of a visit: goes on where it was when the visit becomes that of another person (by a login).

import type { Chat, ChatEvent, Watcher } from "../core/ports/chat.ts";

/** Passes the very same lists on to its watcher; all it keeps in mind is where the last one ended. */
export class Watching {
  readonly #watcher: Watcher;
  /** Called when the chat ended the watch. */
  readonly #over: (watching: Watching) => void;
  #cursor: number | null = null;
  /** What listens to the present chat; null once the watch is over. */
  #ear: Watcher | null = null;
  #stop: (() => void) | null = null;

  constructor(watcher: Watcher, over: (watching: Watching) => void) {
    this.#watcher = watcher;
    this.#over = over;
  }

  /** As `Chat.watch`; resolves with the cursor at which it stands. */
  async start(chat: Chat, after?: number): Promise<number> {
    this.#cursor = after ?? null;
    return this.#listen(chat, after);
  }

  /** Goes on with another chat after the last event that was told. */
  async turn(chat: Chat): Promise<void> {
    if (!this.#ear) return;
    this.#hush();
    try {
      await this.#listen(chat, this.#cursor ?? undefined);
    } catch {
      this.#over(this);
      this.#watcher.ended?.("closed");
    }
  }

  stop(): void {
    this.#ear = null;
    this.#hush();
  }

  /** The chat is closed. */
  end(): void {
    if (!this.#ear) return;
    this.stop();
    this.#watcher.ended?.("closed");
  }

  async #listen(chat: Chat, after: number | undefined): Promise<number> {
    const ear = this.#makeEar();
    this.#ear = ear;
    const { cursor, stop } = await chat.watch(ear, after);
    if (this.#ear !== ear) stop();
    else this.#stop = stop;
    this.#cursor ??= cursor;
    return cursor;
  }

  #hush(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #makeEar(): Watcher {
    const watcher = this.#watcher;
    const isOver = () => this.#ear !== ear || watcher.isOver === true;
    const ear: Watcher = {
      get isOver() {
        return isOver();
      },
      event: (event) => {
        if (this.#ear !== ear) return;
        if (event.cursor !== null) this.#cursor = event.cursor;
        watcher.event(event);
      },
      ended: (why) => {
        if (this.#ear !== ear) return;
        this.#ear = null;
        this.#over(this);
        watcher.ended?.(why);
      },
    };
    const { events } = watcher;
    if (!events) return ear;
    return Object.assign(ear, {
      events: (list: readonly ChatEvent[]) => {
        if (this.#ear !== ear) return;
        this.#cursor = lastCursor(list) ?? this.#cursor;
        watcher.events?.(list);
      },
    });
  }
}

function lastCursor(list: readonly ChatEvent[]): number | null {
  for (let at = list.length - 1; at >= 0; at--) {
    const cursor = list[at]?.cursor ?? null;
    if (cursor !== null) return cursor;
  }
  return null;
}
