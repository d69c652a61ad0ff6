// The other side of peer-process.ts: one peer, driven by orders.

import { setTimeout as pause } from "node:timers/promises";
import { compareKeys } from "../src/core/order.ts";
import type { Message } from "../src/core/ports/chat.ts";
import { silent } from "../src/core/ports/logger.ts";
import { LOBBY } from "../src/core/room.ts";
import { openHome } from "../src/main/home.ts";
import { type Peer, startPeer } from "../src/main/peer.ts";
import type { Order, Orders } from "./peer-process.ts";

type Handlers = { readonly [O in Order]: (args: Orders[O]["args"]) => Promise<Orders[O]["answer"]> };

let peer: Peer;
let counting = startCount(0);
let lastUsage = { cpu: process.cpuUsage(), at: performance.now() };

const handlers: Handlers = {
  start: async ({ home, name, network, peers, discovery }) => {
    peer = await startPeer({
      home: openHome(home),
      name,
      port: 0,
      bind: "127.0.0.1",
      network,
      secret: null,
      peers,
      discovery,
      log: silent,
    });
    await peer.chat.watch({ event: (event) => event.kind === "message" && counting.take(event.message) });
    return peer.address.port;
  },
  linked: async ({ count }) => {
    while (peer.linked().length < count) await pause(5);
    return null;
  },
  say: async ({ count, bytes, perSecond }) => {
    const begin = performance.now();
    await (perSecond > 0 ? sayPaced(count, bytes, perSecond) : sayAtOnce(count, bytes));
    return performance.now() - begin;
  },
  count: async ({ expect }) => {
    counting = startCount(expect);
    return null;
  },
  counted: () => counting.done,
  usage: async () => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(lastUsage.cpu);
    const answer = { cpu: (user + system) / 1e6, wall: (now - lastUsage.at) / 1000, rss: process.memoryUsage.rss() };
    lastUsage = { cpu: process.cpuUsage(), at: now };
    return answer;
  },
  held: async () => {
    const newest = await peer.chat.history(LOBBY, { limit: 1 });
    return newest.length;
  },
  stop: async () => {
    await peer.close();
    return null;
  },
};

process.on("message", ({ id, order, args }: { id: number; order: Order; args: never }) => {
  const handler = handlers[order] as (args: never) => Promise<unknown>;
  handler(args).then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});

/** A text of so many bytes that tells when it was said, by the clock that all processes of a computer share. */
function stamped(bytes: number): string {
  return `${process.hrtime.bigint()} `.padEnd(bytes, "x");
}

async function sayPaced(count: number, bytes: number, perSecond: number): Promise<void> {
  const begin = performance.now();
  for (let i = 0; i < count; i++) {
    const due = begin + (i * 1000) / perSecond;
    if (due > performance.now()) await pause(due - performance.now());
    await peer.chat.say(LOBBY, stamped(bytes));
  }
}

/** As fast as may be, with a bounded number under way. */
async function sayAtOnce(count: number, bytes: number): Promise<void> {
  for (let said = 0; said < count; said += 1000) {
    const batch = Math.min(1000, count - said);
    await Promise.all(Array.from({ length: batch }, () => peer.chat.say(LOBBY, stamped(bytes))));
  }
}

function startCount(expect: number) {
  const begin = performance.now();
  const { promise: done, resolve } = Promise.withResolvers<Orders["counted"]["answer"]>();
  const oneWay: number[] = [];
  const seen = new Set<string>();
  const last = new Map<string, Message>();
  let inOrder = true;
  const take = (message: Message): void => {
    const said = /^(\d+) /.exec(message.text);
    if (message.from.id === peer.chat.self().id || !said?.[1]) return;
    oneWay.push(Number(process.hrtime.bigint() - BigInt(said[1])) / 1000);
    const before = last.get(message.from.id);
    if (seen.has(message.id) || (before && compareKeys(before.key, message.key) >= 0)) inOrder = false;
    seen.add(message.id);
    last.set(message.from.id, message);
    if (oneWay.length === expect) resolve({ ms: performance.now() - begin, oneWay, inOrder });
  };
  return { take, done };
}
