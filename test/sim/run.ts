// npm run sim: many peers in one process, under many seeds.

import { parseArgs } from "node:util";
import { type Outcome, simulate } from "./scenario.ts";

const { values } = parseArgs({
  options: {
    peers: { type: "string", default: "1000" },
    seeds: { type: "string", default: "3" },
    seed: { type: "string" },
    messages: { type: "string" },
  },
});
const peers = Number(values.peers);
const first = Number(values.seed ?? 1);
const seeds = values.seed === undefined ? Number(values.seeds) : 1;
const messages = values.messages === undefined ? {} : { messages: Number(values.messages) };
const failed: number[] = [];

for (let seed = first; seed < first + seeds; seed++) {
  const start = performance.now();
  try {
    console.log(line(simulate({ peers, seed, ...messages }), (performance.now() - start) / 1000));
  } catch (error) {
    failed.push(seed);
    console.log(`seed ${seed}: FAILED: ${error instanceof Error ? error.stack : String(error)}`);
    console.log(`  again: npm run sim -- --peers ${peers} --seed ${seed}`);
  }
}
console.log(`${seeds - failed.length} of ${seeds} seeds passed with ${peers} peers`);
if (failed.length > 0) process.exitCode = 1;

function line(o: Outcome, seconds: number): string {
  const n = (value: number, digits = 1) => value.toFixed(digits);
  return [
    `seed ${o.seed}: ${o.entries} entries, equal after ${n(o.settled)} s`,
    `copies ${n(o.stormCopies, 2)} in the storm, ${n(o.calmCopies, 3)} in calm`,
    `hops ${n(o.hops.mean)} (most ${o.hops.most})`,
    `latency p50 ${n(o.latency.p50)} p99 ${n(o.latency.p99)} most ${n(o.latency.most)} ms`,
    `links ${n(o.links.mean)} (most ${o.links.most})`,
    `frames per delivery: ${o.calmFrames}`,
    `a newcomer has all after ${n(o.newcomer.seconds, 2)} s with ${n(o.newcomer.copies, 2)} copies`,
    `${o.steps} steps in ${n(seconds)} s`,
  ].join("; ");
}
