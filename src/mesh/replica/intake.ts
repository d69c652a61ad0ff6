// Entries that came by a link: on to the log, or asked for from where the feed ends, or known.

import type { PeerId } from "../../core/ids.ts";
import { isDirect } from "../../core/room.ts";
import type { GossipFrame, Turn } from "./events.ts";
import { type Feed, GRACE, type Of, type State } from "./state.ts";

/** A refusal for one of these is the giver's fault: it had to check. The others may be the author's. */
const GUILTY: ReadonlySet<string> = new Set(["bad-signature", "wrong-network", "wrong-room", "too-large", "bad-input"]);

/** New entries that connect go to the log, a gap is asked for, and who gives, unasked, what we have is asked to stop. */
export function given(state: State, peer: PeerId, frame: Extract<GossipFrame, { kind: "entries" }>, turn: Turn): void {
  const { room, entries } = frame;
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last) return;
  const feed: Feed = { room, author: first.author };
  const to = last.header.seq;
  const expected = state.inbound.expected(room, feed.author);
  const asked = state.wants.fetching(peer, room, feed.author);
  state.wants.delivered(peer, feed, turn.now);
  if (first.header.seq > expected + 1) return state.wants.claimed(peer, feed, to, turn.now);
  if (to > expected) state.tree.delivered(peer, feed.author, asked);
  else if (!asked && !isDirect(room)) duplicate(state, peer, feed.author, turn);
  // Should what is under way be refused, this link has it, too.
  if (to <= expected && state.inbound.pending(room, feed.author)) return state.wants.claimed(peer, feed, to, turn.now + 10 * GRACE);
  if (to < expected && feed.author !== state.view.self) return;
  // A known head is given to the log, too, and what others hold as ours: it sees whether it is the same, or a fork.
  state.inbound.started(room, feed.author, to);
  turn.effects.push({ kind: "ingest", peer, ...feed, entries });
}

/** What the log said of entries that it was given. */
export function ingested(state: State, event: Of<"ingested">, turn: Turn): void {
  const { peer, room, author, result } = event;
  const refused = result === null ? "storage" : result.refused;
  const expected = state.inbound.finished(room, author, refused !== null);
  if (refused === null) return state.wants.advanced(room, author, turn);
  if (refused === "gap" || refused === "storage") {
    const pause = refused === "gap" ? 2 * GRACE : 40 * GRACE;
    return state.wants.claimed(peer, event, expected, turn.now + pause * (1 + turn.random()));
  }
  if (GUILTY.has(refused)) return state.close(peer, { code: "protocol", text: `entries refused: ${refused}` }, turn);
  const isNew = state.wants.bar(peer, event, turn.now);
  if (isNew && refused !== "not-allowed") proveFork(state, peer, event, turn);
}

/** Their entry at our head is the proof of a fork, ours the proof to them; both are given once, and then nothing more of their branch. */
function proveFork(state: State, peer: PeerId, { room, author }: Feed, turn: Turn): void {
  const held = state.inbound.held(room, author);
  if (held === 0) return;
  turn.effects.push({ kind: "send", peer, frame: { kind: "want", room, author, from: held, to: held } });
  state.serving.asked(peer, { room, author, from: held, to: held }, false);
}

function duplicate(state: State, peer: PeerId, author: PeerId, turn: Turn): void {
  const stopped = state.tree.duplicate(peer, author, turn.now);
  if (stopped) turn.effects.push({ kind: "send", peer: stopped, frame: { kind: "prune", author } });
}
