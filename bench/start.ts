// From starting `bin/earshot run` to its `ready` line, beside an empty program on the same Node. Runs in turn.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { writeHistory } from "./history.ts";
import { newHome } from "./peer-process.ts";
import { note, report } from "./report.ts";
import { median } from "./statistics.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 15);
const MESSAGES = Number(process.env.MESSAGES ?? 1_000_000);
const NODE = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
const EARSHOT = fileURLToPath(new URL("../bin/earshot", import.meta.url));

export async function start(): Promise<void> {
  const [fresh, full] = [newHome(), newHome()];
  try {
    const empty = join(fresh, "empty.js");
    writeFileSync(empty, "");
    note(`start: making a history of ${MESSAGES} messages`);
    await writeHistory(full, MESSAGES);
    const times = { empty: [] as number[], fresh: [] as number[], full: [] as number[] };
    for (let round = -2; round < ROUNDS; round++) {
      const measured = { empty: await emptyRun(empty), fresh: await readyRun(fresh), full: await readyRun(full) };
      note(`start, round ${round}: ${JSON.stringify(measured)}`);
      if (round < 0) continue; // fills the compile cache
      for (const [name, ms] of Object.entries(measured)) times[name as keyof typeof times].push(ms);
    }
    const reference = { what: "an empty program, to its end", value: median(times.empty) };
    tell("start to ready, a home that exists", median(times.fresh), reference);
    tell(`start to ready, ${MESSAGES.toLocaleString("en-US")} messages held`, median(times.full), reference);
  } finally {
    for (const home of [fresh, full]) rmSync(home, { recursive: true, force: true });
  }
}

function tell(what: string, value: number, reference: { readonly what: string; readonly value: number }): void {
  const met = value < 150 && value < 2.5 * reference.value;
  report({ what, value, unit: "ms", reference, goal: { text: "< 150 ms and < 2.5 × empty", met } });
}

async function emptyRun(file: string): Promise<number> {
  const begin = performance.now();
  await once(spawn(NODE, [file], { stdio: "ignore" }), "exit");
  return performance.now() - begin;
}

async function readyRun(home: string): Promise<number> {
  const begin = performance.now();
  const args = ["run", "--home", home, "--name", "ann", "--port", "0", "--no-discovery", "--network", "bench-start"];
  const child = spawn(EARSHOT, args, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(child.stdout)) if (line.startsWith("ready ")) break;
  const ms = performance.now() - begin;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  return ms;
}
