// Guests of a hub in the test's own process: hundreds of them cost little.

import { connect, type Socket } from "node:net";
import { WebSocket as WsSocket } from "ws";
import { type ConnectionState, connectChat } from "../../src/client/remote.ts";
import { dialBy, type SocketClass } from "../../src/client/socket.ts";
import type { Chat, ChatEvent } from "../../src/core/ports/chat.ts";
import { LOBBY } from "../../src/core/room.ts";

/** Milliseconds for which anything is waited for. */
const PATIENCE = 20_000;

/** Something that happens piece by piece, and those who wait until it is right. */
export class Barrier {
  readonly #waiting = new Set<() => void>();
  #looks = false;

  /** Something happened; those who wait look once a turn. */
  changed(): void {
    if (this.#looks || this.#waiting.size === 0) return;
    this.#looks = true;
    setImmediate(() => {
      this.#looks = false;
      for (const look of this.#waiting) look();
    });
  }

  /** Resolves once it holds; rejects after `PATIENCE`, and tells `what`. */
  async until(holds: () => boolean, what: () => string = () => String(holds)): Promise<void> {
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => holds() && resolve();
    const timer = setTimeout(() => reject(new Error(`not within ${PATIENCE} ms: ${what()}`)), PATIENCE);
    this.#waiting.add(look);
    await promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(look);
    });
  }
}

/** Guests of one hub; all leave at the end, however it comes. */
export class Crowd {
  readonly barrier = new Barrier();
  readonly #address: string;
  readonly #leaving: (() => unknown)[] = [];

  /** Of the hub at `host:port`. */
  constructor(address: string) {
    this.#address = address;
  }

  async enter(name: string): Promise<Guest> {
    const guest = await Guest.enter(this.#address, name, this.barrier);
    this.#leaving.push(() => guest.chat.close());
    return guest;
  }

  async enterByLine(name: string): Promise<LineGuest> {
    const guest = await LineGuest.enter(this.#address, name, this.barrier);
    this.#leaving.push(() => guest.socket.destroy());
    return guest;
  }

  /** Somebody who connects and says nothing. */
  knock(): LineGuest {
    const guest = LineGuest.knock(this.#address, this.barrier);
    this.#leaving.push(() => guest.socket.destroy());
    return guest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#leaving.map((leave) => leave()));
  }
}

/** A guest by WebSocket, who hears what happens and comes back when the connection is lost. */
export class Guest {
  readonly name: string;
  readonly events: ChatEvent[] = [];
  /** What was said in #lobby, as it was heard. */
  readonly heard: string[] = [];
  readonly states: ConnectionState[] = [];
  readonly barrier: Barrier;
  readonly #sockets: WsSocket[] = [];
  #chat: Chat | null;

  private constructor(name: string, barrier: Barrier) {
    this.name = name;
    this.barrier = barrier;
    this.#chat = null;
  }

  /** Enters the hub at `host:port` and watches. What happens is told to the barrier. */
  static async enter(address: string, name: string, barrier: Barrier): Promise<Guest> {
    const guest = new Guest(name, barrier);
    await guest.#enter(`ws://${address}/chat`);
    return guest;
  }

  get chat(): Chat {
    if (!this.#chat) throw new Error(`${this.name} has not entered`);
    return this.#chat;
  }

  /** How often the connection came back. */
  get returns(): number {
    return this.states.filter((state) => state === "open").length - 1;
  }

  /** Bytes in both directions, over all connections so far. */
  get traffic(): number {
    return this.#sockets.reduce((sum, socket) => sum + trafficOf(socket), 0);
  }

  stopReading(): void {
    this.#sockets.at(-1)?.pause();
  }

  readAgain(): void {
    for (const socket of this.#sockets) socket.resume();
  }

  async #enter(url: string): Promise<void> {
    this.#chat = await connectChat({
      to: { url },
      as: { name: this.name },
      dial: dialBy(this.#socketClass()),
      onState: (state) => this.#note(this.states, state),
    });
    await this.chat.watch({ event: (event) => this.#hear(event) });
  }

  #hear(event: ChatEvent): void {
    if (event.kind === "message" && event.message.room === LOBBY) this.heard.push(event.message.text);
    this.#note(this.events, event);
  }

  #note<T>(list: T[], item: T): void {
    list.push(item);
    this.barrier.changed();
  }

  #socketClass(): SocketClass {
    const sockets = this.#sockets;
    return class extends WsSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { perMessageDeflate: false });
        sockets.push(this);
      }
    } as unknown as SocketClass;
  }
}

function trafficOf(socket: WsSocket): number {
  const { _socket: raw } = socket as unknown as { readonly _socket: Socket | null };
  return raw ? raw.bytesRead + raw.bytesWritten : 0;
}

/** A guest by plain lines. */
export class LineGuest {
  readonly socket: Socket;
  readonly barrier: Barrier;
  text = "";
  bytes = 0;
  isClosed = false;

  #keeps = true;

  private constructor(socket: Socket, barrier: Barrier) {
    this.socket = socket;
    this.barrier = barrier;
    socket
      .on("data", (chunk: Buffer) => {
        this.bytes += chunk.length;
        if (this.#keeps) this.text += chunk.toString();
        barrier.changed();
      })
      .on("error", () => {})
      .on("close", () => {
        this.isClosed = true;
        barrier.changed();
      });
  }

  /** Connects to the hub at `host:port`. */
  static knock(address: string, barrier: Barrier): LineGuest {
    const [host = "", port = ""] = address.split(":");
    return new LineGuest(connect({ host, port: Number(port) }), barrier);
  }

  /** Enters the hub at `host:port`. */
  static async enter(address: string, name: string, barrier: Barrier): Promise<LineGuest> {
    const guest = LineGuest.knock(address, barrier);
    guest.type(name);
    await guest.shows(`you are ${name}`);
    return guest;
  }

  /** From now on what comes is counted and forgotten. */
  forget(): void {
    this.#keeps = false;
    this.bytes = 0;
  }

  type(line: string): void {
    this.socket.write(`${line}\n`);
  }

  shows(text: string): Promise<void> {
    return this.barrier.until(
      () => this.text.includes(text),
      () => `${text}\n${this.text.slice(-2000)}`,
    );
  }
}
