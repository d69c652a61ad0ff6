// A room of a thousand: how long one message takes to reach all.

import { startBare, startHub } from "./hub-server.ts";
import { enter, remove, type Side, sideOf } from "./hub-side.ts";
import { note, report } from "./report.ts";
import { median } from "./statistics.ts";

const CLIENTS = 1_000;
const WARM_UP = 20;
const ROUNDS = 10;
const EACH = 10;
const SENDERS = Array.from({ length: 10 }, (_, i) => i);

export async function hubRoom(): Promise<void> {
  const sides: Side[] = [];
  let said: number | null = null;
  try {
    for (const start of [startHub, startBare]) sides.push(await sideOf(start));
    for (const side of sides) await enter(side, { web: CLIENTS, line: 0, atOnce: 50, asksAll: false });
    const times = sides.map((): number[] => []);
    for (const side of sides) await reach(side, WARM_UP);
    for (let round = 0; round < ROUNDS; round++) for (const [i, side] of sides.entries()) times[i]?.push(...(await reach(side, EACH)));
    said = WARM_UP + ROUNDS * EACH;
    const [value = Number.NaN, bare = Number.NaN] = times.map(median);
    note(`hub-room: ${times.map((all) => all.map((ms) => ms.toFixed(1)).join(" ")).join("; bare ")}`);
    const reference = { what: "bare", value: bare };
    report({
      what: `one message reaches all ${CLIENTS}, median`,
      value,
      unit: "ms",
      reference,
      goal: { text: "< 15 ms", met: value < 15 },
    });
  } finally {
    await remove(sides, said);
  }
}

const reach = ({ crowd }: Side, rounds: number): Promise<readonly number[]> => crowd.order("reach", { senders: SENDERS, rounds });
