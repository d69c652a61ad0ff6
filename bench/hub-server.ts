// The servers that benchmarks of hubs compare, each a process on one core of its own: `earshot hub`, and a bare broadcaster.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { KINDS } from "../src/core/entry.ts";
import { openHome } from "../src/main/home.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import type { Place } from "./hub-crowd.ts";
import { newHome } from "./peer-process.ts";
import { pin } from "./usage.ts";

export type Served = Place & {
  readonly pid: number;
  /** Ends it in its own way; answers how many messages it has stored, null where it stores none. */
  stop(): Promise<number | null>;
};

/** Core of the server; the clients have the other. */
const CORE = 1;
const EARSHOT = fileURLToPath(new URL("../bin/earshot", import.meta.url));
const BARE = fileURLToPath(new URL("./hub-bare.ts", import.meta.url));
/** All limits out of the way. */
const SETTINGS = `[limits]
connections = 0
connections-per-address = 0
guests = 0
message-bytes = 0
messages-per-10-seconds = 0
messages-per-10-seconds-per-address = 0
joins-per-minute-per-address = 0
`;

/** Starts the program as it is shipped, in a home of its own. `HUB_OPTIONS` in the environment goes to Node. */
export async function startHub(): Promise<Served> {
  const home = newHome();
  const discard = (): void => rmSync(home, { recursive: true, force: true });
  writeFileSync(join(home, "hub.toml"), SETTINGS);
  const args = ["hub", "--home", home, "--name", "hub", "--port", "0", "--bind", "127.0.0.1", "--no-discovery", "--network", "bench-hub"];
  try {
    const running = await run(EARSHOT, args);
    const stop = async (): Promise<number> => {
      await running.end();
      const count = await storedIn(home);
      discard();
      return count;
    };
    return { ...running, bare: false, stop };
  } catch (error) {
    discard();
    throw error;
  }
}

export async function startBare(): Promise<Served> {
  const running = await run(process.execPath, [BARE]);
  const stop = async (): Promise<null> => {
    await running.end();
    return null;
  };
  return { ...running, bare: true, stop };
}

async function run(command: string, args: readonly string[]) {
  const env = { ...process.env, NODE_OPTIONS: process.env.HUB_OPTIONS ?? "" };
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const exit = once(child, "exit");
  const pid = child.pid as number;
  const port = await portOf(createInterface(child.stdout));
  if (port === null) throw new Error(`${command} ended before it was ready`);
  child.stdout.resume();
  pin(pid, CORE);
  const end = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exit;
  };
  return { port, pid, end };
}

async function portOf(lines: AsyncIterable<string>): Promise<number | null> {
  for await (const line of lines) {
    const [, port] = /^ready .*:(\d+)$/.exec(line) ?? [];
    if (port !== undefined) return Number(port);
  }
  return null;
}

async function storedIn(dir: string): Promise<number> {
  const store = await openSqliteStore({ path: openHome(dir).database });
  let count = 0;
  let after = 0;
  for (;;) {
    const page = await store.read({ kind: "arrivals", after, limit: 10_000 });
    if (page.length === 0) break;
    count += page.filter(({ entry }) => entry.header.kind === KINDS.message).length;
    after = page.at(-1)?.arrival ?? after;
  }
  await store.close();
  return count;
}
