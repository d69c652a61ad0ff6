// What the replica knows, in parts that each keep their own invariants.

import type { PeerId, RoomId } from "../../core/ids.ts";
import { mayHold } from "../../core/room.ts";
import type { ByeCode } from "../../wire/frame.ts";
import { Announcements } from "./announcements.ts";
import { Digests } from "./digests.ts";
import type { ReplicaEvent, ReplicaView, Turn } from "./events.ts";
import { Inbound } from "./inbound.ts";
import { Serving } from "./serving.ts";
import { Tree } from "./tree.ts";
import { Wants } from "./wants.ts";

/** Who hears of entries that are not pushed to it waits so long, and up to as long again, before it asks. Milliseconds. */
export const GRACE = 50;

export type Of<K extends ReplicaEvent["kind"]> = Extract<ReplicaEvent, { readonly kind: K }>;
export type Feed = { readonly room: RoomId; readonly author: PeerId };

/** How far the comparison with a link is. */
type Talk = {
  /** Rooms of which it was sent our whole frontier: what it says of them next is an answer, not news. */
  readonly awaited: Set<RoomId>;
  /** Rooms that it named in a list of digests which is not complete yet. */
  readonly named: Set<RoomId>;
};

export class State {
  readonly view: ReplicaView;
  readonly tree: Tree;
  readonly announcements = new Announcements();
  readonly inbound: Inbound;
  readonly wants: Wants;
  readonly serving: Serving;
  readonly digests: Digests;
  readonly links = new Map<PeerId, Talk>();
  /** Links whose send queue is full. */
  readonly blocked = new Set<PeerId>();

  constructor(view: ReplicaView) {
    this.view = view;
    this.tree = new Tree(view.self);
    this.inbound = new Inbound(view);
    this.wants = new Wants(this.inbound);
    this.serving = new Serving(view);
    this.digests = new Digests(view);
  }

  link(peer: PeerId): void {
    this.links.set(peer, { awaited: new Set(), named: new Set() });
    for (const part of [this.tree, this.announcements, this.wants, this.serving]) part.linked(peer);
  }

  /** Forgets the link and all that hangs on it. */
  unlink(peer: PeerId, now: number): void {
    if (!this.links.delete(peer)) return;
    this.blocked.delete(peer);
    this.wants.unlinked(peer, now);
    for (const part of [this.tree, this.announcements, this.serving]) part.unlinked(peer);
  }

  /** Ends the link for what the peer did. */
  close(peer: PeerId, fault: { readonly code: ByeCode; readonly text: string }, turn: Turn): void {
    this.unlink(peer, turn.now);
    turn.effects.push({ kind: "close", peer, ...fault });
  }

  /** Whether both sides may hold the room: nothing of any other is ever said on the link. */
  shares(peer: PeerId, room: RoomId): boolean {
    return mayHold(peer, room) && mayHold(this.view.self, room);
  }
}
