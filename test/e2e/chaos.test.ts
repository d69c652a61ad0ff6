// Many bad things in a row: peers killed, cables pulled, the network cut, while everyone talks. In the end all hold one history.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { dice as diceOf } from "../dice.ts";
import { labMissing } from "./namespaces.ts";
import type { Running } from "./running.ts";
import { said, Town } from "./town.ts";

const skip = labMissing();
const NAMES = ["ann", "ben", "eve", "zoe"] as const;
const SEED = 7;
const ROUNDS = 60;
/** Milliseconds between what happens. */
const BREATH = 150;

type Misfortune = (town: Town, chats: Map<string, Running>, who: string, dice: () => number) => Promise<void>;

const restart =
  (signal: NodeJS.Signals): Misfortune =>
  async (town, chats, who) => {
    chats.get(who)?.kill(signal);
    await chats.get(who)?.ended();
    chats.set(who, town.chat(who));
  };

const MISFORTUNES: readonly Misfortune[] = [
  restart("SIGKILL"),
  restart("SIGTERM"),
  (town, _, who) => town.hostOf(who).unplug(),
  (town, _, who) => town.hostOf(who).plug(),
  (town) => town.lab.heal(),
  (town, _chats, _who, dice) => {
    const sides = NAMES.map(() => dice() < 0.5);
    const groups = [true, false].map((side) => sides.flatMap((at, index) => (at === side ? [index] : [])));
    return town.lab.partition(groups.every((group) => group.length > 0) ? groups : []);
  },
  async (town, _, who) => {
    await town.hostOf(who).ip("link set eth0 down");
    await town.hostOf(who).ip("link set eth0 up");
  },
];

test("whatever befalls them, in the end all hold one history, nothing twice, and see each other", { skip, timeout: 120_000 }, async () => {
  await using town = await Town.build({ hosts: NAMES.length, second: [1, 3] }, ...NAMES);
  const chats = new Map((await town.gather(NAMES)).map((chat, index) => [NAMES[index] as string, chat]));
  await suffer(town, chats);
  await town.lab.heal();
  for (const host of town.lab.hosts) await host.plug();
  const [whole] = await town.eventually(
    () => Promise.all(NAMES.map((name) => town.history(name))),
    ([first, ...others]) => others.every((history) => history.join() === first?.join()),
    40_000,
  );
  assert.ok(whole && whole.length > ROUNDS, `seed ${SEED}: only ${whole?.length} messages`);
  assert.equal(new Set(whole).size, whole.length, `seed ${SEED}: a message stands twice`);
  for (const [name, chat] of chats) assert.equal(new Set(said(chat.lines)).size, said(chat.lines).length, `seed ${SEED}: twice to ${name}`);
  for (const name of NAMES) {
    await town.eventually(
      async () => [...(await town.people(name)).values()].map(({ status }) => status),
      (all) => all.join() === "online,online,online,online",
      40_000,
    );
  }
});

/** All talk, each word once, while one misfortune in four rounds follows another. */
async function suffer(town: Town, chats: Map<string, Running>): Promise<void> {
  const dice = diceOf(SEED);
  let words = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const chat of chats.values()) chat.type(`word ${words++}`);
    await pause(BREATH);
    const who = NAMES[Math.floor(dice() * NAMES.length)] as string;
    if (round % 4 === 0) await MISFORTUNES[Math.floor(dice() * MISFORTUNES.length)]?.(town, chats, who, dice);
  }
}
