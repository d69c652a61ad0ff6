import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS } from "../core/entry.ts";
import { createIdentity } from "../core/identity.ts";
import { personOf } from "../core/ids.ts";
import type { ChatEvent, WatchEnd } from "../core/ports/chat.ts";
import { LOBBY } from "../core/room.ts";
import { memoryStore } from "../store/memory.ts";
import { Audience } from "./audience.ts";
import { Events } from "./events.ts";
import { Rooms } from "./rooms.ts";
import type { Item, Translator } from "./translate.ts";
import { Viewers } from "./viewers.ts";

/** Items of which those of an odd arrival wait for `release`. */
function stage() {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  const eventOf = ({ arrival }: Item): ChatEvent => ({ cursor: arrival, kind: "notice", code: "storage", text: "" });
  const translate = (item: Item) => (item.arrival % 2 === 1 ? gate.then(() => eventOf(item)) : eventOf(item));
  const failed = (error: unknown) => assert.ifError(error);
  const identity = createIdentity();
  const viewers = new Viewers(personOf(identity.id));
  const events = new Events({
    store: memoryStore(),
    translator: { translate } as unknown as Translator,
    audience: new Audience(new Rooms(identity), viewers, failed),
    owner: viewers.owner,
    lastArrival: 0,
    failed,
  });
  const told: (number | null | WatchEnd)[] = [];
  const watcher = { event: (event: ChatEvent) => told.push(event.cursor), ended: (why: WatchEnd) => told.push(why) };
  const watch = () => events.watch(viewers.owner, watcher);
  return { events, told, watch, release };
}

const itemsOf = (from: number, to: number): Item[] =>
  Array.from(
    { length: to - from + 1 },
    (_, index) => ({ arrival: from + index, entry: { header: { kind: KINDS.edit, room: LOBBY } }, body: null }) as unknown as Item,
  );

test("what waits for a look into the store keeps what follows it waiting, so that the order holds", async () => {
  const { events, told, watch, release } = stage();
  await watch();
  events.stored(itemsOf(1, 3));
  events.stored(itemsOf(4, 4));
  assert.deepEqual(told, []);
  release();
  while (told.length < 4) await Promise.resolve();
  assert.deepEqual(told, [1, 2, 3, 4]);
  events.stored(itemsOf(6, 6));
  assert.deepEqual(told, [1, 2, 3, 4, 6]);
});

test("when too much waits, watchers end with `busy`, and who comes then hears of nothing older", async () => {
  const { events, told, watch, release } = stage();
  await watch();
  events.stored(itemsOf(1, 50_000));
  events.stored(itemsOf(50_001, 150_000));
  assert.deepEqual(told, ["busy"]);
  const { cursor } = await watch();
  assert.equal(cursor, 150_000);
  release();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  events.stored(itemsOf(150_002, 150_002));
  assert.deepEqual(told, ["busy", 150_002]);
});
