// A peer in a process of its own, told what to do by its parent over the channel of fork().

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a parent may ask; `peer-child.ts` answers each with one value. */
export type Orders = {
  /** Starts a peer on loopback and answers with its port. */
  start: { args: { home: string; name: string; network: string; peers: readonly string[]; discovery: boolean }; answer: number };
  /** Resolves once so many others are linked. */
  linked: { args: { count: number }; answer: null };
  /** Says `count` messages of `bytes` bytes, `perSecond` of them a second (0: as fast as may be); each carries the time of its saying. Answers milliseconds. */
  say: { args: { count: number; bytes: number; perSecond: number }; answer: number };
  /** Begins to count messages of others that come in. */
  count: { args: { expect: number }; answer: null };
  /** Resolves once the expected number has come: milliseconds since counting began, one-way times in µs, and whether all stood in order, once. */
  counted: { args: null; answer: { ms: number; oneWay: number[]; inOrder: boolean } };
  /** What the process used since the last call: seconds of CPU, wall seconds, resident bytes. */
  usage: { args: null; answer: { cpu: number; wall: number; rss: number } };
  /** How many entries of #lobby are held. */
  held: { args: null; answer: number };
  stop: { args: null; answer: null };
};

export type Order = keyof Orders;

export class PeerProcess {
  readonly home = mkdtempSync(join(tmpdir(), "earshot-bench-"));
  readonly #child: ChildProcess;
  #next = 1;

  constructor(nodeOptions: readonly string[] = []) {
    const file = fileURLToPath(new URL("./peer-child.ts", import.meta.url));
    this.#child = fork(file, [], { serialization: "advanced", execArgv: [...nodeOptions] });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends an order and waits for its answer; rejects with what the child said went wrong. */
  async order<O extends Order>(order: O, args: Orders[O]["args"]): Promise<Orders[O]["answer"]> {
    const id = this.#next++;
    this.#child.send({ id, order, args });
    for (;;) {
      const [message] = (await once(this.#child, "message")) as [{ id: number; answer?: Orders[O]["answer"]; error?: string }];
      if (message.id !== id) continue;
      if (message.error !== undefined) throw new Error(message.error);
      return message.answer as Orders[O]["answer"];
    }
  }

  /** Ends the process as a power cut would. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL");
      await once(this.#child, "exit");
    }
  }

  /** Ends the process and removes its home. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.home, { recursive: true, force: true });
  }
}
