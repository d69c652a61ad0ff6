// One guest who does everything as fast as it can: it is told of the bounds, and nobody else feels anything.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { LOBBY } from "../../src/core/room.ts";
import { HubSiege, type Visitor } from "./hub-siege.ts";
import { noMemory } from "./siege.ts";

let siege: HubSiege;
let mallory: Visitor;
before(async () => {
  siege = await HubSiege.begin();
  mallory = await siege.enter("mallory");
});
after(() => siege[Symbol.asyncDispose]());

type Flood = readonly [what: string, make: (index: number) => readonly [method: string, params: unknown], most: number];

const peer = "a".repeat(52);
const upTo = { time: 1, author: peer, seq: 1 };

const FLOODS: readonly Flood[] = [
  ["saying", (n) => ["say", { room: LOBBY, text: `x${n}` }], 200],
  ["joining rooms", (n) => ["join", { room: `#room-${n}` }], 100],
  ["talk with people that there are not", (n) => ["say", { room: `@${peer}/guest${n}`, text: "hello?" }], 0],
  ["joining direct rooms", (n) => ["join", { room: `@${peer}/guest${n}` }], 100],
  ["typing", () => ["typing", { room: LOBBY }], 200],
  ["typing in rooms that there are not", (n) => ["typing", { room: `#typing-${n}` }], 200],
  ["reading rooms that there are not", (n) => ["markRead", { room: `#reading-${n}`, upTo }], 10_000],
  ["changing the status", (n) => ["setStatus", { status: n % 2 ? "away" : "online", text: `status ${n}` }], 100],
  ["setting topics", (n) => ["setTopic", { room: LOBBY, text: `topic ${n}` }], 100],
  ["leaving rooms", (n) => ["leave", { room: `#room-${n}` }], 100],
  ["reacting", () => ["react", { id: "0".repeat(64), emoji: "x" }], 0],
  ["renaming", (n) => ["rename", { name: `mallory ${n}` }], 20],
  ["commands", () => ["hub", { action: { kind: "members" } }], 0],
  ["searching", () => ["search", { words: "line", limit: 10_000 }], 100],
  ["watching", () => ["watch", {}], 64],
  ["watching all that ever was", () => ["watch", { after: 0 }], 0],
];

const COUNT = 10_000;
/** What the hub may take more for each, MiB. */
const BEARABLE = 200;

describe("a guest who does something ten thousand times", () => {
  for (const [what, make, most] of FLOODS) {
    it(what, { skip: noMemory }, async (t) => {
      const before = siege.memory();
      const start = performance.now();
      const answers = await mallory.flood(COUNT, make);
      t.diagnostic(`${JSON.stringify(answers)} ${Math.round(performance.now() - start)} ms, ${before} → ${siege.memory()} MiB`);
      assert.ok((answers.ok ?? 0) <= most);
      assert.ok(siege.memory() - before < BEARABLE);
    });
  }
});
