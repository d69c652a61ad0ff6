// A hub of its own process under attack, while two guests there, one by WebSocket and one by plain lines, go on talking.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LOBBY } from "../../src/core/room.ts";
import { addressOf, Homes } from "../e2e/cli.ts";
import { Crowd, type Guest, type LineGuest } from "../e2e/guests.ts";
import type { Running } from "../e2e/running.ts";
import { Client, type Frame } from "../web/client.ts";

/** Milliseconds within which a line must come through, whatever happens meanwhile; generous, for machines that do much else. */
const BEARABLE = 5_000;
/** Milliseconds between two lines: slower than the hub allows. */
const PAUSE = 600;
const MEBI = 1 << 20;

export class HubSiege {
  readonly homes: Homes;
  readonly hub: Running;
  /** `host:port` */
  readonly address: string;
  readonly crowd: Crowd;
  /** The bystander by WebSocket. */
  readonly wes: Guest;
  readonly #said: Promise<void>;
  /** Milliseconds that the slowest line took. */
  slowest = 0;
  #lines = 0;
  #over = false;

  private constructor(parts: Pick<HubSiege, "homes" | "hub" | "address" | "crowd">, bystanders: readonly [Guest, LineGuest]) {
    this.homes = parts.homes;
    this.hub = parts.hub;
    this.address = parts.address;
    this.crowd = parts.crowd;
    this.wes = bystanders[0];
    this.#said = this.#talk(...bystanders);
    this.#said.catch(() => {});
  }

  /** olga's hub, with these settings; wes and lin talk from now on until it is closed. */
  static async begin(settings = "", wrap: (homes: Homes) => Promise<void> | void = () => {}): Promise<HubSiege> {
    const homes = new Homes();
    try {
      mkdirSync(homes.home("olga"), { recursive: true });
      await wrap(homes);
      writeFileSync(join(homes.home("olga"), "hub.toml"), settings);
      const hub = homes.startPeer("olga", "hub", "--name", "olga", "--title", "Room 12", "--no-discovery");
      const address = addressOf(await hub.line(/^ready /));
      const crowd = new Crowd(address);
      const bystanders = [await crowd.enter("wes"), await crowd.enterByLine("lin")] as const;
      return new HubSiege({ homes, hub, address, crowd }, bystanders);
    } catch (error) {
      await homes[Symbol.asyncDispose]();
      throw error;
    }
  }

  get port(): number {
    return Number(this.address.split(":").at(-1));
  }

  get url(): string {
    return `ws://${this.address}/chat`;
  }

  /** Connects to the WebSocket, with a token or none. */
  knock(token: string | null = null): Client {
    return new Client({ url: this.url } as ConstructorParameters<typeof Client>[0], token);
  }

  /** A WebSocket without a client that would keep to its rules. */
  async knockRaw(): Promise<Socket> {
    const socket = connect(this.port, "127.0.0.1").on("error", () => {});
    const asked = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
    const lines = ["GET /chat HTTP/1.1", `Host: localhost:${this.port}`, ...asked, "Sec-WebSocket-Protocol: earshot.v1"];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    await once(socket, "data");
    return socket.resume();
  }

  /** Enters as a guest; `token` is for coming back. */
  async enter(name: string, password?: string): Promise<Visitor> {
    const client = this.knock();
    await client.until(({ event }) => event === "hello");
    const entered = await client.ask(0, "enter", { name, ...(password !== undefined && { password }) });
    assert.ok(entered.result, JSON.stringify(entered));
    await client.until(({ event }) => event === "welcome");
    return new Visitor(client, (entered.result as { readonly token: string }).token);
  }

  /** The owner's command line: `earshot ARGV…`. */
  async owner(...argv: readonly string[]): Promise<readonly string[]> {
    return (await this.homes.run("olga", argv)).out;
  }

  /** Mebibytes that the hub's process holds in memory. */
  memory(): number {
    const status = readFileSync(`/proc/${this.hub.child.pid}/status`, "utf8");
    return Math.round((Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / MEBI);
  }

  /** Ends all; fails unless everything that was said came through in bearable time, in order. */
  async close(): Promise<void> {
    this.#over = true;
    try {
      await this.#said;
    } finally {
      await this.crowd[Symbol.asyncDispose]();
      await this.homes[Symbol.asyncDispose]();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #talk(wes: Guest, lin: LineGuest): Promise<void> {
    do {
      const text = `line ${++this.#lines}.`;
      const start = performance.now();
      if (this.#lines % 2 === 0) await Promise.all([wes.chat.say(LOBBY, text), lin.shows(`<wes> ${text}\n`)]);
      else {
        lin.type(text);
        await wes.barrier.until(() => wes.heard.includes(text));
      }
      this.slowest = Math.max(this.slowest, performance.now() - start);
      assert.ok(this.slowest < BEARABLE, `${text} took ${Math.round(this.slowest)} ms`);
      if (!this.#over) await pause(PAUSE);
    } while (!this.#over);
    const numbered = wes.heard.filter((text) => /^line \d+\.$/.test(text));
    assert.deepEqual(
      numbered,
      Array.from({ length: this.#lines }, (_, index) => `line ${index + 1}.`),
      "all, each once, in order",
    );
  }
}

/** A guest by WebSocket who asks what it likes. */
export class Visitor {
  readonly client: Client;
  readonly token: string;
  #requests = 1_000;

  constructor(client: Client, token: string) {
    this.client = client;
    this.token = token;
  }

  /** The answer to one request. */
  ask(method: string, params: unknown = {}): Promise<Frame> {
    return this.client.ask(++this.#requests, method, params);
  }

  /** The code of the refusal, or `ok`. */
  async code(method: string, params: unknown = {}): Promise<string> {
    return codeOf(await this.ask(method, params));
  }

  /** Sends many at once, and counts the answers by their codes. */
  async flood(
    count: number,
    make: (index: number) => readonly [method: string, params: unknown],
  ): Promise<Readonly<Record<string, number>>> {
    const first = this.#requests + 1;
    const { frames, socket } = this.client;
    const from = frames.length;
    for (let index = 0; index < count; index++) {
      const [method, params] = make(index);
      socket.send(JSON.stringify({ id: ++this.#requests, method, params }));
    }
    const last = this.#requests;
    const isOurs = ({ id }: Frame) => typeof id === "number" && id >= first && id <= last;
    const answers = () => frames.slice(from).filter(isOurs);
    while (socket.readyState <= 1 && answers().length < count) await pause(20);
    return Object.fromEntries(
      Map.groupBy(answers(), codeOf)
        .entries()
        .map(([code, all]) => [code, all.length]),
    );
  }

  /** The connection breaks. */
  drop(): void {
    this.client.socket.terminate();
  }
}

export const codeOf = (frame: Frame): string => (frame.error as { readonly code: string } | undefined)?.code ?? "ok";
