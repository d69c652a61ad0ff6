// How many connections this computer lets one program hold.

import { readFileSync } from "node:fs";

/** Kept for the store, the links and whatever else is opened besides. */
const RESERVE = 64;

/** Most connections of guests at once, where the system tells (proc_pid_limits(5)). Node has raised the soft limit already. */
export function mostConnections(): number | undefined {
  try {
    const [, files] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1")) ?? [];
    return files === undefined ? undefined : Math.max(1, Number(files) - RESERVE);
  } catch {
    return undefined;
  }
}
