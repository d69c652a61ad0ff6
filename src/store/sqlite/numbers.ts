// Rooms and authors as integers: short in every index, and authors in the order of their ids.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { PeerId, RoomId } from "../../core/ids.ts";

/** Code-unit order: digits stand before letters. */
const RANKED = "234567abcdefghijklmnopqrstuvwxyz";
const RANKED_CHARACTERS = 10;

/** The first 50 bits of an id, so that numbers compare as the ids' code units do. */
export function rankOf(author: PeerId): number {
  let rank = 0;
  for (let i = 0; i < RANKED_CHARACTERS; i++) rank = rank * 32 + RANKED.indexOf(author[i] as string);
  return rank;
}

/**
 * The numbers of rooms and authors. Where two authors share a rank (it takes 2^25 keys to make such two), the later one takes the
 * next free number. After a rollback `forget` must be called: what was numbered since is gone.
 */
export class Numbers {
  readonly #rooms = new Map<RoomId, number>();
  readonly #authors = new Map<PeerId, number>();
  readonly #findRoom: StatementSync;
  readonly #addRoom: StatementSync;
  readonly #findAuthor: StatementSync;
  readonly #isTaken: StatementSync;
  readonly #addAuthor: StatementSync;

  constructor(database: DatabaseSync) {
    this.#findRoom = database.prepare("SELECT number FROM room WHERE id = ?");
    this.#addRoom = database.prepare("INSERT INTO room (id) VALUES (?) RETURNING number");
    this.#findAuthor = database.prepare("SELECT number FROM author WHERE id = ?");
    this.#isTaken = database.prepare("SELECT 1 FROM author WHERE number = ?");
    this.#addAuthor = database.prepare("INSERT INTO author (number, id) VALUES (?, ?)");
  }

  /** The room's number, or null when nothing was said there. */
  room(id: RoomId): number | null {
    return this.#rooms.get(id) ?? remember(this.#rooms, id, numberIn(this.#findRoom.get(id)));
  }

  /** The author's number, or null for one who said nothing. */
  author(id: PeerId): number | null {
    return this.#authors.get(id) ?? remember(this.#authors, id, numberIn(this.#findAuthor.get(id)));
  }

  /** The room's number, given to it now if need be. Only within a transaction. */
  roomFor(id: RoomId): number {
    return this.room(id) ?? (remember(this.#rooms, id, numberIn(this.#addRoom.get(id))) as number);
  }

  /** The author's number, given to them now if need be. Only within a transaction. */
  authorFor(id: PeerId): number {
    const known = this.author(id);
    if (known !== null) return known;
    let number = rankOf(id);
    while (this.#isTaken.get(number)) number++;
    this.#addAuthor.run(number, id);
    return remember(this.#authors, id, number) as number;
  }

  forget(): void {
    this.#rooms.clear();
    this.#authors.clear();
  }
}

const numberIn = (row: unknown): number | null => (row as { readonly number: number } | undefined)?.number ?? null;

function remember<K>(known: Map<K, number>, key: K, number: number | null): number | null {
  if (number !== null) known.set(key, number);
  return number;
}
