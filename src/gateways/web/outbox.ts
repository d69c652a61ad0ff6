// What goes out on one WebSocket: gathered per tick and written in one go; a reader who falls behind is noticed.

import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { encodeEvents } from "../../wire/web.ts";

/** Bytes on their way to one reader beyond which it counts as fallen behind. */
export const MAX_BEHIND = 4 * 1024 * 1024;
/** Characters of events in one frame; a batch beyond it goes in several. */
const FRAME_CHARS = 256 * 1024;

/** A WebSocket, and the connection below it, which is corked so that a tick's frames leave in one write. */
export type Wire = { readonly socket: WebSocket; readonly connection: Duplex };

export type OutboxHooks = {
  /** A frame that goes ahead of the others, or null. */
  readonly beforeFlush: () => string | null;
  /** What was flushed has left for the network. */
  readonly flushed: () => void;
};

type Batch = { readonly watch: number; readonly events: string[]; chars: number };

/** Keeps the order in which things were put in. */
export class Outbox {
  readonly #wire: Wire;
  readonly #hooks: OutboxHooks;
  #items: (string | Batch)[] = [];
  #chars = 0;
  #scheduled = false;

  constructor(wire: Wire, hooks: OutboxHooks) {
    this.#wire = wire;
    this.#hooks = hooks;
  }

  /** Characters waiting here and bytes waiting in the socket. */
  get behind(): number {
    return this.#chars + this.#wire.socket.bufferedAmount;
  }

  frame(text: string): void {
    this.#items.push(text);
    this.#grow(text.length);
  }

  /** Adds an encoded event to the frame of its watch that is being gathered. */
  event(watch: number, text: string): void {
    const last = this.#items.at(-1);
    if (typeof last === "object" && last.watch === watch && last.chars < FRAME_CHARS) {
      last.events.push(text);
      last.chars += text.length;
    } else {
      this.#items.push({ watch, events: [text], chars: text.length });
    }
    this.#grow(text.length);
  }

  #grow(chars: number): void {
    this.#chars += chars;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Writes all at once: one system call however many frames. */
  flush(): void {
    this.#scheduled = false;
    const { socket, connection } = this.#wire;
    if (this.#items.length === 0 || socket.readyState !== socket.OPEN) return;
    const items = this.#items.map((item) => (typeof item === "string" ? item : encodeEvents(item.watch, item.events)));
    this.#items = [];
    this.#chars = 0;
    const first = this.#hooks.beforeFlush();
    if (first !== null) items.unshift(first);
    const last = items.pop() ?? "";
    connection.cork();
    for (const text of items) socket.send(text);
    socket.send(last, () => this.#hooks.flushed());
    connection.uncork();
  }
}
