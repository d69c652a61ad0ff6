// The guests who have a seat at this peer, and how they show.

import { ChatError } from "../core/errors.ts";
import type { GuestPresence } from "../core/presence.ts";
import { MAX_GUESTS } from "../core/presence-record.ts";
import { Bearing, type Shown } from "./bearing.ts";

/** Called with how a guest shows now; null for one who is gone. */
export type GuestChanged = (name: string, now: GuestPresence | null) => void;

export class Guests {
  readonly #seated = new Map<string, Bearing>();
  /** Those whom everyone is told of: further ones are here, but not told of one by one. */
  readonly #told = new Set<string>();
  readonly #listeners = new Set<GuestChanged>();

  /** Those whom everyone is told of. */
  presences(): readonly GuestPresence[] {
    return [...this.#told].flatMap((name) => this.#presence(name) ?? []);
  }

  changed(listener: GuestChanged): void {
    this.#listeners.add(listener);
  }

  /** Throws in-use for a name that has a seat. */
  seat(name: string): void {
    this.refuseTaken(name);
    this.#seated.set(name, new Bearing());
    this.#tellOf(name);
  }

  /** Throws in-use for a name that has a seat. */
  refuseTaken(name: string): void {
    if (this.#seated.has(name)) throw new ChatError("in-use", `somebody here is called ${name} already: choose another name`);
  }

  leave(name: string): void {
    this.#seated.delete(name);
    if (!this.#told.delete(name)) return;
    this.#tell(name);
    for (const other of this.#seated.keys()) if (!this.#told.has(other)) return this.#tellOf(other);
  }

  /** The guest keeps the seat under another name; that everyone is told by the entry that says so. */
  rename(name: string, to: string): void {
    const bearing = this.#seated.get(name);
    if (!bearing) return;
    this.#seated.delete(name);
    this.#seated.set(to, bearing);
    if (this.#told.delete(name)) this.#told.add(to);
  }

  setStatus(name: string, status: Shown, text?: string): void {
    this.#seated.get(name)?.take(status, text);
    if (this.#told.has(name)) this.#tell(name);
  }

  #tellOf(name: string): void {
    if (this.#told.size >= MAX_GUESTS) return;
    this.#told.add(name);
    this.#tell(name);
  }

  #tell(name: string): void {
    for (const listener of this.#listeners) listener(name, this.#presence(name));
  }

  #presence(name: string): GuestPresence | null {
    const bearing = this.#seated.get(name);
    return bearing ? { name, status: bearing.status, text: bearing.text } : null;
  }
}
