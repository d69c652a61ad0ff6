// Everyone for whom this peer speaks now: its owner, and the guests who have a seat.

import type { PersonId } from "../core/ids.ts";
import { Viewer } from "./viewer.ts";

export class Viewers {
  readonly owner: Viewer;
  readonly #guests = new Map<PersonId, Viewer>();

  constructor(owner: PersonId) {
    this.owner = new Viewer(owner);
  }

  get(id: PersonId): Viewer | null {
    return id === this.owner.id ? this.owner : (this.#guests.get(id) ?? null);
  }

  add(guest: Viewer): void {
    this.#guests.set(guest.id, guest);
  }

  remove(guest: Viewer): void {
    if (this.#guests.get(guest.id) === guest) this.#guests.delete(guest.id);
  }

  /** A guest goes by another id from now on. */
  become(guest: Viewer, id: PersonId, now: number): void {
    this.remove(guest);
    guest.become(id, now);
    this.add(guest);
  }
}
