// Someone for whom this peer speaks, and what is theirs to see: its owner, or a guest.

import { type Conversation, guestOf, type PeerId, type PersonId, peerOf } from "../core/ids.ts";
import type { OrderKey } from "../core/ports/store.ts";
import { conversationOf } from "../core/room.ts";
import { ReadingState, type RoomState } from "./room-state.ts";

export class Viewer {
  /** Direct talk from before belongs to somebody else of that name; microseconds. */
  since: number;
  #id: PersonId;
  #begin: OrderKey | null = null;
  #reading: Map<RoomState, ReadingState> | null = null;

  constructor(id: PersonId) {
    this.#id = id;
    this.since = 0;
  }

  /** A guest who takes a seat: what was said before now is not news. */
  static guest(id: PersonId, since: number, now: number): Viewer {
    const viewer = new Viewer(id);
    viewer.since = since;
    viewer.#begin = placeAt(now);
    return viewer;
  }

  get id(): PersonId {
    return this.#id;
  }

  get peer(): PeerId {
    return peerOf(this.#id);
  }

  /** As entries name a guest; null for the owner. */
  get as(): string | null {
    return guestOf(this.#id);
  }

  /** A guest's id goes with the name. From now on it is somebody without a past. */
  become(id: PersonId, now: number): void {
    this.#id = id;
    this.since = now;
    this.#begin = placeAt(now);
    this.#reading = null;
  }

  /** How this person names the room; null for the direct talk of others. */
  conversation(room: RoomState): Conversation | null {
    return room.direct && !room.direct.includes(this.#id) ? null : conversationOf(room.id, this.#id);
  }

  /** Whether the person is in it: `#lobby` and one's own direct rooms always. */
  isIn(room: RoomState): boolean {
    return room.isMember(this.#id);
  }

  /** Whether what was said there at that time is for this person to see. */
  maySee(room: RoomState, time: number): boolean {
    return room.direct === null || (time >= this.since && room.direct.includes(this.#id));
  }

  /** The other person of a direct room; oneself for notes to oneself; null for an open room. */
  other(room: RoomState): PersonId | null {
    if (!room.direct) return null;
    return room.direct[0] === this.#id ? room.direct[1] : room.direct[0];
  }

  /** How far this person has read. */
  reading(room: RoomState): ReadingState {
    this.#reading ??= new Map();
    return this.#reading.getOrInsertComputed(room, () => new ReadingState(this.#begin));
  }
}

/** Before all that is said at this moment. */
const placeAt = (time: number): OrderKey => ({ time, author: "" as PeerId, seq: 0 });
