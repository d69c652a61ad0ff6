// Where the program starts: reads the command line, does what it says, and ends with the exit code that scripts rely on.

import { ChatError } from "../core/errors.ts";
import { type Invocation, parseCommandLine } from "../ui/cli/parse.ts";
import { UsageError } from "../ui/cli/usage-error.ts";

process.exit(await main(process.argv.slice(2)));

/** 0 when done, 1 when it could not be done, 2 when it was asked wrongly; one line on stderr says why. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    await dispatch(parseCommandLine(argv));
    return 0;
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    process.stderr.write(`earshot: ${error.message.replace(/\s*\n\s*/g, " ")}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function dispatch(invocation: Invocation): Promise<void> {
  if (invocation.kind === "run") {
    const { runCommand } = await import("./cli.ts");
    return runCommand(invocation);
  }
  if (invocation.kind === "version") return tell(`${await version()}\n`);
  const { commandHelp, generalHelp } = await import("../ui/cli/help.ts");
  return tell(invocation.command ? commandHelp(invocation.command) : generalHelp());
}

/** Resolves when it is written; a reader who has gone is no error. */
function tell(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.on("error", () => resolve());
    process.stdout.write(text, () => resolve());
  });
}

async function version(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
