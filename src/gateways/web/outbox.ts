// What goes out on one WebSocket: gathered per tick and written in one go; a reader who falls behind is noticed.

import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { textFrame } from "../../wire/web-frame.ts";
import type { Batch, Told } from "./batch.ts";
import type { Post } from "./post.ts";

/** Bytes on their way to one reader beyond which it counts as fallen behind. */
export const MAX_BEHIND = 4 * 1024 * 1024;
/** Bytes of events in one frame; a batch beyond it goes in several. */
const FRAME_BYTES = 256 * 1024;

/** A WebSocket, and the connection below it: what is told leaves there as bytes that all readers share. */
export type Wire = { readonly socket: WebSocket; readonly connection: Duplex };

/** Keeps the order in which things were put in. */
export class Outbox {
  readonly #wire: Wire;
  readonly #post: Post;
  /** Called after a flush that left the reader behind. */
  readonly #overdue: () => void;
  /** Frames that are complete. */
  #ready: (string | Uint8Array)[] | null = null;
  /** What is being told, behind those. */
  #batch: Batch | null = null;
  #watch = 0;
  /** Frames that may stand behind whatever is told in this tick. */
  #last: string[] | null = null;
  #isAdded = false;

  constructor(wire: Wire, post: Post, overdue: () => void) {
    this.#wire = wire;
    this.#post = post;
    this.#overdue = overdue;
  }

  /** Whether more waits in the connection than a reader may be behind. */
  get isBehind(): boolean {
    return this.#wire.connection.writableLength > MAX_BEHIND;
  }

  /** Resolves once the reader is not behind, or gone. */
  caughtUp(): Promise<void> {
    const { connection } = this.#wire;
    if (!this.isBehind || connection.destroyed) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => {
      connection.off("drain", done).off("close", done);
      resolve();
    };
    connection.on("drain", done).on("close", done);
    return promise;
  }

  /** One frame, after all that was put in. */
  frame(text: string): void {
    this.#seal();
    this.#ready ??= [];
    this.#ready.push(text);
    this.#add();
  }

  /** One frame that says nothing which a later event could change: those told meanwhile need not be parted for it. */
  lastFrame(text: string): void {
    this.#last ??= [];
    this.#last.push(text);
    this.#add();
  }

  /** Events for a watch. */
  tell(watch: number, told: Told): void {
    if (this.#batch !== null && (this.#watch !== watch || this.#batch.size > FRAME_BYTES)) this.#seal();
    this.#batch = (this.#batch ?? this.#post.empty).with(told);
    this.#watch = watch;
    if (!this.#isAdded) this.#add();
  }

  #seal(): void {
    if (this.#batch === null) return;
    this.#ready ??= [];
    this.#ready.push(this.#batch.frame(this.#watch));
    this.#batch = null;
  }

  #add(): void {
    if (this.#isAdded) return;
    this.#isAdded = true;
    this.#post.add(this);
  }

  /** Writes all at once: one system call however many frames. */
  flush(): void {
    this.#isAdded = false;
    const { socket, connection } = this.#wire;
    if (socket.readyState !== socket.OPEN || connection.destroyed) this.#ready = this.#batch = this.#last = null;
    else if (this.#ready !== null || this.#last !== null) this.#writeAll();
    else if (this.#batch !== null) this.#writeBatch(this.#batch);
    if (this.isBehind) this.#overdue();
  }

  /** What most are told in most ticks: nothing but events. */
  #writeBatch(batch: Batch): void {
    this.#batch = null;
    this.#wire.connection.write(batch.frame(this.#watch));
  }

  #writeAll(): void {
    this.#seal();
    const { connection } = this.#wire;
    const items = [...(this.#ready ?? []), ...(this.#last ?? [])];
    this.#ready = this.#last = null;
    connection.cork();
    for (const item of items) connection.write(typeof item === "string" ? frameOf(item) : item);
    connection.uncork();
  }
}

const frameOf = (text: string): Uint8Array => textFrame([Buffer.from(text)]);
