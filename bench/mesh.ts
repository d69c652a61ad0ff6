// A hundred peers that talk: all of it must come to everyone, soon.

import { setTimeout as pause } from "node:timers/promises";
import { crowd } from "./crowd.ts";
import { insist, note, report } from "./report.ts";
import { median, percentile } from "./statistics.ts";

const PEERS = Number(process.env.PEERS ?? 100);
const PROCESSES = 3;
const PER_SECOND = 20;
const SECONDS = Number(process.env.SECONDS ?? 30);
const BYTES = 100;
const SETTLE = 15_000;

export async function mesh(): Promise<void> {
  const { processes } = await crowd(PEERS, PROCESSES, "bench-mesh");
  try {
    await Promise.all(processes.map((one) => one.order("acquainted", { count: PEERS })));
    note("mesh: all know one another");
    await pause(SETTLE);
    await talk(processes, 5); // trees grow, code warms up
    await Promise.all(processes.map((one) => one.order("usage", null)));
    const { oneWay, said } = await talk(processes, SECONDS);
    const used = await Promise.all(processes.map((one) => one.order("usage", null)));
    insist(oneWay.length >= said * (PEERS - 1), "not everything came to everyone");
    const [half, most] = [median(oneWay) / 1000, percentile(oneWay, 0.99) / 1000];
    report({ what: `${PEERS} peers, ${PER_SECOND} messages/s in all: delivered`, value: oneWay.length, unit: `of ${said * (PEERS - 1)}` });
    report({ what: "one way, p50", value: half, unit: "ms" });
    report({ what: "one way, p99", value: most, unit: "ms", goal: { text: "< 50 ms", met: most < 50 } });
    report({ what: "one way, the slowest", value: percentile(oneWay, 1) / 1000, unit: "ms" });
    const cores = used.reduce((sum, { cpu, wall }) => sum + cpu / wall, 0);
    report({ what: "CPU of all peers together", value: cores, unit: "cores" });
  } finally {
    await Promise.all(processes.map((one) => one.remove()));
  }
}

/** Resolves once everything came to everyone, once and in order. */
async function talk(processes: Awaited<ReturnType<typeof crowd>>["processes"], seconds: number) {
  const perProcess = PER_SECOND / processes.length;
  const count = Math.floor(seconds * perProcess);
  const said = count * processes.length;
  // Each peer hears all but what it says itself.
  const own = await Promise.all(processes.map((one) => one.order("share", { count })));
  await Promise.all(processes.map((one, i) => one.order("count", { expect: (own[i] as readonly number[]).map((mine) => said - mine) })));
  await Promise.all(processes.map((one) => one.order("chatter", { count, bytes: BYTES, perSecond: perProcess })));
  const counted = (await Promise.all(processes.map((one) => one.order("counted", null)))).flat();
  insist(
    counted.every(({ inOrder }) => inOrder),
    "messages did not all come once, in order",
  );
  return { oneWay: counted.flatMap(({ oneWay }) => oneWay), said };
}
