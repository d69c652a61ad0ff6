// A gateway on a port of its own, and people who connect to it as `nc` does.

import { connect, createServer, type Socket } from "node:net";
import type { FrontDesk } from "../../../core/ports/hub.ts";
import { createLineGateway, type LineGateway, type LineLimits } from "../gateway.ts";

export type LinePeer = { readonly port: number; readonly gateway: LineGateway; readonly close: () => Promise<void> };

/** Without a door: every connection is one of plain lines. */
export async function startLinePeer(desk: FrontDesk, limits: Partial<LineLimits> = {}): Promise<LinePeer> {
  const gateway = createLineGateway({ desk: async () => desk, limits });
  const server = createServer({ pauseOnConnect: true }, (socket) => gateway.handle(socket, () => {}));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const close = async () => {
    await gateway.close();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, gateway, close };
}

const STAMP = /^\[\d\d:\d\d\??\] /gm;

export class Netcat {
  readonly socket: Socket;
  #text = "";
  #read = 0;
  readonly #waiting = new Set<() => void>();

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.on("error", () => {}).on("data", (chunk) => this.#take(String(chunk)));
    this.socket.on("close", () => this.#take(""));
    // half-closed by the other side: nc ends, too
    this.socket.on("end", () => this.socket.end());
  }

  /** Connects and enters by a name; resolves once greeted. */
  static async enter(port: number, name: string): Promise<Netcat> {
    const person = new Netcat(port);
    person.type(name);
    await person.sees(`-- you are ${name}, in #lobby`);
    return person;
  }

  /** All that came, without times. */
  get text(): string {
    return this.#text.replace(STAMP, "");
  }

  /** All that came, as it came. */
  get raw(): string {
    return this.#text;
  }

  type(...lines: readonly string[]): void {
    this.socket.write(lines.map((line) => `${line}\n`).join(""));
  }

  send(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** What `nc -N` does when its input ends. */
  endInput(): void {
    this.socket.end();
  }

  /** Resolves when this has come, after what was seen before; rejects where the connection closes first. */
  async sees(wanted: string): Promise<void> {
    this.#read = await this.shows(wanted, () => this.#read);
  }

  /** As `sees`, after so many characters; resolves with where it ends. */
  shows(wanted: string, from: () => number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const look = () => {
      const at = this.text.indexOf(wanted, from());
      if (at < 0 && !this.socket.closed) return;
      this.#waiting.delete(look);
      if (at < 0) return reject(new Error(`closed before ${JSON.stringify(wanted)} came; after: ${this.text.slice(-2000)}`));
      resolve(at + wanted.length);
    };
    this.#waiting.add(look);
    look();
    return promise;
  }

  /** Resolves with the rows that came, as they came, once there are so many; or when the connection is closed. */
  rows(count: number): Promise<readonly string[]> {
    return new Promise((resolve) => {
      const look = () => {
        const rows = this.#text.split("\n").slice(0, -1);
        if (rows.length < count && !this.socket.closed) return;
        this.#waiting.delete(look);
        resolve(rows);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves when the connection is closed, with all that came. */
  async closed(): Promise<string> {
    if (!this.socket.closed) await new Promise((resolve) => this.socket.once("close", resolve));
    return this.text;
  }

  #take(text: string): void {
    this.#text += text;
    for (const look of this.#waiting) look();
  }
}
