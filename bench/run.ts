// Runs benchmarks: `npm run bench` for all, `npm run bench -- start latency` for some. Prints rows for RESULTS.md to stdout.

import { cpus, loadavg } from "node:os";
import { note, TABLE_HEAD } from "./report.ts";

const BENCHMARKS: Readonly<Record<string, () => Promise<() => Promise<void>>>> = {
  start: async () => (await import("./start.ts")).start,
  discovery: async () => (await import("./discovery.ts")).discovery,
  latency: async () => (await import("./latency.ts")).latency,
  throughput: async () => (await import("./throughput.ts")).throughput,
  catchup: async () => (await import("./catchup.ts")).catchup,
  idle: async () => (await import("./idle.ts")).idle,
  mesh: async () => (await import("./mesh.ts")).mesh,
  search: async () => (await import("./search.ts")).search,
  "hub-fanout": async () => (await import("./hub-fanout.ts")).hubFanout,
  "hub-idle": async () => (await import("./hub-idle.ts")).hubIdle,
  "hub-room": async () => (await import("./hub-room.ts")).hubRoom,
  "hub-joins": async () => (await import("./hub-joins.ts")).hubJoins,
};

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in BENCHMARKS));
if (unknown !== undefined) {
  note(`${unknown} is no benchmark: ${Object.keys(BENCHMARKS).join(", ")}`);
  process.exit(2);
}
let failed = 0;
for (const name of names.length > 0 ? names : Object.keys(BENCHMARKS)) failed += await measured(name);
process.exit(failed > 0 ? 1 : 0);

async function measured(name: string): Promise<0 | 1> {
  const load = () => (loadavg()[0] as number).toFixed(1);
  const before = load();
  console.log(`\n### ${name}\n\n${TABLE_HEAD}`);
  try {
    await (await (BENCHMARKS[name] as () => Promise<() => Promise<void>>)())();
    console.log(
      `\n\`npm run bench -- ${name}\`, Node ${process.versions.node}, ${cpus().length} cores, load ${before} before and ${load()} after.`,
    );
    return 0;
  } catch (error) {
    console.log(`\nfailed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}
