// How entries get to everyone who may hold them: live ones along trees, missed ones by comparing frontiers. Pure: events in, effects out.

import type { PeerId, RoomId } from "../../core/ids.ts";
import type { Random } from "../../core/ports/clock.ts";
import { isDirect } from "../../core/room.ts";
import { announce, compare, compared, told } from "./comparison.ts";
import type { GossipFrame, ReplicaEffect, ReplicaEvent, ReplicaView, Turn } from "./events.ts";
import { given, ingested } from "./intake.ts";
import { spread } from "./spread.ts";
import { type Of, State } from "./state.ts";

/** About so often the frontiers are compared with one link picked at random. Milliseconds. */
export const COMPARE = 60_000;
/** After a link is lost, with which entries may have been lost that were on their way to us. Milliseconds. */
const COMPARE_AFTER_LOSS = 500;

type Want = Extract<GossipFrame, { readonly kind: "want" }>;

/** `handle` runs to its end and never throws on what peers say. Times are milliseconds of one steady clock. */
export class Replica {
  readonly #state: State;
  #compareAt = Number.POSITIVE_INFINITY;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(view: ReplicaView) {
    this.#state = new State(view);
  }

  handle(event: ReplicaEvent, now: number, random: Random): readonly ReplicaEffect[] {
    const turn: Turn = { now, random, effects: [] };
    this.#learn(event, turn);
    this.#decide(turn);
    return turn.effects;
  }

  /**
   * The one place that acts on what is due. After it: every link that is not blocked was told what it is owed by now; whatever
   * a link claims and we lack is being fetched, or waits for a time that `wake` covers, or for a link with too much under way;
   * at most one answer is under way per link; and while there is a link, a comparison is planned.
   */
  #decide(turn: Turn): void {
    const { announcements, wants, serving, blocked } = this.#state;
    for (const [peer, feeds] of announcements.take(turn.now, blocked)) announce(this.#state, peer, feeds, turn);
    wants.next(turn);
    serving.next(turn);
    this.#planComparison(turn);
    const at = Math.min(announcements.dueAt(), wants.dueAt(), this.#compareAt);
    if (at >= this.#wakeAt) return;
    this.#wakeAt = at;
    turn.effects.push({ kind: "wake", at });
  }

  #learn(event: ReplicaEvent, turn: Turn): void {
    switch (event.kind) {
      case "linked":
        this.#linked(event.peer, turn);
        break;
      case "unlinked":
        this.#state.unlink(event.peer, turn.now);
        this.#compareAt = Math.min(this.#compareAt, turn.now + COMPARE_AFTER_LOSS * (0.5 + turn.random()));
        break;
      case "frame":
        if (this.#state.links.has(event.peer)) this.#frame(event.peer, event.frame, turn);
        break;
      case "appended":
        this.#appended(event, turn);
        break;
      case "ingested":
        ingested(this.#state, event, turn);
        break;
      case "served":
        this.#served(event);
        break;
      case "blocked":
        if (this.#state.links.has(event.peer)) this.#state.blocked.add(event.peer);
        break;
      case "drained":
        if (this.#state.blocked.delete(event.peer)) this.#state.announcements.drained(event.peer, turn.now);
        break;
      case "tick":
        this.#wakeAt = Number.POSITIVE_INFINITY;
    }
  }

  #linked(peer: PeerId, turn: Turn): void {
    if (peer === this.#state.view.self || this.#state.links.has(peer)) return;
    this.#state.link(peer);
    compare(this.#state, peer, turn);
  }

  #frame(peer: PeerId, frame: GossipFrame, turn: Turn): void {
    const state = this.#state;
    const foreign = roomsOf(frame).find((room) => !state.shares(peer, room));
    if (foreign !== undefined) return state.close(peer, { code: "protocol", text: "named a direct room of others" }, turn);
    switch (frame.kind) {
      case "digests":
        compared(state, peer, frame, turn);
        break;
      case "frontiers":
        told(state, peer, frame, turn);
        break;
      case "want":
        this.#wanted(peer, frame, turn);
        break;
      case "entries":
        given(state, peer, frame, turn);
        break;
      case "prune":
      case "graft":
        state.tree.asked(peer, frame.author, frame.kind === "graft");
    }
  }

  #wanted(peer: PeerId, { room, author, from, to }: Want, turn: Turn): void {
    const { tree, serving } = this.#state;
    const eager = isDirect(room) || tree.route(peer, author, turn.random) === "eager";
    if (serving.asked(peer, { room, author, from, to }, eager)) return;
    this.#state.close(peer, { code: "flood", text: "too many ranges asked for at once" }, turn);
  }

  #served(event: Of<"served">): void {
    const { peer, room, author, to } = event;
    const { serving, inbound, announcements } = this.#state;
    serving.served(peer, event);
    if (to >= inbound.held(room, author) && peer !== author) announcements.forgive(peer, room, author);
  }

  #appended(event: Of<"appended">, turn: Turn): void {
    this.#state.digests.changed(event.room);
    spread(this.#state, event, turn);
    this.#state.wants.advanced(event.room, event.author, turn);
  }

  #planComparison(turn: Turn): void {
    const { links, blocked } = this.#state;
    const isPlanned = this.#compareAt !== Number.POSITIVE_INFINITY;
    if (isPlanned && turn.now >= this.#compareAt) {
      const peers = [...links.keys()].filter((peer) => !blocked.has(peer));
      const peer = peers[Math.floor(turn.random() * peers.length)];
      if (peer) compare(this.#state, peer, turn);
    }
    if (links.size === 0) this.#compareAt = Number.POSITIVE_INFINITY;
    else if (!isPlanned || turn.now >= this.#compareAt) this.#compareAt = turn.now + COMPARE * (0.5 + turn.random());
  }
}

function roomsOf(frame: GossipFrame): readonly RoomId[] {
  switch (frame.kind) {
    case "digests":
    case "frontiers":
      return [...frame.rooms.keys()];
    case "want":
    case "entries":
      return [frame.room];
    case "prune":
    case "graft":
      return [];
  }
}
