// What a process has used, by Linux' own books, and which core it runs on.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Of /proc/PID/stat, a second: `getconf CLK_TCK`, 100 on all Linux. */
const TICKS = 100;

/** Seconds of CPU of all its threads, user and system. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Kilobytes of memory, as Linux counts them: of 1,024 bytes. */
export const residentOf = (pid: number): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

/** Holds a process, all its threads and those it will start, to one core. */
export function pin(pid: number, core: number): void {
  execFileSync("taskset", ["-acp", String(core), String(pid)], { stdio: "ignore" });
}
