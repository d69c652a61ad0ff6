// The other side of peer-process.ts: peers that are driven by orders.

import { setTimeout as pause } from "node:timers/promises";
import type { Message } from "../src/core/ports/chat.ts";
import { silent } from "../src/core/ports/logger.ts";
import { LOBBY } from "../src/core/room.ts";
import { openHome } from "../src/main/home.ts";
import { type Peer, startPeer } from "../src/main/peer.ts";
import { obey } from "./child.ts";
import { Counting } from "./counting.ts";
import type { PeerOrders } from "./peer-process.ts";
import { stamped } from "./stamp.ts";

/** Messages under way at once where as many as may be are said. */
const UNDER_WAY = 1_000;
const PAGE = 10_000;

const peers: Peer[] = [];
let countings: readonly Counting[] = [];
let used = { cpu: process.cpuUsage(), at: performance.now() };

obey<PeerOrders>({
  start: async ({ home, name, network, peers: known }) => {
    const number = peers.length;
    const place = { home: openHome(home), port: 0, bind: "127.0.0.1", network, secret: null, discovery: false };
    const peer = await startPeer({ ...place, name, peers: known, log: silent });
    peers.push(peer);
    await peer.chat.watch({ event: (event) => event.kind === "message" && countings[number]?.take(event.message) });
    return peer.address.port;
  },
  linked: ({ count }) => until(async (peer) => peer.linked().length >= count),
  acquainted: ({ count }) => until(async ({ chat }) => (await chat.people()).filter(({ status }) => status !== "offline").length >= count),
  say: async ({ peer, count, bytes, perSecond }) => {
    const begin = performance.now();
    await (perSecond > 0 ? sayPaced(count, bytes, perSecond, [numbered(peer)]) : sayAtOnce(numbered(peer), count, bytes));
    return performance.now() - begin;
  },
  share: async ({ count }) => peers.map((_, number) => Math.ceil((count - number) / peers.length)),
  chatter: async ({ count, bytes, perSecond }) => {
    await sayPaced(count, bytes, perSecond, peers);
    return null;
  },
  count: async ({ expect }) => {
    countings = peers.map((peer, number) => new Counting(peer.chat.self().id, expect[number] ?? 0));
    return null;
  },
  counted: () => Promise.all(countings.map(({ done }) => done)),
  held: ({ peer }) => held(numbered(peer)),
  search: async ({ peer, words, limit }) => {
    const taken: number[] = [];
    for (const question of words) {
      const begin = performance.now();
      await numbered(peer).chat.search(question, { limit });
      taken.push(performance.now() - begin);
    }
    return taken;
  },
  usage: async () => {
    const { user, system } = process.cpuUsage(used.cpu);
    const wall = (performance.now() - used.at) / 1000;
    used = { cpu: process.cpuUsage(), at: performance.now() };
    return { cpu: (user + system) / 1e6, wall, rss: process.memoryUsage.rss() };
  },
  stop: async () => {
    await Promise.all(peers.map((peer) => peer.close()));
    if (process.env.PEER_OPTIONS) process.exit(); // so that a profile is written
    return null;
  },
});

function numbered(number: number): Peer {
  const peer = peers[number];
  if (!peer) throw new RangeError(`there is no peer ${number}`);
  return peer;
}

async function until(isSo: (peer: Peer) => Promise<boolean>): Promise<null> {
  for (const peer of peers) while (!(await isSo(peer))) await pause(5);
  return null;
}

/** Messages at their times, by the peers in turn; each peer numbers its own. */
async function sayPaced(count: number, bytes: number, perSecond: number, by: readonly Peer[]): Promise<void> {
  const begin = performance.now();
  const saying: Promise<Message>[] = [];
  for (let i = 0; i < count; i++) {
    const due = begin + (i * 1000) / perSecond;
    if (due > performance.now()) await pause(due - performance.now());
    const peer = by[i % by.length] as Peer;
    saying.push(peer.chat.say(LOBBY, stamped(Math.floor(i / by.length), bytes)));
  }
  await Promise.all(saying);
}

/** As fast as may be, with a bounded number under way. */
async function sayAtOnce({ chat }: Peer, count: number, bytes: number): Promise<void> {
  for (let said = 0; said < count; said += UNDER_WAY) {
    const batch = Math.min(UNDER_WAY, count - said);
    await Promise.all(Array.from({ length: batch }, (_, i) => chat.say(LOBBY, stamped(said + i, bytes))));
  }
}

async function held({ chat }: Peer): Promise<number> {
  let count = 0;
  let page = await chat.history(LOBBY, { limit: PAGE });
  const seen = new Set<string>();
  while (page.length > 0) {
    for (const { id } of page) seen.add(id);
    count += page.length;
    page = await chat.history(LOBBY, { limit: PAGE, before: (page[0] as Message).key });
  }
  if (seen.size !== count) throw new Error(`${count - seen.size} messages are there twice`);
  return count;
}
