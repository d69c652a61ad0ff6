// Processes that a benchmark starts and orders about over the channel of fork().

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What a process may be asked, and what it answers. */
export type Orders = Readonly<Record<string, { readonly args: unknown; readonly answer: unknown }>>;

type Asked = { readonly id: number; readonly order: string; readonly args: unknown };
type Answered = { readonly id: number; readonly answer?: unknown; readonly error?: string };

export class Child<O extends Orders> {
  readonly process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  #next = 1;

  /** Runs a file of this folder that calls `obey`. */
  constructor(file: string, nodeOptions: readonly string[] = []) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    this.process = fork(path, [], { serialization: "advanced", execArgv: [...nodeOptions] });
    this.process.on("message", (message) => this.#answered(message as Answered));
    this.process.once("exit", () => this.#ended());
  }

  /** Sends an order and waits for its answer; rejects with what went wrong there. */
  order<K extends keyof O & string>(order: K, args: O[K]["args"]): Promise<O[K]["answer"]> {
    const id = this.#next++;
    this.process.send({ id, order, args } satisfies Asked);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Ends the process as a power cut would. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill("SIGKILL");
    await once(this.process, "exit");
  }

  #answered({ id, answer, error }: Answered): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(error));
  }

  #ended(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`${this.process.spawnfile} ended`));
  }
}

export type Handlers<O extends Orders> = { readonly [K in keyof O]: (args: O[K]["args"]) => Promise<O[K]["answer"]> };

/** Carries out the orders of the parent; ends with it. */
export function obey<O extends Orders>(handlers: Handlers<O>): void {
  process.on("message", ({ id, order, args }: Asked) => {
    (handlers[order] as (args: unknown) => Promise<unknown>)(args).then(
      (answer) => process.send?.({ id, answer } satisfies Answered),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies Answered),
    );
  });
  process.on("disconnect", () => process.exit());
}
