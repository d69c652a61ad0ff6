// A process under test: its lines as they come, waited for instead of slept for.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export type StartOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};

export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

type Waiter = { readonly pattern: RegExp; readonly found: (line: string) => void; readonly failed: (error: Error) => void };

/** Milliseconds for which `line` and `ended` wait unless told otherwise. */
const PATIENCE = 15_000;

/** Starts a process whose stdin, stdout and stderr are pipes. `env` is added to ours. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): Running {
  const child = spawn(command, args, { stdio: "pipe", cwd: options.cwd, env: { ...process.env, ...options.env } });
  return new Running(child, [command, ...args].join(" "));
}

/** Reads stdout line by line. `line` takes lines in turn: what it passed over or returned does not come again. */
export class Running {
  readonly child: ChildProcess;
  /** All lines of stdout so far. */
  readonly lines: string[] = [];
  /** All of stderr so far. */
  errors = "";
  readonly #title: string;
  readonly #exit: Promise<Ending>;
  readonly #watchers = new Set<() => void>();
  #next = 0;
  #ending: Ending | null = null;
  #waiter: Waiter | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, title: string) {
    this.child = child;
    this.#title = title;
    this.#exit = new Promise((resolve) => {
      child.once("error", (error) => {
        this.errors += String(error);
        resolve({ code: null, signal: null });
      });
      child.once("close", (code, signal) => resolve({ code, signal }));
    });
    void this.#exit.then((ending) => this.#closed(ending));
    if (child.stdout) createInterface(child.stdout).on("line", (line) => this.#arrived(line));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errors += text;
    });
    child.stdin?.on("error", () => {}); // EPIPE when the process is gone: `ended` tells
  }

  /** The next line of stdout that matches. Rejects when the process ends before, or when it takes more than `within` milliseconds. */
  line(pattern: RegExp, within: number = PATIENCE): Promise<string> {
    const found = this.#scan(pattern);
    if (found !== null) return Promise.resolve(found);
    if (this.#ending) return Promise.reject(this.#complaint(`ended before the line came (wanted ${pattern})`));
    if (this.#waiter) return Promise.reject(new Error("one `line` at a time: another one still waits"));
    return new Promise<string>((resolve, reject) => {
      this.#timer = setTimeout(() => this.#giveUp(`no such line within ${within} ms`), within);
      this.#waiter = { pattern, found: resolve, failed: reject };
    });
  }

  /** Resolves once this is true of all lines so far. Rejects when the process ends before, or after `within` milliseconds. */
  async until(holds: (lines: readonly string[]) => boolean, within: number = PATIENCE): Promise<void> {
    if (holds(this.lines)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(this.#complaint(`not within ${within} ms: ${holds}`)), within);
    const look = () => holds(this.lines) && resolve();
    this.#watchers.add(look);
    void this.#exit.then(() => reject(this.#complaint(`ended before: ${holds}`)));
    await promise.finally(() => {
      clearTimeout(timer);
      this.#watchers.delete(look);
    });
  }

  /** Writes one line to stdin. */
  type(text: string): void {
    this.child.stdin?.write(`${text}\n`);
  }

  /** Ends stdin. */
  eof(): void {
    this.child.stdin?.end();
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    this.child.kill(signal);
  }

  /** How the process ended; waits for it, at most `within` milliseconds. */
  async ended(within: number = PATIENCE): Promise<Ending> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(this.#complaint(`still runs after ${within} ms`)), within);
    return await Promise.race([this.#exit, promise]).finally(() => clearTimeout(timer));
  }

  #arrived(line: string): void {
    this.lines.push(line);
    for (const look of this.#watchers) look();
    const waiter = this.#waiter;
    const found = waiter && this.#scan(waiter.pattern);
    if (!waiter || found === null) return;
    this.#settle();
    waiter.found(found);
  }

  #scan(pattern: RegExp): string | null {
    while (this.#next < this.lines.length) {
      const line = this.lines[this.#next++] as string;
      if (pattern.test(line)) return line;
    }
    return null;
  }

  #closed(ending: Ending): void {
    this.#ending = ending;
    this.#giveUp("ended before the line came");
  }

  #giveUp(why: string): void {
    const waiter = this.#waiter;
    this.#settle();
    waiter?.failed(this.#complaint(`${why} (wanted ${waiter.pattern})`));
  }

  #settle(): void {
    this.#waiter = null;
    clearTimeout(this.#timer);
  }

  #complaint(why: string): Error {
    return new Error(`${this.#title}: ${why}\nstdout:\n${this.lines.join("\n")}\nstderr:\n${this.errors}`);
  }
}
