// Where chat shows its lines and reads what is typed: plain streams, or a terminal on which coming lines do not tear the one being typed.

import type { Interface } from "node:readline";
import type { Line } from "../../../talk/lines.ts";
import { holdsPassword } from "../../../talk/typed.ts";
import type { Io } from "../command.ts";
import { drained, painted } from "../output.ts";
import { widthOf } from "../table.ts";
import { typedLines } from "./typed-lines.ts";

export type Screen = {
  show(lines: readonly Line[]): void;
  /** What is typed, line by line; ends with the input, or when the signal is aborted. */
  readonly lines: AsyncIterable<string>;
  /** What stands before the line being typed. */
  prompt(text: string): void;
  /** Resolves when the reader has caught up, or null when it has. */
  crowded(): Promise<void> | null;
  close(): void;
};

/** A screen for these streams; on a terminal with editing and history of the line (node:readline, loaded only then). */
export async function openScreen(io: Io, signal: AbortSignal): Promise<Screen> {
  return io.terminal ? terminalScreen(io, signal) : plainScreen(io, signal);
}

function plainScreen(io: Io, signal: AbortSignal): Screen {
  return {
    show: (lines) => void io.out.write(rendered(lines, io.colour)),
    lines: typedLines(io.input, signal),
    prompt: () => {},
    crowded: () => crowded(io),
    close: () => {},
  };
}

async function terminalScreen(io: Io, signal: AbortSignal): Promise<Screen> {
  const { createInterface } = await import("node:readline");
  const rl = createInterface({ input: io.input, output: io.out, terminal: true, historySize: 200, removeHistoryDuplicates: true });
  const close = () => rl.close();
  rl.on("SIGINT", close);
  signal.addEventListener("abort", close, { once: true });
  rl.on("line", (line) => eraseTyped(io, rl, line));
  rl.on("history", (lines) => {
    if (holdsPassword(lines[0] ?? "")) lines.shift();
  });
  return {
    show: (lines) => {
      io.out.write(eraseAbove(rl.getCursorPos().rows) + rendered(lines, io.colour));
      redraw(rl);
    },
    lines: rl,
    prompt: (text) => {
      rl.setPrompt(text);
      rl.prompt(true);
    },
    crowded: () => crowded(io),
    close: () => {
      signal.removeEventListener("abort", close);
      rl.close();
      io.out.write(eraseAbove(rl.getCursorPos().rows));
    },
  };
}

const rendered = (lines: readonly Line[], colour: boolean): string => lines.map((line) => `${painted(line, colour)}\n`).join("");

const crowded = ({ out }: Io): Promise<void> | null => (out.writableNeedDrain ? drained(out) : null);

/** To the beginning of the prompt, which stands so many rows above, and everything from there on erased (ECMA-48 CUU, ED). */
const eraseAbove = (rows: number): string => `${rows > 0 ? `\x1b[${rows}A` : ""}\r\x1b[J`;

/** Draws the prompt and what is being typed anew, on the row where the cursor is. */
function redraw(rl: Interface): void {
  // readline would first climb to where the prompt was: it stands there no more
  (rl as { prevRows?: number }).prevRows = 0;
  rl.prompt(true);
}

/** A line that was just entered is erased: it comes back as a message. */
function eraseTyped(io: Io, rl: Interface, line: string): void {
  const columns = io.out.columns || 80;
  const rows = Math.floor(Math.max(0, widthOf(rl.getPrompt() + line) - 1) / columns) + 1;
  io.out.write(eraseAbove(Math.min(rows, io.out.rows || rows)));
  redraw(rl);
}
