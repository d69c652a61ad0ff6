// Runs a command of the command line against a Chat, with input and output that a test can see.

import { PassThrough, Writable } from "node:stream";
import type { Chat } from "../../../core/ports/chat.ts";
import { COMMANDS } from "../commands.ts";
import { parseCommandLine } from "../parse.ts";

export type Running = {
  /** All that came out so far. */
  out(): string;
  err(): string;
  /** Resolves when the output has this text. */
  shows(text: string): Promise<void>;
  type(text: string): void;
  endInput(): void;
  /** What Ctrl+C does. */
  interrupt(): void;
  readonly done: Promise<void>;
};

/** Starts `earshot ARGV…`, a command that needs a Chat. */
export function start(chat: Chat, ...argv: readonly string[]): Running {
  const parsed = parseCommandLine(argv);
  if (parsed.kind !== "run") throw new TypeError("this is not run");
  const command = COMMANDS.find(({ name }) => name === parsed.command.name);
  if (command?.needs !== "chat") throw new TypeError("this needs no Chat");
  const input = new PassThrough();
  const out = collector();
  const err = collector();
  const ending = new AbortController();
  const io = {
    input: input as unknown as NodeJS.ReadStream,
    out: out.stream as unknown as NodeJS.WriteStream,
    err: err.stream as unknown as NodeJS.WriteStream,
    terminal: false,
    colour: false,
  };
  const { args, options } = parsed;
  const done = command
    .load()
    .then((run) => run({ ...io, args, options, lasting: command.lasting ?? false, signal: ending.signal, chat, own: null, hub: null }));
  return {
    out: out.text,
    err: err.text,
    shows: out.shows,
    type: (text) => void input.write(text),
    endInput: () => void input.end(),
    interrupt: () => ending.abort(),
    done,
  };
}

function collector() {
  let text = "";
  const waiting = new Set<() => void>();
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      for (const look of waiting) look();
      done();
    },
  });
  const shows = (wanted: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!text.includes(wanted)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { stream, text: () => text, shows };
}
