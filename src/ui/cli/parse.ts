// Reads a command line into a command with its checked arguments and options.

import { parseArgs } from "node:util";
import { nearest } from "../../core/nearest.ts";
import { shown } from "../../talk/words.ts";
import type { Command, Options } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { COMMON, OPTIONS, type OptionSpec, PEER } from "./options.ts";
import { UsageError } from "./usage-error.ts";

export type Invocation =
  | { readonly kind: "run"; readonly command: Command; readonly args: readonly string[]; readonly options: Options }
  | { readonly kind: "help"; readonly command: Command | null }
  | { readonly kind: "version" };

/** The arguments after the program's name. Throws UsageError with one line that says what is wrong. */
export function parseCommandLine(argv: readonly string[]): Invocation {
  const { positionals, given } = tokenize(argv);
  const [word, ...args] = positionals;
  const wanted = (option: string) => given.some(({ flag }) => flag === option);
  if (word === "help") return { kind: "help", command: args[0] === undefined ? null : findCommand(args[0]) };
  if (wanted("version") && !wanted("help")) return { kind: "version" };
  if (wanted("help")) return { kind: "help", command: word === undefined ? null : findCommand(word) };
  const command = findCommand(word ?? "open");
  const options = readOptions(command, given);
  checkArgs(command, args);
  return { kind: "run", command, args, options };
}

/** The command of this name. Throws UsageError that names the nearest one. */
function findCommand(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name);
  if (command) return command;
  const guess = nearest(
    name,
    COMMANDS.map((known) => known.name),
  );
  const hint = guess ? `did you mean "earshot ${guess}"?` : `"earshot --help" lists what there is`;
  throw new UsageError(`${shown(name)} is not a command: ${hint}`);
}

type Given = { readonly flag: string; readonly raw: string; readonly value: string | undefined; readonly inline: boolean };

function tokenize(argv: readonly string[]): { readonly positionals: readonly string[]; readonly given: readonly Given[] } {
  const given: Given[] = [];
  const positionals: string[] = [];
  const { tokens } = parseArgs({ args: [...argv], options: SPECS, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind === "option") {
      given.push({ flag: token.name, raw: token.rawName, value: token.value, inline: token.inlineValue ?? false });
    }
  }
  return { positionals, given };
}

const SPECS: Record<string, { type: "string" | "boolean"; short?: string }> = Object.fromEntries(
  Object.values(OPTIONS).map((spec) => [
    spec.flag,
    spec.flag === "help" ? { type: "boolean", short: "h" } : { type: spec.value === null ? "boolean" : "string" },
  ]),
);

function readOptions(command: Command, given: readonly Given[]): Options {
  const allowed = [...COMMON, ...command.options].map((name) => OPTIONS[name]);
  let options: Options = {};
  for (const item of given) {
    const spec = allowed.find(({ flag }) => flag === item.flag);
    if (!spec) throw unknownOption(command, item, allowed);
    options = { ...options, ...spec.read(givenValue(spec, item), options) };
  }
  refusePeerAtHub(options);
  return options;
}

/** With a hub there is no peer here that its options could be for. */
function refusePeerAtHub(options: Options): void {
  const idle = options.hub === undefined ? undefined : PEER.find((name) => options[name] !== undefined);
  if (idle) throw new UsageError(`--${OPTIONS[idle].flag} is for an Earshot of one's own, and with --hub none runs: leave one of them out`);
}

function givenValue(spec: OptionSpec, { raw, value, inline }: Given): string {
  if (spec.value === null) {
    if (value !== undefined) throw new UsageError(`${raw} takes no value`);
    return "";
  }
  const swallowed = !inline && value?.startsWith("--");
  if (value === undefined || swallowed) throw new UsageError(`${raw} needs a value: ${raw} ${spec.value}`);
  return value;
}

function unknownOption(command: Command, { raw }: Given, allowed: readonly OptionSpec[]): UsageError {
  const guess = nearest(
    raw,
    allowed.map(({ flag }) => `--${flag}`),
  );
  const elsewhere = Object.values(OPTIONS).some(({ flag }) => `--${flag}` === raw);
  const dash = command.name === "send" ? "; put -- before a text that begins with a dash" : "";
  const hint = guess && !elsewhere ? `did you mean ${guess}?` : `"earshot ${command.name} --help" lists those it has`;
  return new UsageError(`"earshot ${command.name}" has no option ${shown(raw)}: ${hint}${dash}`);
}

function checkArgs(command: Command, args: readonly string[]): void {
  const usage = `earshot ${command.name}${command.usage && ` ${command.usage}`}`;
  if (args.length < command.args.min) throw new UsageError(`something is missing: ${usage}`);
  const extra = args[command.args.max];
  if (extra !== undefined) throw new UsageError(`${shown(extra)} is one too many: ${usage}`);
}
