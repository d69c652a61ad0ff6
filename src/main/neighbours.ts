// Where peers were found in earlier runs, kept beside the history.

import { parsePeerId } from "../core/ids.ts";
import type { Store } from "../core/ports/store.ts";
import type { PeerHint } from "../wire/frame.ts";

const KEY = "neighbours";
/** The latest so many are kept, each with its latest addresses. */
const MOST_PEERS = 128;
const MOST_ADDRESSES = 4;

export type Neighbours = { readonly known: readonly PeerHint[]; remember(hint: PeerHint): void };

/** Reads what is remembered; `remember` writes behind, and a failure to write loses no more than an address. */
export async function recallNeighbours(store: Store): Promise<Neighbours> {
  const known = new Map(parseHints(await store.recall(KEY)).map(({ peer, addresses }) => [peer, addresses]));
  return {
    known: [...known].map(([peer, addresses]) => ({ peer, addresses })),
    remember: ({ peer, addresses }) => {
      const before = known.get(peer) ?? [];
      if (before[0] === addresses[0]) return;
      known.delete(peer);
      known.set(peer, [...new Set([...addresses, ...before])].slice(0, MOST_ADDRESSES));
      store.remember(KEY, JSON.stringify([...known].slice(-MOST_PEERS))).catch(() => {});
    },
  };
}

function parseHints(text: string | null): readonly PeerHint[] {
  if (text === null) return [];
  const pairs: unknown = JSON.parse(text);
  return Array.isArray(pairs) ? pairs.flatMap(parseHint) : [];
}

function parseHint(pair: unknown): readonly PeerHint[] {
  if (!Array.isArray(pair)) return [];
  const [id, addresses]: readonly unknown[] = pair;
  const peer = typeof id === "string" ? parsePeerId(id) : null;
  if (!peer || !Array.isArray(addresses)) return [];
  return [{ peer, addresses: addresses.filter((address) => typeof address === "string") }];
}
