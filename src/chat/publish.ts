// What follows once a run is stored: the room takes it in, other peers get it, people are told. In this order, at once.

import { type Entry, KINDS } from "../core/entry.ts";
import { type PeerId, personOf } from "../core/ids.ts";
import { parseGuest } from "../core/name.ts";
import type { Appended } from "../core/ports/log.ts";
import type { Run } from "./append.ts";
import type { Eraser } from "./erase.ts";
import type { Events } from "./events.ts";
import type { HybridClock } from "./hybrid-clock.ts";
import type { People } from "./people.ts";
import type { PresenceBook } from "./presence-book.ts";
import type { Reading } from "./reading.ts";
import type { Rooms } from "./rooms.ts";
import type { Item } from "./translate.ts";

export type PublisherOptions = {
  readonly clock: HybridClock;
  readonly rooms: Rooms;
  readonly people: People;
  readonly events: Events;
  readonly eraser: Eraser;
  readonly reading: () => Reading;
  readonly roster: PresenceBook;
  readonly self: PeerId;
  /** The arrival of the newest entry at the start. */
  readonly lastArrival: number;
  readonly failed: (error: unknown) => void;
};

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #listeners = new Set<(appended: Appended) => void>();

  #published: number;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#published = options.lastArrival;
  }

  /** The arrival of the newest entry that was published. */
  get published(): number {
    return this.#published;
  }

  /** See `Log.subscribe`. */
  subscribe(listener: (appended: Appended) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** `arrival` is that of the first entry. */
  publish(run: Run, arrival: number): void {
    const items = run.items.map(({ incoming, body }, index) => ({ arrival: arrival + index, entry: incoming.entry, body }));
    this.#published = arrival + items.length - 1;
    if (!run.fork) this.#advance(run, items);
    for (const item of items) this.#apply(run, item);
    if (!run.fork) this.#tellPeers(run, items);
    this.#options.events.stored(items);
  }

  #advance({ room, author, from }: Run, items: readonly Item[]): void {
    const last = items.at(-1)?.entry;
    if (!last) return;
    const { rooms, clock } = this.#options;
    rooms.advance(room, author, { seq: last.header.seq, id: last.id });
    if (from !== null) clock.observe(items.map(({ entry }) => entry.header.time));
  }

  #apply({ room }: Run, { entry, body }: Item): void {
    const { eraser, reading } = this.#options;
    room.apply(entry, body);
    if (entry.header.kind === KINDS.message) reading().arrived(room, entry);
    if (body?.kind === "profile") this.#profile(entry, body.name);
    if (body?.kind === "redact") eraser.redacted(entry, body.target);
  }

  /** The owner's own name is known; a guest's new name is a new id. */
  #profile({ author, header }: Entry, name: string): void {
    const { people, roster, self } = this.#options;
    if (header.as !== null && parseGuest(name) === name) roster.moved(personOf(author, header.as), personOf(author, name));
    else if (header.as === null && author !== self) people.profiled(personOf(author), name, header.time);
  }

  #tellPeers({ room, author, from }: Run, items: readonly Item[]): void {
    const entries = items.map(({ entry }) => entry);
    for (const listener of this.#listeners) {
      try {
        listener({ room: room.id, author, entries, from });
      } catch (error) {
        this.#options.failed(error);
      }
    }
  }
}
