// Asks for a password on a terminal, without showing it.

import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Io } from "../ui/cli/command.ts";

/** What was typed, or null when the person left instead. */
export async function askPassword(io: Io, question: string, signal: AbortSignal): Promise<string | null> {
  io.out.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const rl = createInterface({ input: io.input, output: unseen, terminal: true, historySize: 0 });
  const leave = () => rl.close();
  signal.addEventListener("abort", leave, { once: true });
  rl.once("SIGINT", leave);
  try {
    return await new Promise<string | null>((resolve) => {
      rl.once("line", resolve).once("close", () => resolve(null));
    });
  } finally {
    signal.removeEventListener("abort", leave);
    rl.close();
    io.out.write("\n");
  }
}
