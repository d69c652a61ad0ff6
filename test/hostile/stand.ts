// A door with its web gateway in this process, under attack by raw bytes, while two people there go on talking.

import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { createIdentity, newToken } from "../../src/core/identity.ts";
import type { Chat } from "../../src/core/ports/chat.ts";
import { createWebGateway, type WebGateway } from "../../src/gateways/web/gateway.ts";
import { type DoorOptions, openDoor } from "../../src/main/door.ts";
import type { Door } from "../../src/main/listening.ts";
import { credentialsOf } from "../../src/mesh/link/certificate.ts";
import { tlsServerOptions } from "../../src/mesh/link/tls.ts";
import { Client } from "../web/client.ts";
import { openEngine, type WebPeer } from "../web/peer.ts";

/** Milliseconds within which a line must come through, whatever happens meanwhile; generous, for machines that do much else. */
const BEARABLE = 5_000;

export type StandOptions = Pick<DoorOptions, "limits" | "silence"> & { readonly beat?: number };

export class Stand implements WebPeer {
  readonly chat: Chat;
  readonly port: number;
  readonly token: string;
  readonly url: string;
  readonly #door: Door;
  readonly #web: WebGateway;
  readonly #said: Promise<void>;
  #over = false;
  #lines = 0;

  private constructor(parts: { readonly chat: Chat; readonly web: WebGateway; readonly door: Door; readonly token: string }) {
    this.chat = parts.chat;
    this.token = parts.token;
    this.#web = parts.web;
    this.#door = parts.door;
    this.port = parts.door.address.port;
    this.url = `ws://127.0.0.1:${this.port}/chat`;
    this.#said = this.#talk();
    this.#said.catch(() => {});
  }

  /** Two people talk from now on until it is closed. */
  static async begin({ beat, ...bounds }: StandOptions = {}): Promise<Stand> {
    const chat = await openEngine();
    const [token, identity] = [newToken(), createIdentity()];
    const web = createWebGateway({ chat, token, ...(beat !== undefined && { beat }) });
    const door = await openDoor({
      ...{ port: 0, bind: "127.0.0.1", gateways: { http: web.handle }, ...bounds },
      ...{ tls: async () => tlsServerOptions(identity), onLink: (socket) => socket.destroy() },
      peopleTls: async () => credentialsOf(identity),
    });
    await web.warm();
    return new Stand({ chat, web, door, token });
  }

  /** Begins a connection. */
  knock(): Socket {
    return connect(this.port, "127.0.0.1").on("error", () => {});
  }

  /** Begins one over TLS, offering these protocols. */
  knockTls(...ALPNProtocols: readonly string[]): Socket {
    const options = { port: this.port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: [...ALPNProtocols] };
    return connectTls(options).on("error", () => {});
  }

  /** What comes back for these bytes (one per character) until the connection closes. */
  exchange(bytes: string, socket: Socket = this.knock()): Promise<string> {
    socket.write(bytes, "latin1");
    return readAll(socket);
  }

  /** Ends all; fails unless everything that was said came through in bearable time. */
  async close(): Promise<void> {
    this.#over = true;
    try {
      await this.#said;
      assert.ok(this.#lines > 0, "something was said");
    } finally {
      await this.#web.close();
      await this.#door.close();
      await this.chat.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #talk(): Promise<void> {
    const [ann, ben] = [new Client(this), new Client(this)];
    await Promise.all([ann, ben].map((client) => client.until(({ event }) => event === "welcome")));
    await ben.ask(1, "watch");
    do {
      const text = `line ${++this.#lines}.`;
      ben.frames.length = 0;
      const start = performance.now();
      await ann.ask(this.#lines, "say", { room: "#lobby", text });
      await ben.until((frame) => JSON.stringify(frame).includes(text));
      const took = performance.now() - start;
      assert.ok(took < BEARABLE, `${text} took ${took} ms`);
      ann.frames.length = 0;
      await pause(5);
    } while (!this.#over);
    for (const { socket } of [ann, ben]) socket.close();
  }
}

/** All that comes until the connection closes, a byte a character. */
export async function readAll(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on("data", (chunk) => parts.push(chunk as Buffer));
  await gone(socket);
  return Buffer.concat(parts).toString("latin1");
}

/** Resolves when a connection has closed, well or badly. */
export async function gone(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
}
