// What goes out on one connection: gathered per tick, written in one go; a reader who falls behind is let go.

import type { Socket } from "node:net";
import { Batch, type Piece } from "./batch.ts";

/** Milliseconds that a reader has to take in the last words, and a connection to be closed by the other side. */
const LINGER_MS = 3000;

/** The ticks of a gateway: all that its outlets are given in one goes out at its end. */
export class Ticks {
  #root = new Batch();
  #waiting: Outlet[] = [];

  /** Where what an outlet is given in this tick begins; the outlet is flushed at the end of it. */
  begin(outlet: Outlet): Batch {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(outlet);
    return this.#root;
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#root = new Batch();
    for (const outlet of waiting) outlet.flush();
  }
}

export type OutletHooks = {
  /** Whether lines are to end in CRLF. */
  readonly wantsCrlf: () => boolean;
  /** Bytes on their way beyond which the reader has fallen behind. */
  readonly most: number;
  /** It has; called once. */
  readonly behind: () => void;
};

export class Outlet {
  readonly #socket: Socket;
  readonly #ticks: Ticks;
  readonly #hooks: OutletHooks;
  #batch: Batch | null = null;
  #isOver = false;

  constructor(socket: Socket, ticks: Ticks, hooks: OutletHooks) {
    this.#socket = socket;
    this.#ticks = ticks;
    this.#hooks = hooks;
  }

  put(piece: Piece): void {
    if (this.#isOver) return;
    this.#batch = (this.#batch ?? this.#ticks.begin(this)).and(piece);
  }

  /** One line, or several that end in line feeds but the last. */
  line(text: string): void {
    this.put({ text: `${text}\n` });
  }

  flush(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = null;
    if (this.#socket.destroyed) return;
    this.#socket.write(batch.bytes(this.#hooks.wantsCrlf()));
    if (this.#socket.writableLength > this.#hooks.most && !this.#isOver) this.#hooks.behind();
  }

  /** Resolves when the reader has taken in most of what it was sent, or is gone. */
  async drained(): Promise<void> {
    this.flush();
    const socket = this.#socket;
    if (socket.destroyed || !socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off("drain", done).off("close", done);
        resolve();
      };
      socket.once("drain", done).once("close", done);
    });
  }

  /** Says the last words and closes: what still comes in is thrown away, since a connection closed with input unread loses its output. */
  end(lastWords: string, linger = LINGER_MS): void {
    if (this.#isOver) return;
    this.line(lastWords);
    this.flush();
    this.#isOver = true;
    const socket = this.#socket;
    if (socket.destroyed) return;
    socket.removeAllListeners("data").resume();
    socket.end();
    const timer = setTimeout(() => socket.destroy(), linger);
    socket.once("close", () => clearTimeout(timer)).once("end", () => socket.destroySoon());
    if (socket.readableEnded) socket.destroySoon();
  }
}
