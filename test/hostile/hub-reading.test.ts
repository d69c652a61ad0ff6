// One guest who asks for the whole past, again and again and all at once: nobody else waits, and memory stays bounded.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { LOBBY } from "../../src/core/room.ts";
import { HubSiege, type Visitor } from "./hub-siege.ts";
import { noMemory } from "./siege.ts";

const SETTINGS = "[limits]\nmessages-per-10-seconds = 0\nmessages-per-10-seconds-per-address = 0\n";
/** Together more than one answer holds. */
const MESSAGES = 3_000;
const TEXT = "word ".repeat(800);

let siege: HubSiege;
before(async () => {
  siege = await HubSiege.begin(SETTINGS);
  const teller = await siege.enter("teller");
  assert.deepEqual(await teller.flood(MESSAGES, (n) => ["say", { room: LOBBY, text: `${n} ${TEXT}` }]), { ok: MESSAGES });
  teller.drop();
});
after(() => siege[Symbol.asyncDispose]());

/** What the hub may take more while a guest does its worst, MiB. */
const BEARABLE = 300;

async function ask(visitor: Visitor, count: number, request: object): Promise<void> {
  for (let id = 1; id <= count; id++) visitor.client.socket.send(JSON.stringify({ id, ...request }));
}

describe("a guest who asks for the whole past at once", { skip: noMemory }, () => {
  const history = { method: "history", params: { room: LOBBY, limit: 10_000 } };
  const search = { method: "search", params: { words: "word", limit: 10_000 } };
  const watch = { method: "watch", params: { after: 0 } };
  for (const [what, request] of Object.entries({ history, search, watch })) {
    for (const reads of [false, true]) {
      it(`by 250 requests for ${what}, ${reads ? "and reads" : "and does not read"}`, async (t) => {
        const visitor = await siege.enter(`mallory ${what} ${reads}`);
        const start = performance.now();
        const before = siege.memory();
        let most = before;
        const timer = setInterval(() => {
          most = Math.max(most, siege.memory());
        }, 50);
        if (!reads) visitor.client.socket.pause();
        await ask(visitor, 250, request);
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        t.diagnostic(
          `${before} → ${most} MiB in ${Math.round(performance.now() - start)} ms; slowest ${siege.slowest} frames ${visitor.client.frames.length}`,
        );
        clearInterval(timer);
        visitor.drop();
        assert.ok(most - before < BEARABLE, `${before} → ${most} MiB`);
      });
    }
  }
});
