// Peers in a process of their own, told what to do by the benchmark.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.ts";

/** What came of counting at one peer. Times are microseconds of the clock that all processes of a computer share. */
export type Counted = {
  /** When the first was said and when the last was seen. */
  readonly from: number;
  readonly until: number;
  /** From saying to seeing, of each. */
  readonly oneWay: readonly number[];
  /** Whether of each author all came, each once, in the order of saying. */
  readonly inOrder: boolean;
};

/** What a process may be asked; `peer-child.ts` answers. A peer is named by its number in the process, from 0. */
export type PeerOrders = {
  /** Starts one more peer, on loopback; answers with its port. */
  start: { args: { home: string; name: string; network: string; peers: readonly string[] }; answer: number };
  /** Resolves once so many others are linked with each peer. */
  linked: { args: { count: number }; answer: null };
  /** Resolves once each peer knows so many people to be here, itself included. */
  acquainted: { args: { count: number }; answer: null };
  /** One peer says `count` messages of `bytes` bytes, `perSecond` of them a second (0: as fast as may be). Answers milliseconds. */
  say: { args: { peer: number; count: number; bytes: number; perSecond: number }; answer: number };
  /** How many of `count` messages, said in turn, fall to each peer. */
  share: { args: { count: number }; answer: readonly number[] };
  /** The peers say `count` messages in turn, `perSecond` a second of all together. */
  chatter: { args: { count: number; bytes: number; perSecond: number }; answer: null };
  /** Each peer begins to count the messages of others, until its number of `expect` has come. */
  count: { args: { expect: readonly number[] }; answer: null };
  /** Resolves once the expected number has come to each peer. */
  counted: { args: null; answer: readonly Counted[] };
  /** How many messages of #lobby one peer holds, by its history; rejects where they are out of order or there twice. */
  held: { args: { peer: number }; answer: number };
  /** Milliseconds of each search, at one peer. */
  search: { args: { peer: number; words: readonly string[]; limit: number }; answer: readonly number[] };
  /** What the process used since the last call: seconds of CPU, wall seconds; and resident bytes. */
  usage: { args: null; answer: { readonly cpu: number; readonly wall: number; readonly rss: number } };
  stop: { args: null; answer: null };
};

export class PeerProcess extends Child<PeerOrders> {
  readonly homes: string[] = [];

  /** As `bin/earshot` starts it; `PEER_OPTIONS` in the environment goes to Node: `--cpu-prof --cpu-prof-dir=/tmp/prof`, say. */
  constructor() {
    super("./peer-child.ts", ["--max-semi-space-size=4", ...(process.env.PEER_OPTIONS?.split(" ").filter(Boolean) ?? [])]);
  }

  /** Starts a peer in a new home, or in the one given; answers with its address. */
  async startPeer(name: string, network: string, peers: readonly string[], home: string = newHome()): Promise<string> {
    this.homes.push(home);
    return `127.0.0.1:${await this.order("start", { home, name, network, peers })}`;
  }

  /** Stops the peers, ends the process and removes their homes. */
  async remove(): Promise<void> {
    await this.order("stop", null).catch(() => {});
    if (!process.env.PEER_OPTIONS) await this.kill();
    for (const home of this.homes) rmSync(home, { recursive: true, force: true });
  }
}

export const newHome = (): string => mkdtempSync(join(tmpdir(), "earshot-bench-"));
