// What `--help` shows, and the guide page: made from the tables.

import type { Command, Options } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { COMMON, OPTIONS } from "./options.ts";

/** All commands, for `earshot --help`. */
export function generalHelp(): string {
  const rows = COMMANDS.map(({ name, usage, summary }): Row => [`${name} ${usage}`.trim(), summary]);
  return [
    "Chat with everyone within earshot: no server, no account, no internet.",
    "",
    "Usage: earshot [command] [options]",
    "",
    ...table([...rows, ["help [COMMAND]", "show this, or all about one command"]]),
    "",
    "Options of every command:",
    ...table(optionRows(COMMON)),
    "",
    "Example:",
    "  earshot chat --name ann",
    "",
  ].join("\n");
}

/** All about one command. */
export function commandHelp(command: Command): string {
  return [
    `Usage: ${usageOf(command)}`,
    "",
    ...wrap(`${capital(command.summary)}.`, WIDTH),
    ...command.help.flatMap((paragraph) => ["", ...wrap(paragraph, WIDTH)]),
    "",
    "Options:",
    ...table(optionRows([...command.options, ...COMMON])),
    "",
    command.examples.length === 1 ? "Example:" : "Examples:",
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

/** The page docs/guide/command-line.md up to where the tables end, in Markdown. */
export function guideCommands(): string {
  return COMMANDS.map(guideOf).join("\n");
}

function guideOf(command: Command): string {
  const options = optionRows(command.options).map(([left, right]) => `- \`${left}\`: ${right}`);
  return [
    `### \`${usageOf(command).replace(" [options]", "")}\``,
    "",
    `${capital(command.summary)}.`,
    ...command.help.flatMap((paragraph) => ["", paragraph]),
    "",
    ...(options.length > 0 ? [...options, ""] : []),
    "```sh",
    ...command.examples,
    "```",
    "",
  ].join("\n");
}

type Row = readonly [string, string];
const WIDTH = 80;

const usageOf = ({ name, usage }: Command): string => `earshot ${name} ${usage}`.trim().concat(" [options]");

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const optionRows = (names: readonly (keyof Options)[]): Row[] =>
  names.map((name) => {
    const { flag, value, help } = OPTIONS[name];
    return [value === null ? `--${flag}` : `--${flag} ${value}`, help];
  });

function table(rows: readonly Row[]): string[] {
  const column = Math.max(...rows.map(([left]) => left.length)) + 4;
  return rows.flatMap(([left, right]) =>
    wrap(right, WIDTH - column).map((line, index) => (index === 0 ? `  ${left}`.padEnd(column) : " ".repeat(column)) + line),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}
