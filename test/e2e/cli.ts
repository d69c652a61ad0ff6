// Earshot's command line under test: real processes, each home in a folder that the test throws away.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Ending, type Running, type StartOptions, start } from "./running.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/earshot.js", import.meta.url));

export type Finished = Ending & { readonly out: readonly string[]; readonly err: string };

/** People of one network on this computer's loopback, that nobody else is on. */
export class Homes {
  readonly network = `test-${process.pid}-${Math.trunc(performance.now())}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "earshot-cli-"));
  readonly #started: Running[] = [];

  /** The folder of a home. */
  home(name: string): string {
    return join(this.#folder, name);
  }

  /** Starts `earshot ARGV…` as the command line would, with this home and nothing of the surroundings. */
  start(home: string, ...argv: readonly string[]): Running {
    return this.startWith({}, home, ...argv);
  }

  /** The same with more in its environment. */
  startWith(more: Readonly<Record<string, string>>, home: string, ...argv: readonly string[]): Running {
    const running = this.launch(home, argv, { env: { ...this.#surroundings(home), ...more } });
    this.#started.push(running);
    return running;
  }

  /** Starts another program in Node, with this home. */
  startProgram(path: string, home: string, ...argv: readonly string[]): Running {
    const running = start(process.execPath, [path, ...argv], { env: this.#surroundings(home) });
    this.#started.push(running);
    return running;
  }

  #surroundings(home: string): Readonly<Record<string, string>> {
    return { EARSHOT_HOME: this.home(home), HOME: this.#folder, FORCE_COLOR: "0", TZ: "UTC" };
  }

  /** Starts the program with these arguments, wherever this home is. */
  protected launch(_home: string, argv: readonly string[], options: StartOptions): Running {
    return start(process.execPath, [PROGRAM, ...argv], options);
  }

  /** Starts a command that runs a peer on loopback, on any free port. */
  startPeer(home: string, ...argv: readonly string[]): Running {
    const [command = "run", ...rest] = argv;
    return this.start(home, command, "--bind", "127.0.0.1", "--port", "0", "--network", this.network, ...rest);
  }

  /** Runs `earshot ARGV…` to its end, with this input. */
  async run(home: string, argv: readonly string[], input = ""): Promise<Finished> {
    const running = this.start(home, ...argv);
    running.child.stdin?.end(input);
    const ending = await running.ended();
    return { ...ending, out: running.lines, err: running.errors };
  }

  /** The same for a command that may have to run a peer. */
  runPeer(home: string, argv: readonly string[], input = ""): Promise<Finished> {
    const [command = "run", ...rest] = argv;
    return this.run(home, [command, "--bind", "127.0.0.1", "--port", "0", "--network", this.network, ...rest], input);
  }

  /** Kills what still runs, and removes the homes. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#started) running.kill();
    await Promise.all(this.#started.map((running) => running.ended()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The address of a ready line: `ready NAME ID HOST:PORT`. */
export const addressOf = (ready: string): string => ready.slice(ready.lastIndexOf(" ") + 1);
