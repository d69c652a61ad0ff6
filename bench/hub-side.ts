// A server and the clients that came to it: one side of a comparison.

import { Crowd } from "./hub-crowd.ts";
import type { Served } from "./hub-server.ts";
import { insist, note } from "./report.ts";
import { cpuOf } from "./usage.ts";

export type Side = { readonly served: Served; readonly crowd: Crowd };
export type Clients = { readonly web: number; readonly line: number; readonly atOnce: number; readonly asksAll: boolean };

/** Starts a server; no client has come yet. */
export async function sideOf(start: () => Promise<Served>): Promise<Side> {
  const served = await start();
  return { served, crowd: new Crowd() };
}

/** Lets clients come; answers seconds. */
export function enter({ served: { port, bare }, crowd }: Side, clients: Clients): Promise<number> {
  return crowd.order("connect", { port, bare, ...clients });
}

/** Runs something on one side; answers what came of it and the seconds of CPU that the server used for it. */
export async function costOf<T>({ served: { pid } }: Side, run: () => Promise<T>): Promise<T & { readonly cpu: number }> {
  const before = cpuOf(pid);
  const result = await run();
  return { ...result, cpu: cpuOf(pid) - before };
}

/** Ends all; insists that a server that stores has stored as many messages as were said. */
export async function remove(sides: readonly Side[], said: number | null): Promise<void> {
  for (const { served, crowd } of sides) {
    await crowd.remove();
    const stored = await served.stop();
    if (stored === null || said === null) continue;
    note(`stored: ${stored} of ${said} messages`);
    insist(stored === said, `${stored} of ${said} messages were stored`);
  }
}
