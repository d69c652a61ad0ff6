// The rooms this peer holds, and how many it takes from others.

import type { Identity } from "../core/identity.ts";
import { guestOf, type PeerId, type PersonId, personOf, type RoomId } from "../core/ids.ts";
import type { Head } from "../core/ports/store.ts";
import { directMembers, LOBBY } from "../core/room.ts";
import { RoomState } from "./room-state.ts";

/** Most rooms in which others alone have spoken; beyond them no further one is taken in. */
export const MAX_FOREIGN_ROOMS = 2_000;
/** Most feeds that are taken in per room. */
const MAX_AUTHORS = 20_000;

export class Rooms {
  readonly #rooms = new Map<RoomId, RoomState>();
  readonly #self: PersonId;
  readonly #peer: PeerId;
  #own = 0;

  constructor(identity: Identity) {
    this.#peer = identity.id;
    this.#self = personOf(identity.id);
    this.open(LOBBY);
  }

  /** Takes in the heads that the store holds. */
  load(heads: readonly Head[]): void {
    for (const { room, author, seq, id } of heads) this.advance(this.open(room), author, { seq, id });
  }

  get(room: RoomId): RoomState | null {
    return this.#rooms.get(room) ?? null;
  }

  /** The room, made if it is new. */
  open(room: RoomId): RoomState {
    let state = this.#rooms.get(room);
    if (!state) {
      state = new RoomState(room);
      this.#rooms.set(room, state);
    }
    return state;
  }

  /** A feed was stored up to here. */
  advance(room: RoomState, author: PeerId, head: { readonly seq: number; readonly id: Head["id"] }): void {
    if (author === this.#peer && !room.frontier.has(author)) this.#own++;
    room.advance(author, head);
  }

  /** Whether a feed by another may begin here. */
  mayBegin(room: RoomId, author: PeerId): boolean {
    const state = this.#rooms.get(room);
    if (author === this.#peer || room === LOBBY || isBetweenOwners(room)) return true;
    if (!state || (state.isEmpty && !state.isMember(this.#self))) return this.#rooms.size - this.#own < MAX_FOREIGN_ROOMS;
    return state.frontier.has(author) || state.frontier.size < MAX_AUTHORS;
  }

  all(): Iterable<RoomState> {
    return this.#rooms.values();
  }
}

/** Of these there is one per peer: rooms by strangers must not keep anyone from direct talk. */
const isBetweenOwners = (room: RoomId): boolean => directMembers(room)?.every((person) => guestOf(person) === null) ?? false;
