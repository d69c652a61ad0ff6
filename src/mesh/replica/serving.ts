// The ranges that linked peers asked us for: one at a time per link, in the order of asking.

import type { PeerId, RoomId } from "../../core/ids.ts";
import type { ReplicaView, Turn } from "./events.ts";

/** The most ranges that may wait on one link; an honest peer asks for fewer (see wants.ts). */
export const MAX_WAITING = 512;
/** A want that ends so near to our head is served on to the head. Entries. */
export const RUN_ON = 4096;

type Range = { readonly room: RoomId; readonly author: PeerId; from: number; to: number; readonly runOn: boolean };
type Counter = { current: Range | null; waiting: Range[] };

/**
 * Who catches up with a feed while it grows would never meet its live end, if pushes and answers raced. So a want near
 * the end runs on, unasked, until it meets the head, and the feed is not pushed to that link meanwhile.
 */
export class Serving {
  readonly #view: ReplicaView;
  readonly #links = new Map<PeerId, Counter>();
  readonly #ready = new Set<PeerId>();

  constructor(view: ReplicaView) {
    this.#view = view;
  }

  linked(peer: PeerId): void {
    this.#links.set(peer, { current: null, waiting: [] });
  }

  unlinked(peer: PeerId): void {
    this.#links.delete(peer);
  }

  /** The link asks for from..to. False where it asks for too much at once. */
  asked(peer: PeerId, range: Omit<Range, "runOn">, eager: boolean): boolean {
    const counter = this.#links.get(peer);
    if (!counter) return true;
    if (counter.waiting.length >= MAX_WAITING) return false;
    const head = this.#head(range.room, range.author);
    if (range.from > head) return true;
    counter.waiting.push({ ...range, runOn: eager && head - range.to <= RUN_ON });
    this.#ready.add(peer);
    return true;
  }

  /** Whether pushes of the feed are withheld from the link, because an answer under way will include them. */
  withholds(peer: PeerId, room: RoomId, author: PeerId): boolean {
    const counter = this.#links.get(peer);
    if (!counter?.current) return false;
    const runsOn = (range: Range) => range.runOn && range.author === author && range.room === room;
    return runsOn(counter.current) || counter.waiting.some(runsOn);
  }

  /** The answer under way is written, up to `to`; one that began on an earlier link of the peer does not count. */
  served(peer: PeerId, { room, author, to }: { readonly room: RoomId; readonly author: PeerId; readonly to: number }): void {
    const counter = this.#links.get(peer);
    const done = counter?.current;
    if (!counter || done?.room !== room || done.author !== author) return;
    counter.current = null;
    this.#ready.add(peer);
    const sent = (range: Range) => range.author === done.author && range.room === done.room && range.from >= done.from && range.from <= to;
    for (const range of counter.waiting) if (sent(range)) range.from = to + 1;
    const goesOn = done.runOn && to >= done.from && to < this.#head(done.room, done.author);
    if (goesOn) counter.waiting.unshift({ ...done, from: to + 1 });
    counter.waiting = counter.waiting.filter((range) => range.from <= range.to || range.runOn);
  }

  /** Starts the next answer on each link where none is under way. */
  next(turn: Turn): void {
    for (const peer of this.#ready) this.#start(peer, turn);
    this.#ready.clear();
  }

  #start(peer: PeerId, turn: Turn): void {
    const counter = this.#links.get(peer);
    if (!counter) return;
    while (!counter.current && counter.waiting.length > 0) {
      const range = counter.waiting.shift() as Range;
      const head = this.#head(range.room, range.author);
      const to = range.runOn ? head : Math.min(range.to, head);
      if (range.from > to) continue;
      counter.current = range;
      turn.effects.push({ kind: "serve", peer, room: range.room, author: range.author, from: range.from, to });
    }
  }

  #head(room: RoomId, author: PeerId): number {
    return this.#view.frontier(room).get(author) ?? 0;
  }
}
