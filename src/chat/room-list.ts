// The rooms as a person sees them in a list.

import type { RoomId } from "../core/ids.ts";
import type { RoomInfo } from "../core/ports/chat.ts";
import { LOBBY } from "../core/room.ts";
import { isoOf } from "./hybrid-clock.ts";
import type { People } from "./people.ts";
import type { Reading } from "./reading.ts";
import type { RoomState } from "./room-state.ts";
import type { Rooms } from "./rooms.ts";
import type { Viewer } from "./viewer.ts";

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
  async all(viewer: Viewer): Promise<readonly RoomInfo[]> {
    const infos = await Promise.all(this.#known(viewer).map((room) => this.info(room, viewer)));
    return infos.filter(({ kind, last }) => kind === "open" || last !== null);
  }

  /** The rooms that this person may read; null for all that are held, as it is on a peer without guests. */
  visible(viewer: Viewer): readonly RoomId[] | null {
    const rooms = [...this.#rooms.all()];
    const visible = rooms.filter((room) => viewer.conversation(room) !== null);
    return visible.length < rooms.length ? visible.map(({ id }) => id) : null;
  }

  async info(room: RoomState, viewer: Viewer): Promise<RoomInfo> {
    const unread = await this.#reading.count(room, viewer);
    const conversation = viewer.conversation(room);
    if (conversation === null) throw new TypeError("a room of others is not shown");
    const other = viewer.other(room);
    const last = room.last && viewer.maySee(room, room.last.time) ? isoOf(room.last.time) : null;
    return {
      room: conversation,
      kind: room.direct ? "direct" : "open",
      name: other === null ? conversation.slice(1) : this.#people.person(other).name,
      topic: room.topic,
      joined: viewer.isIn(room),
      here: this.#here(room),
      unread,
      last,
    };
  }

  #known(viewer: Viewer): readonly RoomState[] {
    const isKnown = (room: RoomState) => room.id === LOBBY || viewer.isIn(room) || !room.isEmpty;
    return [...this.#rooms.all()].filter((room) => viewer.conversation(room) !== null && isKnown(room));
  }

  #here(room: RoomState): number {
    if (room.id === LOBBY) return this.#people.here;
    let here = 0;
    for (const id of room.members()) here += this.#people.isHere(id) ? 1 : 0;
    return here;
  }
}
