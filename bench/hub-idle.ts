// Ten thousand guests come, and then have nothing to say.

import { setTimeout as pause } from "node:timers/promises";
import { startBare, startHub } from "./hub-server.ts";
import { enter, remove, type Side, sideOf } from "./hub-side.ts";
import { insist, note, report } from "./report.ts";
import { residentOf } from "./usage.ts";

const GUESTS = Number(process.env.GUESTS ?? 10_000);
/** Come before, so that what the first of them takes is not counted. */
const FIRST = 10;
const AT_ONCE = 200;
/** Seconds. */
const SETTLE = Number(process.env.SETTLE ?? 20);

export async function hubIdle(): Promise<void> {
  const bare = await measure(startBare);
  const hub = await measure(startHub);
  const count = GUESTS.toLocaleString("en-US");
  const beside = (value: number) => ({ reference: { what: "bare", value } });
  report({
    what: `${count} WebSocket guests come and enter`,
    value: hub.seconds,
    unit: "s",
    ...beside(bare.seconds),
    goal: { text: "< 3 s", met: hub.seconds < 3 },
  });
  report({
    what: "resident per idle guest",
    value: hub.each,
    unit: "kB",
    ...beside(bare.each),
    goal: { text: "< 12 kB", met: hub.each < 12 },
  });
}

async function measure(start: typeof startHub) {
  const side = await sideOf(start);
  try {
    await warmUp(side);
    const before = residentOf(side.served.pid);
    const seconds = await enter(side, { web: GUESTS, line: 0, atOnce: AT_ONCE, asksAll: false });
    note(`hub-idle: all came in ${seconds} s; settling for ${SETTLE} s`);
    await pause(SETTLE * 1000);
    const each = (residentOf(side.served.pid) - before) / GUESTS;
    const fault = await side.crowd.order("fault", null);
    insist(fault === null, fault ?? "");
    const [ms] = await side.crowd.order("reach", { senders: [0], rounds: 1 });
    note(`hub-idle: ${each} kB each; one message reached all in ${ms} ms`);
    return { seconds, each };
  } finally {
    await remove([side], null);
  }
}

/** A few clients come and go. */
async function warmUp({ served }: Side): Promise<void> {
  const few = await sideOf(async () => served);
  await enter(few, { web: FIRST, line: 0, atOnce: FIRST, asksAll: false });
  await few.crowd.remove();
  await pause(1000);
}
