// A thousand guests come one after the other, each asking for all that a page needs: how many bytes that takes.

import { setTimeout as pause } from "node:timers/promises";
import { startHub } from "./hub-server.ts";
import { enter, remove, sideOf } from "./hub-side.ts";
import { insist, report } from "./report.ts";

const GUESTS = 1_000;
/** Messages that the room holds already. */
const BEFORE = 60;
/** Until everyone has been told of everyone, milliseconds. */
const SETTLE = 3_000;

export async function hubJoins(): Promise<void> {
  const talkers = await sideOf(startHub);
  const side = await sideOf(async () => talkers.served);
  try {
    await enter(talkers, { web: 3, line: 0, atOnce: 1, asksAll: true });
    await talkers.crowd.order("reach", { senders: [0, 1, 2], rounds: BEFORE });
    await talkers.crowd.order("leave", null);
    const seconds = await enter(side, { web: GUESTS, line: 0, atOnce: 1, asksAll: true });
    await pause(SETTLE);
    const fault = await side.crowd.order("fault", null);
    insist(fault === null, fault ?? "");
    const { sent, got } = await side.crowd.order("traffic", null);
    const total = (sent + got) / 1e6;
    const goal = { text: "< 50 MB", met: total < 50 };
    report({ what: `${GUESTS} join, each asking for people, rooms and 50 messages: traffic in all`, value: total, unit: "MB", goal });
    report({ what: "of it, from the guests", value: sent / 1e6, unit: "MB" });
    report({ what: "time until the last was in", value: seconds, unit: "s" });
  } finally {
    await side.crowd.remove();
    await remove([talkers], null);
  }
}
