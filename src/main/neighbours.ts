// Where peers were found in earlier runs, kept beside the history.

import { parseAddress } from "../core/address.ts";
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

/** What can be read of it; a damaged memory is none. */
function parseHints(text: string | null): readonly PeerHint[] {
  try {
    const pairs: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(pairs) ? pairs.slice(-MOST_PEERS).flatMap(parseHint) : [];
  } catch {
    return [];
  }
}

function parseHint(pair: unknown): readonly PeerHint[] {
  if (!Array.isArray(pair)) return [];
  const [id, addresses]: readonly unknown[] = pair;
  const peer = typeof id === "string" ? parsePeerId(id) : null;
  if (!peer || !Array.isArray(addresses)) return [];
  const usable = addresses.filter((address) => typeof address === "string" && isAddress(address));
  return usable.length > 0 ? [{ peer, addresses: usable.slice(0, MOST_ADDRESSES) }] : [];
}

/** A link-local address has its zone: `[fe80::1%eth0]:3277`. */
const isAddress = (text: string): boolean => parseAddress(text.replace(/%[^\]]+(?=\])/, "")) !== null;
