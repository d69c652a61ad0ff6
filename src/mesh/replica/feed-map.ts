// A map from feeds, that is from a room and an author.

import type { PeerId, RoomId } from "../../core/ids.ts";

/** Iterates in the order of rooms, then authors, as they were first set. */
export class FeedMap<V> {
  readonly #rooms = new Map<RoomId, Map<PeerId, V>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(room: RoomId, author: PeerId): V | undefined {
    return this.#rooms.get(room)?.get(author);
  }

  set(room: RoomId, author: PeerId, value: V): void {
    let authors = this.#rooms.get(room);
    if (!authors) {
      authors = new Map();
      this.#rooms.set(room, authors);
    }
    if (!authors.has(author)) this.#size++;
    authors.set(author, value);
  }

  delete(room: RoomId, author: PeerId): boolean {
    const authors = this.#rooms.get(room);
    if (!authors?.delete(author)) return false;
    this.#size--;
    if (authors.size === 0) this.#rooms.delete(room);
    return true;
  }

  clear(): void {
    this.#rooms.clear();
    this.#size = 0;
  }

  /** The feeds by room. */
  rooms(): IterableIterator<[RoomId, ReadonlyMap<PeerId, V>]> {
    return this.#rooms.entries();
  }
}
