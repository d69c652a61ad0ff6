// What the owner of a home is called: as told, as remembered, as asked for once, or as the computer calls them.

import { userInfo } from "node:os";
import { parseName } from "../core/name.ts";
import type { Io, Options } from "../ui/cli/command.ts";
import type { Home } from "./home.ts";

/** The name without asking; one that was told is remembered. */
export function knownName(home: Home, options: Options): string {
  if (options.name !== undefined && options.name !== home.name()) home.setName(options.name);
  return options.name ?? parseName(home.name() ?? "") ?? loginName();
}

/** The name; asked for on a terminal when none is known yet, and then remembered. Null when the person left instead. */
export async function chooseName(home: Home, options: Options, io: Io, signal: AbortSignal): Promise<string | null> {
  if (options.name !== undefined || home.name() !== null || !io.terminal) return knownName(home, options);
  const name = await ask(io, signal);
  if (name !== null) home.setName(name);
  return name;
}

async function ask(io: Io, signal: AbortSignal): Promise<string | null> {
  const { createInterface } = await import("node:readline");
  const rl = createInterface({ input: io.input, output: io.out, terminal: true, historySize: 0 });
  const question = `What shall others call you? [${loginName()}] `;
  const closed = new Promise<null>((resolve) => rl.once("close", () => resolve(null)));
  const leave = () => rl.close();
  signal.addEventListener("abort", leave, { once: true });
  try {
    for (;;) {
      const answer = await Promise.race([new Promise<string>((resolve) => rl.question(question, resolve)), closed]);
      if (answer === null) return null;
      const name = answer.trim() === "" ? loginName() : parseName(answer);
      if (name !== null) return name;
      io.out.write('That cannot be a name: 1 to 48 characters that can be read, without "·" and "/", not beginning with "#" or "@".\n');
    }
  } finally {
    signal.removeEventListener("abort", leave);
    rl.close();
  }
}

/** What the computer calls its user, as far as it can be a name. */
function loginName(): string {
  try {
    return parseName(userInfo().username) ?? NAMELESS;
  } catch {
    return NAMELESS;
  }
}

const NAMELESS = "someone";
