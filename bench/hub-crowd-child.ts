// The other side of hub-crowd.ts: many clients, and the ledger of what they got.

import { setTimeout as pause } from "node:timers/promises";
import { obey } from "./child.ts";
import { type Client, lineClient, type Seat, webClient } from "./hub-clients.ts";
import type { CrowdOrders, Delivered } from "./hub-crowd.ts";
import { Ledger } from "./hub-ledger.ts";
import { percentile } from "./statistics.ts";

/** How long the last deliveries may take to come, milliseconds. */
const PATIENCE = 20_000;
/** How long is waited for what came twice, milliseconds. */
const ECHO = 150;
/** Clients that come from one loopback address. */
const PER_ADDRESS = 1000;

let clients: readonly Client[] = [];
let ledger = new Ledger(0);

obey<CrowdOrders>({
  connect: async ({ web, line, atOnce, ...place }) => {
    ledger = new Ledger(web + line);
    const all: Client[] = [];
    clients = all;
    const begun = performance.now();
    const queue = async (): Promise<void> => {
      while (all.length < web + line) {
        const number = all.length;
        const seat: Seat = { ...place, number, name: nameOf(number), from: addressOf(number) };
        const client = number < web ? webClient(seat, ledger) : lineClient(seat, ledger);
        all.push(client);
        await client.entered;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, queue));
    return (performance.now() - begun) / 1000;
  },
  saturate: async ({ senders, window, seconds }) => {
    const until = performance.now() + seconds * 1000;
    return told(async () => {
      while (performance.now() < until && ledger.fault === null) {
        const free = window - ledger.inFlight;
        if (free >= window / 8) sayAll(senders, Math.ceil(free / senders.length));
        await new Promise(setImmediate);
      }
    });
  },
  pace: async ({ senders, perSecond, seconds }) => {
    const messages = perSecond * seconds;
    ledger.keepDelays(messages);
    const begun = performance.now();
    const delivered = await told(async () => {
      for (let said = 0; said < messages; ) {
        const due = Math.min(messages, ((performance.now() - begun) / 1000) * perSecond);
        for (; said < due; said++) sayOne(senders[said % senders.length] as number);
        await pause(1);
      }
    });
    const delays = Array.from(ledger.takeDelays());
    return { ...delivered, delays: [percentile(delays, 0.5), percentile(delays, 0.99), percentile(delays, 1)] };
  },
  reach: async ({ senders, rounds }) => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const { seconds } = await told(async () => sayOne(senders[round % senders.length] as number));
      times.push(seconds * 1000);
    }
    return times;
  },
  traffic: async () => {
    let [sent, got] = [0, 0];
    for (const { socket } of clients) {
      sent += socket.bytesWritten;
      got += socket.bytesRead;
    }
    return { sent, got };
  },
  fault: async () => ledger.fault,
  leave: async () => {
    for (const client of clients) client.leave();
    clients = [];
    return null;
  },
});

function sayOne(sender: number): void {
  clients[sender]?.say([ledger.send(sender)]);
}

function sayAll(senders: readonly number[], each: number): void {
  for (const sender of senders) clients[sender]?.say(Array.from({ length: each }, () => ledger.send(sender)));
}

/** Counts what comes of talking, and rejects unless all came, once and in order. */
async function told(talk: () => Promise<void>): Promise<Delivered> {
  const [messages, deliveries] = [ledger.messages, ledger.delivered];
  const begun = performance.now();
  await talk();
  await ledger.settled(PATIENCE);
  const seconds = (performance.now() - begun) / 1000;
  await pause(ECHO);
  const verdict = ledger.verdict();
  if (verdict !== null) throw new Error(verdict);
  return { messages: ledger.messages - messages, deliveries: ledger.delivered - deliveries, seconds };
}

/** All equally long, and not those of another process. */
const nameOf = (number: number): string => `c${String(number).padStart(5, "0")}p${process.pid}`;

/** 127.0.0.2 and so on. */
const addressOf = (number: number): string => `127.0.0.${2 + Math.floor(number / PER_ADDRESS)}`;
