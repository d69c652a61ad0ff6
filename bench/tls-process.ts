// Bare TLS between two processes, as links use it: what a link is measured against.

import { Child } from "./child.ts";

/** `tls-child.ts` answers. */
export type TlsOrders = {
  /** Listens; frames that come are sent back (`echo`), or a stream of `bytes` bytes is answered by one byte at its end (`sink`). Answers with the port. */
  listen: { args: { mode: "echo" } | { mode: "sink"; bytes: number }; answer: number };
  /** Sends `count` frames, `perSecond` a second; half the time to the echo of each, microseconds. */
  echo: { args: { port: number; count: number; bytes: number; perSecond: number }; answer: readonly number[] };
  /** Sends so many bytes in pieces as fast as may be. Milliseconds until all have arrived. */
  stream: { args: { port: number; bytes: number; piece: number }; answer: number };
};

export class TlsPair {
  readonly #here = new Child<TlsOrders>("./tls-child.ts");
  readonly #there = new Child<TlsOrders>("./tls-child.ts");

  async echo(count: number, bytes: number, perSecond: number): Promise<readonly number[]> {
    const port = await this.#there.order("listen", { mode: "echo" });
    return this.#here.order("echo", { port, count, bytes, perSecond });
  }

  async stream(bytes: number, piece: number): Promise<number> {
    const port = await this.#there.order("listen", { mode: "sink", bytes });
    return this.#here.order("stream", { port, bytes, piece });
  }

  async remove(): Promise<void> {
    await Promise.all([this.#here.kill(), this.#there.kill()]);
  }
}
