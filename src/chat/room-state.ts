// What is kept in memory of one room: where its feeds end, who is in it, its topic, what is unread. Messages stay in the store.

import type { Body } from "../core/body.ts";
import type { FeedHead } from "../core/commit.ts";
import { type Entry, KINDS } from "../core/entry.ts";
import type { PeerId, PersonId, RoomId } from "../core/ids.ts";
import { compareKeys, keyOf } from "../core/order.ts";
import type { OrderKey } from "../core/ports/store.ts";
import { directMembers, LOBBY } from "../core/room.ts";
import { speakerOf } from "./saying.ts";

type Standing = { readonly key: OrderKey; readonly isIn: boolean };

export class RoomState {
  readonly id: RoomId;
  /** The two people of direct talk; null for an open room. */
  readonly direct: readonly [PersonId, PersonId] | null;
  readonly frontier = new Map<PeerId, number>();
  topic = "";
  /** The newest message, by the total order, once it is known. */
  last: OrderKey | null = null;
  readonly #heads = new Map<PeerId, FeedHead>();
  readonly #standing = new Map<PersonId, Standing>();
  #topicKey: OrderKey | null = null;

  constructor(id: RoomId) {
    this.id = id;
    this.direct = directMembers(id);
  }

  head(author: PeerId): FeedHead | null {
    return this.#heads.get(author) ?? null;
  }

  /** A feed was stored up to here. */
  advance(author: PeerId, head: FeedHead): void {
    this.#heads.set(author, head);
    this.frontier.set(author, head.seq);
  }

  get isEmpty(): boolean {
    return this.#heads.size === 0;
  }

  isMember(person: PersonId): boolean {
    return this.direct?.includes(person) ?? (this.id === LOBBY || this.#standing.get(person)?.isIn === true);
  }

  /** Those who joined it by an entry; of `#lobby` nobody needs to. */
  *members(): Iterable<PersonId> {
    if (this.direct) yield* new Set(this.direct);
    for (const [person, { isIn }] of this.#standing) if (isIn) yield person;
  }

  /** Takes in what an entry changes about the room. */
  apply(entry: Entry, body: Body | null): void {
    const key = keyOf(entry);
    if (body?.kind === "join" || body?.kind === "leave") this.#stand(speakerOf(entry), { key, isIn: body.kind === "join" });
    if (body?.kind === "topic") this.#setTopic(key, body.text);
    if (entry.header.kind === KINDS.message) this.sawMessage(key);
  }

  /** A message stands at this place. */
  sawMessage(key: OrderKey): void {
    if (!this.last || compareKeys(key, this.last) > 0) this.last = key;
  }

  #stand(person: PersonId, standing: Standing): void {
    const before = this.#standing.get(person);
    if (!before || compareKeys(standing.key, before.key) > 0) this.#standing.set(person, standing);
  }

  #setTopic(key: OrderKey, text: string): void {
    if (this.#topicKey && compareKeys(key, this.#topicKey) < 0) return;
    this.#topicKey = key;
    this.topic = text;
  }
}

/** How far somebody has read a room, and how much came since. */
export class ReadingState {
  mark: OrderKey | null;
  /** Null until it was counted. */
  unread: number | null = null;
  /** Messages of others that came since the start and lie after the mark. */
  came = 0;

  constructor(mark: OrderKey | null) {
    this.mark = mark;
  }

  /** A message of another person. */
  arrived(key: OrderKey): void {
    if (this.mark && compareKeys(key, this.mark) <= 0) return;
    this.came++;
    if (this.unread !== null) this.unread++;
  }
}
