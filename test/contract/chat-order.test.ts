// Random talk among peers with clocks that differ, parted and joined at random: all hold one history in one order.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../src/core/ports/chat.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import { LOBBY } from "../../src/core/room.ts";
import { dice as diceOf } from "../dice.ts";
import { Neighbourhood, openStation, type Station, steppingClock } from "./pair.ts";

const SEEDS = Number(process.env.SEEDS ?? 12);
const STEPS = 60;
const HOURS_3 = 3 * 3_600_000_000;

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`seed ${seed}: replies stand after what they answer, and everyone sees the same`, async () => {
    const dice = new Dice(seed);
    const clock = steppingClock();
    const skews = [0, 40_000_000, -50_000_000].map((most) => Math.round(most * dice.roll()));
    const neighbourhood = await gather(skews.map((skew) => () => clock() + skew));
    for (let step = 0; step < STEPS; step++) await takeStep(neighbourhood, step, dice);
    neighbourhood.part();
    neighbourhood.join();
    await neighbourhood.settle();
    const histories = await Promise.all(neighbourhood.stations.map(({ chat }) => chat.history(LOBBY, { limit: 1_000 })));
    for (const history of histories) assert.deepEqual(history, histories[0]);
    checkReplies(histories[0] ?? []);
    await neighbourhood.close();
  });
}

test("two whose own clocks are three hours apart agree, given the network's time", async () => {
  const clock = steppingClock();
  const neighbourhood = await gather(
    [0, HOURS_3].map((off) => {
      const own = () => clock() + off;
      return () => own() - off;
    }),
  );
  for (let turn = 0; turn < 10; turn++) {
    await neighbourhood.stations[turn % 2]?.chat.say(LOBBY, `turn ${turn}`);
    await neighbourhood.settle();
  }
  const expected = Array.from({ length: 10 }, (_, turn) => [`turn ${turn}`, false]);
  for (const { chat } of neighbourhood.stations) {
    assert.deepEqual(
      (await chat.history(LOBBY, { limit: 20 })).map(({ text, ahead }) => [text, ahead]),
      expected,
    );
  }
  await neighbourhood.close();
});

async function gather(clocks: readonly Clock[]): Promise<Neighbourhood> {
  return new Neighbourhood(await Promise.all(clocks.map((clock, index) => openStation(`p${index}`, { clock }))));
}

/** Someone parts or meets, someone says something, perhaps about what was said before. */
async function takeStep(neighbourhood: Neighbourhood, step: number, dice: Dice): Promise<void> {
  if (dice.says(0.2)) dice.pick(neighbourhood.pairs)[dice.pick(["part", "join"] as const)]();
  if (dice.says(0.5)) await neighbourhood.settle();
  const station = dice.pick(neighbourhood.stations);
  const seen = await station.chat.history(LOBBY, { limit: 3 });
  const answered = dice.says(0.6) ? dice.pick(seen) : undefined;
  const said = station.chat.say(LOBBY, `step ${step}`, answered && { replyTo: answered.id });
  if (dice.says(0.7)) await said;
  if (answered && dice.says(0.3)) await station.chat.react(answered.id, "👍");
  if (dice.says(0.2)) await changeOwn(station, seen, dice);
}

async function changeOwn({ chat, id }: Station, seen: readonly Message[], dice: Dice): Promise<void> {
  const own = seen.find(({ from, redacted }) => from.id === id && !redacted);
  if (!own) return;
  if (dice.says(0.5)) await chat.edit(own.id, `${own.text}, edited`);
  else await chat.redact(own.id);
}

function checkReplies(history: readonly Message[]): void {
  assert.equal(history.length, STEPS);
  const places = new Map(history.map(({ id }, place) => [id, place]));
  for (const { id, replyTo } of history) {
    if (replyTo) assert(Number(places.get(replyTo)) < Number(places.get(id)), "a reply stands before what it answers");
  }
}

/** mulberry32 */
class Dice {
  /** Uniform in [0, 1). */
  readonly roll: () => number;

  constructor(seed: number) {
    this.roll = diceOf(seed);
  }

  says(chance: number): boolean {
    return this.roll() < chance;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.roll() * items.length)] as T;
  }
}
