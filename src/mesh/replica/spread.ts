// Where entries go that were just stored.

import type { PeerId } from "../../core/ids.ts";
import type { Random } from "../../core/ports/clock.ts";
import { isDirect } from "../../core/room.ts";
import { LATER, SOON } from "./announcements.ts";
import type { Turn } from "./events.ts";
import type { Of, State } from "./state.ts";

/** So many of the links that are not pushed an entry hear of it from us: more while its author's tree is not grown yet. */
const WHISPERS_SOON = 6;
const WHISPERS_LATER = 3;

type Appended = Of<"appended">;
/** push now; tell of it at the next batch, soon or later, for certain; whisper: perhaps tell, others do as well; none. */
type Way = "push" | "tell-soon" | "tell-later" | "whisper-soon" | "whisper-later" | "none";

/** Pushes the entries along their author's tree, and plans who is told of them instead. */
export function spread(state: State, event: Appended, turn: Turn): void {
  const { room, author, from, to, origin } = event;
  const caughtUp = origin !== null && state.wants.fetching(origin, room, author);
  const ways = new Map<Way, PeerId[]>();
  for (const peer of state.links.keys()) {
    const way = wayTo(state, peer, event, caughtUp ? "tell-soon" : routeTo(state, peer, event, turn));
    const peers = ways.get(way);
    if (peers) peers.push(peer);
    else ways.set(way, [peer]);
  }
  const peers = ways.get("push");
  if (peers) turn.effects.push({ kind: "push", peers, room, author, from, to });
  const owe = (to: readonly PeerId[], delay: number) => {
    for (const peer of to) state.announcements.owe(peer, room, author, turn.now + delay * (0.5 + turn.random()));
  };
  owe(ways.get("tell-soon") ?? [], SOON);
  owe(ways.get("tell-later") ?? [], LATER);
  owe(sample(ways.get("whisper-soon") ?? [], WHISPERS_SOON, turn.random), SOON);
  owe(sample(ways.get("whisper-later") ?? [], WHISPERS_LATER, turn.random), LATER);
}

/** The way to a link: `usual`, unless it may not have the entries, has them, or cannot take them now. Authors get receipts. */
function wayTo(state: State, peer: PeerId, event: Appended, usual: Way): Way {
  const { room, author, to, origin } = event;
  if (!state.shares(peer, room)) return "none";
  if (peer === author) return "tell-soon";
  if (peer === origin || state.wants.claims(peer, room, author, to)) return "none";
  if (state.blocked.has(peer) || state.serving.withholds(peer, room, author)) return "tell-later";
  return usual;
}

function routeTo(state: State, peer: PeerId, { room, author, origin }: Appended, turn: Turn): Way {
  if (isDirect(room)) return "push";
  if (peer === origin || peer === author) return "none";
  const route = state.tree.route(peer, author, turn.random);
  if (route === "eager") return "push";
  return route === "new" ? "whisper-soon" : "whisper-later";
}

/** At most `most` of the items, each as likely. */
function sample<T>(items: readonly T[], most: number, random: Random): readonly T[] {
  if (items.length <= most) return items;
  const rest = [...items];
  for (let i = 0; i < most; i++) {
    const j = i + Math.floor(random() * (rest.length - i));
    [rest[i], rest[j]] = [rest[j] as T, rest[i] as T];
  }
  return rest.slice(0, most);
}
