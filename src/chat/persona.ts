// What differs between the owner of a peer and its guests: where name and status are kept, and what leaving means.

import { ChatError } from "../core/errors.ts";
import { personOf } from "../core/ids.ts";
import { parseGuest } from "../core/name.ts";
import type { Clock } from "../core/ports/clock.ts";
import { LOBBY } from "../core/room.ts";
import type { Audience } from "./audience.ts";
import type { Shown } from "./bearing.ts";
import type { Guests } from "./guests.ts";
import type { Rooms } from "./rooms.ts";
import { nameOf, type Self } from "./self.ts";
import type { Speaker } from "./speaker.ts";
import type { Viewer } from "./viewer.ts";
import type { Viewers } from "./viewers.ts";

export interface Persona {
  readonly viewer: Viewer;
  /** Rejects bad-input, in-use. */
  rename(name: string): Promise<void>;
  setStatus(status: Shown, text?: string): Promise<void>;
  leave(): Promise<void>;
}

export type PersonaParts = {
  readonly self: Self;
  readonly guests: Guests;
  readonly viewers: Viewers;
  readonly rooms: Rooms;
  readonly speaker: Speaker;
  readonly audience: Audience;
  readonly now: Clock;
};

export class OwnerPersona implements Persona {
  readonly viewer: Viewer;
  readonly #parts: PersonaParts;
  readonly #close: () => Promise<void>;

  /** Leaving closes the engine. */
  constructor(parts: PersonaParts, close: () => Promise<void>) {
    this.viewer = parts.viewers.owner;
    this.#parts = parts;
    this.#close = close;
  }

  async rename(text: string): Promise<void> {
    const { self, speaker, rooms } = this.#parts;
    const name = nameOf(text);
    if (name === self.own.name) return;
    await speaker.speak({ room: rooms.open(LOBBY), as: null, body: { kind: "profile", name } }, () => null);
    await self.rename(name);
  }

  setStatus(status: Shown, text?: string): Promise<void> {
    return this.#parts.self.setStatus(status, text);
  }

  leave(): Promise<void> {
    return this.#close();
  }
}

export class GuestPersona implements Persona {
  readonly viewer: Viewer;
  readonly #parts: PersonaParts;
  #hasLeft = false;

  /** Takes a seat. Throws in-use where the name has one. */
  constructor(parts: PersonaParts, viewer: Viewer) {
    this.viewer = viewer;
    this.#parts = parts;
    parts.guests.refuseTaken(viewer.as ?? "");
    parts.viewers.add(viewer);
    parts.guests.seat(viewer.as ?? "");
  }

  /** The entry that says so moves the guest, for others as for us; rooms are entered anew, since members are known by id. */
  async rename(text: string): Promise<void> {
    const { guests, speaker, rooms } = this.#parts;
    const { as, peer } = this.viewer;
    const name = guestName(text);
    if (name === as) return;
    guests.refuseTaken(name);
    const joined = [...rooms.all()].filter((room) => !room.direct && room.id !== LOBBY && this.viewer.isIn(room));
    await speaker.speak({ room: rooms.open(LOBBY), as, body: { kind: "profile", name } }, () => this.#become(personOf(peer, name), name));
    for (const room of joined) await speaker.join(room, name);
  }

  async setStatus(status: Shown, text?: string): Promise<void> {
    this.#parts.guests.setStatus(this.viewer.as ?? "", status, text);
  }

  async leave(): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    const { audience, guests, viewers } = this.#parts;
    audience.end("closed", this.viewer);
    viewers.remove(this.viewer);
    guests.leave(this.viewer.as ?? "");
  }

  #become(id: ReturnType<typeof personOf>, name: string): void {
    const { guests, viewers, audience, now } = this.#parts;
    guests.rename(this.viewer.as ?? "", name);
    viewers.become(this.viewer, id, now());
    audience.changed();
  }
}

/** The text as a guest's name. Throws bad-input where it cannot be one. */
export function guestName(text: string): string {
  const name = parseGuest(text);
  if (name === null)
    throw new ChatError("bad-input", "a guest's name is short and can be read by others, has no · or /, and begins neither with # nor @");
  return name;
}
