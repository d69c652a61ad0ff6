// The rooms as the person here sees them in a list.

import type { RoomId } from "../core/ids.ts";
import type { RoomInfo } from "../core/ports/chat.ts";
import { LOBBY } from "../core/room.ts";
import { isoOf } from "./hybrid-clock.ts";
import type { People } from "./people.ts";
import type { Reading } from "./reading.ts";
import type { RoomState } from "./room-state.ts";
import type { Rooms } from "./rooms.ts";

export class RoomList {
  readonly #rooms: Rooms;
  readonly #people: People;
  readonly #reading: Reading;

  constructor(rooms: Rooms, people: People, reading: Reading) {
    this.#rooms = rooms;
    this.#people = people;
    this.#reading = reading;
  }

  /** Open rooms that are joined or hold anything, and direct talk that holds a message. `#lobby` stands first. */
  async all(): Promise<readonly RoomInfo[]> {
    const rooms = this.#known();
    const infos = await Promise.all(rooms.map((room) => this.info(room)));
    return infos.filter(({ kind, last }) => kind === "open" || last !== null);
  }

  /** The rooms that the person here may read; null for all that are held, as it is on a peer without guests. */
  visible(): readonly RoomId[] | null {
    const rooms = [...this.#rooms.all()];
    const visible = rooms.filter(({ conversation }) => conversation !== null);
    return visible.length < rooms.length ? visible.map(({ id }) => id) : null;
  }

  async info(room: RoomState): Promise<RoomInfo> {
    const unread = await this.#reading.count(room);
    const { conversation, direct, topic, isJoined, last, other } = room;
    if (conversation === null) throw new TypeError("a room of others is not shown");
    return {
      room: conversation,
      kind: direct ? "direct" : "open",
      name: other === null ? conversation.slice(1) : this.#people.person(other).name,
      topic,
      joined: isJoined,
      here: this.#here(room),
      unread,
      last: last && isoOf(last.time),
    };
  }

  #known(): readonly RoomState[] {
    return [...this.#rooms.all()].filter((room) => room.conversation !== null && (room.id === LOBBY || room.isJoined || !room.isEmpty));
  }

  #here(room: RoomState): number {
    let here = 0;
    if (room.id === LOBBY) for (const [, { status }] of this.#people.entries()) here += status === "offline" ? 0 : 1;
    else for (const id of room.members()) here += this.#people.isHere(id) ? 1 : 0;
    return here;
  }
}
