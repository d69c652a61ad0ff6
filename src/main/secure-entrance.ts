// The way in for one kind of TLS: the handshake, under the bounds of those who are still unknown.

import type { Socket } from "node:net";
import type { TLSSocket, TlsOptions, Server as TlsServer } from "node:tls";
import { quiet } from "./listening.ts";
import type { Pending } from "./waiting.ts";

export type SecureEntranceOptions = {
  /** Asked for when the first one comes, and again after a failure. */
  readonly tls: () => Promise<TlsOptions>;
  /** A connection whose handshake is done. */
  readonly entered: (socket: TLSSocket, pending: Pending) => void;
  readonly log: ((line: string) => void) | undefined;
};

export class SecureEntrance {
  readonly #options: SecureEntranceOptions;
  readonly #shaking = new Map<string, Pending>();
  #opened: Promise<TlsServer> | null = null;

  constructor(options: SecureEntranceOptions) {
    this.#options = options;
  }

  /** Takes a paused connection that begins with a hello. */
  take(socket: Socket, pending: Pending): void {
    const source = sourceOf(socket);
    this.#shaking.set(source, pending);
    socket.once("close", () => this.#shaking.delete(source));
    this.#opened ??= this.#open();
    this.#opened.then(
      (server) => server.emit("connection", socket),
      (error: unknown) => {
        this.#opened = null;
        this.#options.log?.(`TLS cannot be offered: ${error}`);
        socket.destroy();
      },
    );
  }

  /** Node's TLS takes a while to load, so it is loaded for the first who needs it. */
  async #open(): Promise<TlsServer> {
    const { createServer } = await import("node:tls");
    return createServer(await this.#options.tls())
      .on("secureConnection", (socket) => this.#enter(socket))
      .on("tlsClientError", quiet);
  }

  #enter(socket: TLSSocket): void {
    const pending = this.#shaking.get(sourceOf(socket));
    socket.on("error", quiet);
    if (pending) this.#options.entered(socket, pending);
    else socket.destroy();
  }
}

/** Tells connections apart: a TLS socket has the source of the one it wraps. */
const sourceOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
