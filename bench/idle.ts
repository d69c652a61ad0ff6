// What one peer needs that has a hundred people around and nothing to do.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connectChat } from "../src/client/remote.ts";
import { openHome } from "../src/main/home.ts";
import { crowd } from "./crowd.ts";
import { newHome } from "./peer-process.ts";
import { insist, note, report } from "./report.ts";
import { cpuOf, residentOf } from "./usage.ts";

const OTHERS = 99;
const PROCESSES = 3;
const NETWORK = "bench-idle";
/** Seconds. */
const SETTLE = Number(process.env.SETTLE ?? 60);
const WATCH = Number(process.env.SECONDS ?? 60);
const EARSHOT = fileURLToPath(new URL("../bin/earshot", import.meta.url));

export async function idle(): Promise<void> {
  const home = newHome();
  const { processes, address } = await crowd(OTHERS, PROCESSES, NETWORK);
  const args = ["run", "--home", home, "--name", "idle", "--port", "0", "--bind", "127.0.0.1", "--network", NETWORK];
  const child = spawn(EARSHOT, [...args, "--no-discovery", "--peer", address], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    for await (const line of createInterface(child.stdout)) if (line.startsWith("ready ")) break;
    const pid = child.pid as number;
    await Promise.all(processes.map((one) => one.order("acquainted", { count: OTHERS + 1 })));
    note(`idle: all ${OTHERS + 1} know one another; settling for ${SETTLE} s`);
    await pause(SETTLE * 1000);
    const before = cpuOf(pid);
    await pause(WATCH * 1000);
    const share = ((cpuOf(pid) - before) / WATCH) * 100;
    const resident = residentOf(pid) / 1000;
    insist((await peopleAt(home)) === OTHERS + 1, "not all people are known");
    report({ what: `resident, ${OTHERS + 1} people here`, value: resident, unit: "MB", goal: { text: "< 90 MB", met: resident < 90 } });
    report({ what: `CPU over ${WATCH} s`, value: share, unit: "% of a core", goal: { text: "< 0.5 %", met: share < 0.5 } });
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
    await Promise.all(processes.map((one) => one.remove()));
    rmSync(home, { recursive: true, force: true });
  }
}

/** Asked last, since to ask costs memory. */
async function peopleAt(home: string): Promise<number> {
  const running = openHome(home).running();
  if (!running) throw new Error("the peer has ended");
  const chat = await connectChat({ to: () => ({ url: `ws://127.0.0.1:${running.port}/chat`, token: running.token }), patience: 3_000 });
  const people = await chat.people();
  await chat.close();
  return people.filter(({ status }) => status !== "offline").length;
}
