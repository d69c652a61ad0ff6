// Who watches, and who of them is told of what.

import type { ChatEvent, WatchEnd, Watcher } from "../core/ports/chat.ts";
import { LOBBY } from "../core/room.ts";
import type { RoomState } from "./room-state.ts";
import type { Rooms } from "./rooms.ts";
import { speakerOf } from "./saying.ts";
import type { Item } from "./translate.ts";
import type { Viewer } from "./viewer.ts";
import type { Viewers } from "./viewers.ts";

/** A watch that stands. */
export type Watching = { readonly viewer: Viewer; readonly watcher: Watcher; isOver: boolean };

const NOBODY: readonly Watching[] = [];

export class Audience {
  readonly #rooms: Rooms;
  readonly #viewers: Viewers;
  readonly #failed: (error: unknown) => void;
  readonly #watchings = new Map<Viewer, readonly Watching[]>();
  /** Made when asked for, until anything changes. */
  readonly #ofRoom = new Map<RoomState, readonly Watching[]>();

  /** `failed` hears what a watcher threw. */
  constructor(rooms: Rooms, viewers: Viewers, failed: (error: unknown) => void) {
    this.#rooms = rooms;
    this.#viewers = viewers;
    this.#failed = failed;
  }

  get isEmpty(): boolean {
    return this.#watchings.size === 0;
  }

  add(watching: Watching): void {
    this.#watchings.set(watching.viewer, [...this.of(watching.viewer), watching]);
    this.changed();
  }

  remove(watching: Watching): void {
    watching.isOver = true;
    const others = this.of(watching.viewer).filter((other) => other !== watching);
    if (others.length === 0) this.#watchings.delete(watching.viewer);
    else this.#watchings.set(watching.viewer, others);
    this.changed();
  }

  /** Somebody joined, left, or has another id. */
  changed(): void {
    this.#ofRoom.clear();
  }

  all(): readonly Watching[] {
    return this.#of(this.#rooms.open(LOBBY));
  }

  /** Those of one person. */
  of(viewer: Viewer | null): readonly Watching[] {
    return (viewer && this.#watchings.get(viewer)) ?? NOBODY;
  }

  /** Who is told of an entry, in groups that are told the same: all of an open room, each of the two of direct talk. */
  hearing({ entry, body }: Item): readonly (readonly Watching[])[] {
    const room = this.#rooms.get(entry.header.room);
    if (!room) return [];
    if (room.direct) {
      const people = [...new Set(room.direct)].map((person) => this.#viewers.get(person));
      return people.filter((viewer) => viewer?.maySee(room, entry.header.time)).map((viewer) => this.of(viewer));
    }
    if (body?.kind === "join" || body?.kind === "leave") this.changed();
    const inside = this.#of(room);
    return body?.kind === "leave" ? [[...new Set([...inside, ...this.of(this.#viewers.get(speakerOf(entry)))])]] : [inside];
  }

  /** Whether an entry is for this person. */
  isFor(viewer: Viewer, { entry, body }: Item): boolean {
    const room = this.#rooms.get(entry.header.room);
    if (!room?.direct) return room !== null && (viewer.isIn(room) || (body?.kind === "leave" && speakerOf(entry) === viewer.id));
    return viewer.maySee(room, entry.header.time);
  }

  /** Those of everyone who is in a room. */
  in(room: RoomState): readonly Watching[] {
    return room.direct ? [...new Set(room.direct)].flatMap((person) => this.of(this.#viewers.get(person))) : this.#of(room);
  }

  /** Tells them, in one go; those who stop meanwhile hear nothing more. */
  tell(audience: readonly Watching[], events: readonly ChatEvent[]): void {
    for (const watching of audience) {
      if (watching.isOver) continue;
      try {
        pass(watching, events);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  /** Ends the watches of one person, or of all. */
  end(why: WatchEnd, viewer?: Viewer): void {
    for (const watching of viewer ? this.of(viewer) : this.all()) {
      this.remove(watching);
      watching.watcher.ended?.(why);
    }
  }

  #of(room: RoomState): readonly Watching[] {
    return this.#ofRoom.getOrInsertComputed(room, () => {
      if (room.id === LOBBY) return [...this.#watchings.values()].flat();
      return [...room.members()].flatMap((person) => this.of(this.#viewers.get(person)));
    });
  }
}

function pass(watching: Watching, events: readonly ChatEvent[]): void {
  const { watcher } = watching;
  if (watcher.events) return watcher.events(events);
  for (const event of events) if (!watching.isOver) watcher.event(event);
}
