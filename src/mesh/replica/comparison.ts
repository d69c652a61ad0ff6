// Comparing what two peers hold: digests first, whole frontiers where they differ, then each pulls what it lacks.

import type { Frontier } from "../../core/entry.ts";
import type { PeerId, RoomId } from "../../core/ids.ts";
import { isDirect } from "../../core/room.ts";
import { frontierFrames, MAX_ROOMS } from "./digests.ts";
import type { GossipFrame, Turn } from "./events.ts";
import type { FeedMap } from "./feed-map.ts";
import { type Feed, GRACE, type State } from "./state.ts";

/** Rooms remembered of one link that names them without end. */
const MAX_NAMED = 20_000;

type FrameOf<K extends GossipFrame["kind"]> = Extract<GossipFrame, { readonly kind: K }>;

/** Sends the digests of all rooms that the peer may hold, too. */
export function compare(state: State, peer: PeerId, turn: Turn): void {
  const rooms = state.view.rooms().filter((room) => state.shares(peer, room));
  send(state.digests.frames(rooms), peer, turn);
}

/** Answers digests with our whole frontier of each room that differs, and of those that the peer did not name: it holds none of them. */
export function compared(state: State, peer: PeerId, frame: FrameOf<"digests">, turn: Turn): void {
  const talk = state.links.get(peer);
  if (!talk) return;
  const differing: (readonly [RoomId, Frontier])[] = [];
  for (const [room, digest] of frame.rooms) {
    const frontier = state.view.frontier(room);
    note(talk.named, room);
    if (equal(digest, state.digests.of(room))) turn.effects.push({ kind: "acknowledged", peer, room, frontier });
    else differing.push([room, frontier]);
  }
  if (frame.rooms.size < MAX_ROOMS) {
    for (const room of state.view.rooms())
      if (!talk.named.has(room) && state.shares(peer, room)) differing.push([room, state.view.frontier(room)]);
    talk.named.clear();
  }
  for (const [room] of differing) note(talk.awaited, room);
  send(frontierFrames(true, differing), peer, turn);
}

/** Learns what the peer holds; a whole frontier is answered with what it lacks, which is never answered. */
export function told(state: State, peer: PeerId, frame: FrameOf<"frontiers">, turn: Turn): void {
  const lacking: (readonly [RoomId, Frontier])[] = [];
  for (const [room, theirs] of frame.rooms) {
    turn.effects.push({ kind: "acknowledged", peer, room, frontier: theirs });
    const live = !frame.whole && !state.links.get(peer)?.awaited.delete(room);
    for (const [author, seq] of theirs) heard(state, peer, { room, author, seq, live }, turn);
    const ours = frame.whole ? beyond(state.view.frontier(room), theirs) : null;
    if (ours && ours.size > 0) lacking.push([room, ours]);
  }
  send(frontierFrames(false, lacking), peer, turn);
}

/** Tells the link how far these feeds reach now. */
export function announce(state: State, peer: PeerId, feeds: FeedMap<true>, turn: Turn): void {
  const rooms: [RoomId, Frontier][] = [];
  for (const [room, authors] of feeds.rooms()) {
    const frontier = state.view.frontier(room);
    rooms.push([room, new Map([...authors.keys()].map((author) => [author, frontier.get(author) ?? 0]))]);
  }
  send(frontierFrames(false, rooms), peer, turn);
}

/** The link holds the feed up to `seq`. What is live may still come by itself; if it does not, its tree is broken: graft. */
function heard(state: State, peer: PeerId, claim: Feed & { readonly seq: number; readonly live: boolean }, turn: Turn): void {
  const { room, author, seq, live } = claim;
  const held = state.inbound.held(room, author);
  if (seq >= held && author !== peer) state.announcements.forgive(peer, room, author);
  if (seq <= held) return;
  state.wants.claimed(peer, claim, seq, live ? turn.now + GRACE * (1 + turn.random()) : turn.now);
  if (live && !isDirect(room)) state.wants.graft(room, author);
}

function note(rooms: Set<RoomId>, room: RoomId): void {
  if (rooms.size < MAX_NAMED) rooms.add(room);
}

function send(frames: Iterable<GossipFrame>, peer: PeerId, turn: Turn): void {
  for (const frame of frames) turn.effects.push({ kind: "send", peer, frame });
}

/** What of the first frontier the second lacks. */
function beyond(ours: Frontier, theirs: Frontier): Frontier {
  const more = new Map<PeerId, number>();
  for (const [author, seq] of ours) if (seq > (theirs.get(author) ?? 0)) more.set(author, seq);
  return more;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
