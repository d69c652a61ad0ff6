// The streams of this process as a command sees them, and the signals that ask it to end.

import { ChatError } from "../core/errors.ts";
import type { Io } from "../ui/cli/command.ts";

export type Terminal = {
  readonly io: Io;
  /** Aborted by SIGINT, SIGTERM, SIGHUP, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
  /** From now on SIGHUP calls this instead of ending. */
  onHangup(listener: () => void): void;
  /** Whether the reader of the output went away: then nothing that failed is worth a word. */
  unread(): boolean;
  /** Resolves when all output is written. Rejects with `storage` when it could not be. */
  close(): Promise<void>;
};

/** Asks once to end; the second time ends at once. */
export function openTerminal(): Terminal {
  const ending = new AbortController();
  let broken: NodeJS.ErrnoException | null = null;
  const end = () => {
    if (ending.signal.aborted) process.exit(130);
    ending.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  const onHangup = (listener: () => void) => void process.off("SIGHUP", end).on("SIGHUP", listener);
  process.stdout.on("error", (error) => {
    broken = error;
    ending.abort();
  });
  process.stderr.on("error", () => {});
  const unread = () => broken?.code === "EPIPE";
  const close = async () => {
    await written(process.stdout);
    if (broken && !unread()) throw new ChatError("storage", `cannot write the output: ${broken.message}`);
  };
  return { io: ioOf(process), signal: ending.signal, onHangup, unread, close };
}

function ioOf({ stdin, stdout, stderr, env }: NodeJS.Process): Io {
  const terminal = Boolean(stdin.isTTY && stdout.isTTY);
  return { input: stdin, out: stdout, err: stderr, terminal, colour: wantsColour(env, Boolean(stdout.isTTY)) };
}

/** Colour on a terminal unless NO_COLOR says otherwise (no-color.org); FORCE_COLOR as Node reads it. */
export function wantsColour(env: NodeJS.ProcessEnv, terminal: boolean): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return terminal && !env.NO_COLOR && env.TERM !== "dumb";
}

const written = (out: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (out.destroyed) resolve();
    else out.write("", () => resolve());
  });
