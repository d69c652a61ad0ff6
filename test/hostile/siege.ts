// A peer under attack: two people talk by real processes while a test does its worst to one of them, and their talk is measured.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createIdentity, randomOf } from "../../src/core/identity.ts";
import { silent } from "../../src/core/ports/logger.ts";
import { LOBBY } from "../../src/core/room.ts";
import { dialLink, type LinkOptions } from "../../src/mesh/link/establish.ts";
import type { Ending, Link } from "../../src/mesh/link/link.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { networkOf } from "../../src/wire/network.ts";
import { addressOf, Homes } from "../e2e/cli.ts";
import type { Running } from "../e2e/running.ts";

/** Milliseconds within which a line must come through, whatever happens meanwhile; generous, for machines that do much else. */
const BEARABLE = 5_000;
const MEGABYTE = 1 << 20;

/** Whether a process's memory can be read here. */
export const noMemory = process.platform === "linux" ? false : "only Linux tells how much memory a process takes";

/** Ann is attacked; bob, linked with her, talks with her meanwhile. */
export class Siege {
  readonly homes: Homes;
  /** The process that is attacked; `ann` is a client of it. */
  readonly peer: Running;
  readonly ann: Running;
  readonly bob: Running;
  readonly port: number;
  readonly #intruders: Intruder[] = [];
  #said = 0;

  private constructor(homes: Homes, people: { readonly peer: Running; readonly ann: Running; readonly bob: Running }, port: number) {
    this.homes = homes;
    this.peer = people.peer;
    this.ann = people.ann;
    this.bob = people.bob;
    this.port = port;
  }

  /** Starts both and waits until they talk. `argv` is added to the command lines of their peers. */
  static async begin(...argv: readonly string[]): Promise<Siege> {
    const homes = new Homes();
    try {
      const peer = homes.startPeer("ann", "run", "--name", "ann", "--no-discovery", ...argv);
      const address = addressOf(await peer.line(/^ready /));
      const bob = homes.startPeer("bob", "chat", "--name", "bob", "--no-discovery", "--peer", address, ...argv);
      const ann = homes.start("ann", "chat");
      await Promise.all([bob.line(/\bann\b/), ann.line(/\bbob\b/)]);
      const siege = new Siege(homes, { peer, ann, bob }, Number(address.split(":").at(-1)));
      await siege.talk(2);
      return siege;
    } catch (error) {
      await homes[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Each says so many lines in turn; all must come, in order, in bearable time. Returns the longest time, milliseconds. */
  async talk(turns = 5): Promise<number> {
    let longest = 0;
    for (let i = 0; i < turns; i++) {
      const ways = [
        { name: "bob", from: this.bob, to: this.ann },
        { name: "ann", from: this.ann, to: this.bob },
      ];
      for (const { name, from, to } of ways) {
        const text = `line ${++this.#said}.`;
        const start = performance.now();
        from.type(text);
        const line = await to.line(new RegExp(`<${name}> line \\d+\\.$`), BEARABLE);
        assert.ok(line.endsWith(text), `in order: ${line} where ${text} was expected`);
        longest = Math.max(longest, performance.now() - start);
      }
    }
    return longest;
  }

  /** Megabytes that ann's peer holds in memory. */
  memory(): number {
    const status = readFileSync(`/proc/${this.peer.child.pid}/status`, "utf8");
    return Math.round((Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / MEGABYTE);
  }

  /** Links with ann as a peer of her network, by a key of its own unless told otherwise. */
  async intrude(more: Partial<LinkOptions> = {}): Promise<Intruder> {
    const network = networkOf(this.homes.network, null);
    const options = {
      identity: createIdentity(),
      network,
      instance: randomOf(8),
      port: 0,
      clock: () => Date.now() * 1000,
      log: silent,
      ...more,
    };
    const intruder = new Intruder(await dialLink({ host: "127.0.0.1", port: this.port }, options), options);
    this.#intruders.push(intruder);
    return intruder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const intruder of this.#intruders) intruder.leave();
    await this.homes[Symbol.asyncDispose]();
  }
}

/** A peer that has a key and a link, and no manners. */
export class Intruder {
  readonly link: Link;
  readonly identity: LinkOptions["identity"];
  /** What ann said to it. */
  readonly heard: Frame[] = [];
  readonly ended: Promise<Ending>;

  constructor(link: Link, { identity }: LinkOptions) {
    this.link = link;
    this.identity = identity;
    this.ended = new Promise((resolve) => {
      link.start({ frame: (frame) => void this.heard.push(frame), drained: () => {}, closed: resolve });
    });
  }

  /** Sends the frame, whatever the queue says. */
  send(...frames: readonly Frame[]): this {
    for (const frame of frames) this.link.send(frame);
    return this;
  }

  /** Resolves once ann answers a question asked after all that was sent before; `ended` if she ends the link instead. */
  async settled(): Promise<"answered" | Ending> {
    const before = this.heard.length;
    this.link.send({ kind: "digests", rooms: new Map([[LOBBY, randomOf(32)]]) });
    const isAnswer = (frame: Frame) => frame.kind === "frontiers" && frame.whole && frame.rooms.has(LOBBY);
    let ending: Ending | null = null;
    void this.ended.then((how) => {
      ending = how;
    });
    while (ending === null && !this.heard.slice(before).some(isAnswer)) await tick();
    return ending ?? "answered";
  }

  leave(): void {
    this.link.close("leaving", "");
  }
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
