// On a LAN of network namespaces (root only): from starting the second peer to the first person it sees.

import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Host, lab } from "../test/e2e/lab.ts";
import type { Running } from "../test/e2e/running.ts";
import { newHome } from "./peer-process.ts";
import { note, report } from "./report.ts";
import { median, percentile } from "./statistics.ts";

const ROUNDS = 15;
const EARSHOT = fileURLToPath(new URL("../bin/earshot", import.meta.url));

export async function discovery(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error("this one makes network namespaces and needs root");
  const seen: number[] = [];
  const homes = [newHome(), newHome()];
  const network = await lab({ hosts: 2 });
  try {
    const [one, other] = network.hosts as [Host, Host];
    const first = run(one, "ann", homes[0] as string);
    await first.line(/^ready /);
    for (let round = -1; round < ROUNDS; round++) {
      const ms = await firstSeen(other, homes[1] as string);
      note(`discovery, round ${round}: ${ms.toFixed(0)} ms`);
      if (round >= 0) seen.push(ms);
    }
  } finally {
    network.close();
    for (const home of homes) rmSync(home, { recursive: true, force: true });
  }
  const value = median(seen);
  report({ what: "start to first person seen, median", value, unit: "ms", goal: { text: "< 300 ms", met: value < 300 } });
  report({ what: "start to first person seen, p90", value: percentile(seen, 0.9), unit: "ms" });
}

/** A newcomer each time: what it remembers of the peer it met is taken away. */
async function firstSeen(host: Host, home: string): Promise<number> {
  rmSync(home, { recursive: true, force: true });
  const begin = performance.now();
  const peer = host.spawn(EARSHOT, ["tail", "--json", "--name", "ben", "--home", home]);
  await peer.line(/"ann"/);
  const ms = performance.now() - begin;
  peer.kill("SIGTERM");
  await peer.ended();
  return ms;
}

const run = (host: Host, name: string, home: string): Running => host.spawn(EARSHOT, ["run", "--name", name, "--home", home]);
