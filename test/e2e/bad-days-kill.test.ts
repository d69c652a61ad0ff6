// kill -9 at random moments: what was acknowledged stays, once, here and at others.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connectChat } from "../../src/client/remote.ts";
import type { Conversation } from "../../src/core/ids.ts";
import type { Chat } from "../../src/core/ports/chat.ts";
import { dice } from "../dice.ts";
import { addressOf, Homes } from "./cli.ts";

const KILLS = 100;
const LOBBY = "#lobby" as Conversation;

test(`killed ${KILLS} times while it sends, a peer keeps what it acknowledged, once, and so does another`, {
  timeout: 110_000,
}, async () => {
  await using homes = new Homes();
  const bob = homes.startPeer("bob", "run", "--name", "bob", "--no-discovery");
  const address = addressOf(await bob.line(/^ready /));
  const random = dice(20_261_121);
  const acknowledged: string[] = [];
  for (let life = 0; life < KILLS; life++) acknowledged.push(...(await liveAndDie(homes, address, { life, random })));
  const ann = homes.startPeer("ann", "run", "--name", "ann", "--no-discovery", "--peer", address);
  await ann.line(/^ready /);
  const kept = await wholeHistory(homes, "ann");
  assert.ok(acknowledged.length > KILLS, `said ${acknowledged.length} times`);
  assert.deepEqual(missing(acknowledged, kept), [], "at ann's");
  assert.equal(new Set(kept).size, kept.length, "nothing twice at ann's");
  const carried = await eventually(async () => {
    const texts = await wholeHistory(homes, "bob");
    return texts.length >= kept.length ? texts : null;
  });
  assert.deepEqual(carried, kept, "the same in the same order at bob's");
});

type Life = { readonly life: number; readonly random: () => number };

/** Starts ann's peer, says things as fast as may be, and kills it in the middle. Answers with what was acknowledged. */
async function liveAndDie(homes: Homes, address: string, { life, random }: Life): Promise<readonly string[]> {
  const ann = homes.startPeer("ann", "run", "--name", "ann", "--no-discovery", "--peer", address);
  const acknowledged: string[] = [];
  const length = random() * 60;
  if (random() < 0.1) {
    await pause(length * 4); // some die while they start
  } else {
    await ann.line(/^ready /);
    const chat = await owner(homes, "ann");
    const over = performance.now() + length;
    const talk = saySteadily(chat, over + 1_000, { acknowledged, prefix: `${life}`, ended: ann.ended() });
    await pause(length);
    ann.kill();
    await talk;
    await chat.close();
  }
  ann.kill();
  await ann.ended();
  return acknowledged;
}

type Talk = { readonly acknowledged: string[]; readonly prefix: string; readonly ended: Promise<unknown> };

/** Says things until the peer is dead, three at a time. */
async function saySteadily(chat: Chat, until: number, { acknowledged, prefix, ended }: Talk): Promise<void> {
  let alive = true;
  void ended.then(() => {
    alive = false;
  });
  for (let n = 0; alive && performance.now() < until; n += 3) {
    const texts = [n, n + 1, n + 2].map((number) => `${prefix}/${number}`);
    const results = await Promise.race([ended, Promise.allSettled(texts.map((text) => chat.say(LOBBY, text)))]);
    if (!Array.isArray(results)) return;
    acknowledged.push(...texts.filter((_, i) => results[i]?.status === "fulfilled"));
  }
}

/** The Chat of the peer that runs for a home, as its owner's programs reach it. */
function owner(homes: Homes, home: string): Promise<Chat> {
  const text = readFileSync(join(homes.home(home), "peer.json"), "utf8");
  const { port, token } = JSON.parse(text) as { readonly port: number; readonly token: string };
  return connectChat({ to: { url: `ws://127.0.0.1:${port}/chat`, token }, patience: 500 });
}

async function wholeHistory(homes: Homes, home: string): Promise<readonly string[]> {
  const chat = await owner(homes, home);
  try {
    const texts: string[] = [];
    for (let page = await chat.history(LOBBY, { limit: 500 }); page.length > 0; ) {
      texts.unshift(...page.map(({ text }) => text));
      const first = page[0];
      if (!first) break;
      page = await chat.history(LOBBY, { limit: 500, before: first.key });
    }
    return texts;
  } finally {
    await chat.close();
  }
}

const missing = (wanted: readonly string[], found: readonly string[]): readonly string[] => {
  const all = new Set(found);
  return wanted.filter((text) => !all.has(text));
};

async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
  const until = performance.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    assert.ok(performance.now() < until, "it does not come");
    await pause(50);
  }
}
