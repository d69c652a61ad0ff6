// One room of 200 WebSocket and 200 line clients, beside a server that only broadcasts: as much as may be, and at a pace.

import type { Delivered } from "./hub-crowd.ts";
import { startBare, startHub } from "./hub-server.ts";
import { costOf, enter, remove, type Side, sideOf } from "./hub-side.ts";
import { note, report } from "./report.ts";
import { median } from "./statistics.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS ?? 4);
const KIND = 200;
/** Ten of each kind talk. */
const SENDERS = [0, KIND].flatMap((first) => Array.from({ length: 10 }, (_, i) => first + i));
/** Messages on their way at any time, when as much is said as may be. */
const WINDOW = Number(process.env.WINDOW ?? 2_000);
/** Messages, which are 100,000 deliveries. */
const PER_SECOND = 250;
const WARM_UP = 1;

type Saturated = Delivered & { readonly cpu: number };
type Paced = Saturated & { readonly delays: readonly [p50: number, p99: number, most: number] };

export async function hubFanout(): Promise<void> {
  const sides: Side[] = [];
  let said: number | null = null;
  try {
    for (const start of [startHub, startBare]) sides.push(await sideOf(start));
    for (const side of sides) await enter(side, { web: KIND, line: KIND, atOnce: 50, asksAll: false });
    said = await measure(sides as [Side, Side]);
  } finally {
    await remove(sides, said);
  }
}

/** Answers how many messages the hub was told. */
async function measure([hub, bare]: readonly [Side, Side]): Promise<number> {
  const saturated = { hub: [] as Saturated[], bare: [] as Saturated[] };
  const paced = { hub: [] as Paced[], bare: [] as Paced[] };
  let said = 0;
  for (const side of [hub, bare]) {
    const { messages } = await saturate(side, WARM_UP);
    if (side === hub) said += messages;
  }
  for (let round = 0; round < ROUNDS; round++) {
    saturated.hub.push(await saturate(hub, SECONDS));
    saturated.bare.push(await saturate(bare, SECONDS));
    paced.hub.push(await pace(hub));
    paced.bare.push(await pace(bare));
    said += (saturated.hub.at(-1)?.messages ?? 0) + (paced.hub.at(-1)?.messages ?? 0);
    note(
      `hub-fanout, round ${round}: ${JSON.stringify({ saturated, paced }, (_, value) => (Array.isArray(value) && typeof value[0] === "object" ? value.at(-1) : value))}`,
    );
  }
  tellSaturated(saturated);
  tellPaced(paced);
  return said;
}

const saturate = (side: Side, seconds: number): Promise<Saturated> =>
  costOf(side, () => side.crowd.order("saturate", { senders: SENDERS, window: WINDOW, seconds }));

const pace = (side: Side): Promise<Paced> =>
  costOf(side, () => side.crowd.order("pace", { senders: SENDERS, perSecond: PER_SECOND, seconds: SECONDS }));

type Both<T> = { readonly hub: readonly T[]; readonly bare: readonly T[] };

function tellSaturated({ hub, bare }: Both<Saturated>): void {
  const rate = (all: readonly Saturated[]): number => median(all.map(({ deliveries, seconds }) => deliveries / seconds));
  const value = rate(hub);
  const reference = { what: "bare, not storing", value: rate(bare) };
  const goal = { text: "≥ 3,000,000 deliveries/s", met: value >= 3_000_000 };
  report({ what: "saturated, every message stored", value, unit: "deliveries/s", reference, goal });
  tellCpu("saturated", { hub, bare });
}

function tellPaced({ hub, bare }: Both<Paced>): void {
  for (const [place, name] of ["p50", "p99"].entries()) {
    const delay = (all: readonly Paced[]): number => median(all.map(({ delays }) => delays[place] as number));
    const value = delay(hub);
    const goal = name === "p99" ? { goal: { text: "< 3 ms", met: value < 3 } } : {};
    report({ what: `100,000 deliveries/s, ${name}`, value, unit: "ms", reference: { what: "bare", value: delay(bare) }, ...goal });
  }
  const ratio = tellCpu("100,000 deliveries/s", { hub, bare });
  report({ what: "CPU per delivery, ratio to bare", value: ratio, unit: "", goal: { text: "≤ 1.3", met: ratio <= 1.3 } });
}

/** Answers how many times as much the hub uses. */
function tellCpu(what: string, { hub, bare }: Both<Saturated>): number {
  const cost = (all: readonly Saturated[]): number => median(all.map(({ cpu, deliveries }) => (cpu / deliveries) * 1e6));
  const [value, beside] = [cost(hub), cost(bare)];
  report({ what: `${what}: CPU per million deliveries`, value, unit: "s", reference: { what: "bare", value: beside } });
  return value / beside;
}
