// The commands that can be typed wherever lines are talk: one table, from which they are found and /help is made.

import { ChatError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { firstWord, type SlashCommand } from "./command.ts";
import { HUB_COMMANDS } from "./hub-commands.ts";
import { TALK_COMMANDS } from "./talk-commands.ts";
import type { Talker } from "./talker.ts";
import { shown } from "./words.ts";

const ABOUT: readonly SlashCommand[] = [
  { name: "help", usage: "", help: "show this", min: 0, run: help },
  { name: "quit", usage: "", help: "leave; so does a line that is just exit", min: 0, run: async (talker) => talker.quit() },
];

export const SLASH_COMMANDS: readonly SlashCommand[] = [...TALK_COMMANDS, ...ABOUT, ...HUB_COMMANDS];

/** Does what a line that begins with a slash says. Throws ChatError for what cannot be done. */
export async function runSlash(talker: Talker, line: string): Promise<void> {
  const [name, rest] = firstWord(line.slice(1));
  const wanted = name.toLowerCase() === "exit" ? "quit" : name.toLowerCase();
  const command = SLASH_COMMANDS.find((known) => known.name === wanted);
  if (!command) throw unknown(name);
  const words = rest === "" ? 0 : rest.split(/\s+/u).length;
  if (words < command.min) throw new ChatError("bad-input", `something is missing: /${command.name} ${command.usage}`);
  return command.run(talker, rest);
}

function unknown(name: string): ChatError {
  const names = SLASH_COMMANDS.map((known) => known.name);
  const guess = nearest(name, names);
  const hint = guess ? `did you mean /${guess}?` : "/help lists them.";
  return new ChatError("bad-input", `${shown(`/${name}`)} is not a command: ${hint} Two slashes say a line that begins with one.`);
}

async function help(talker: Talker): Promise<void> {
  talker.tell(...[...TALK_COMMANDS, ...ABOUT].map(helpOf), "at a hub:", ...HUB_COMMANDS.map(helpOf));
}

/** Usage and help in two columns; a usage that is too wide for its own has a row to itself. */
function helpOf({ name, usage, help }: SlashCommand): string {
  const typed = `/${name} ${usage}`.trim();
  return typed.length < COLUMN ? `${typed.padEnd(COLUMN)}${help}` : `${typed}\n${" ".repeat(FURTHER + COLUMN)}${help}`;
}

/** Where the help begins. */
const COLUMN = 26;
/** A further row of news is indented less than the first by so much: that begins with a time. */
const FURTHER = "[14:02] -- ".length - 8;
