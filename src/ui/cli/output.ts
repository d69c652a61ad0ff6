// Writes lines where a command's output goes.

import { styleText } from "node:util";
import type { Line } from "../../talk/lines.ts";
import type { Io } from "./command.ts";

/** The line as a terminal shows it: own talk green, news dim. */
export function painted({ tone, text }: Line, colour: boolean): string {
  if (!colour || tone === "talk") return text;
  return styleText(tone === "own" ? "green" : "dim", text, { validateStream: false });
}

/** Writes lines at the pace of their reader. */
export async function print(io: Pick<Io, "out" | "colour">, lines: readonly Line[]): Promise<void> {
  const text = lines.map((line) => `${painted(line, io.colour)}\n`).join("");
  if (text) await write(io.out, text);
}

/** Writes text at the pace of its reader. */
export async function write(out: NodeJS.WriteStream, text: string): Promise<void> {
  if (!out.write(text)) await drained(out);
}

/** Resolves when the stream has room again, or will never have. */
export function drained(out: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ENDS) out.off(event, done);
      resolve();
    };
    for (const event of ENDS) out.once(event, done);
  });
}

const ENDS = ["drain", "close", "error"] as const;
