// All who are here. A seat is taken with the first visit, and given up a little after the last: a short loss of connection is no leaving.

import { ChatError } from "../core/errors.ts";
import type { Hosting } from "../core/ports/hosting.ts";
import type { Farewell } from "../core/ports/hub.ts";
import type { Schedule } from "./schedule.ts";
import { skeletonOf } from "./skeleton.ts";
import { type Guestship, Stay } from "./stay.ts";
import type { HubVisit } from "./visit.ts";

export type StaysOptions = {
  readonly hosting: Hosting;
  /** How long a seat is held after the last visit, milliseconds. */
  readonly grace: number;
  readonly schedule: Schedule;
  readonly log: (text: string) => void;
  /** Called when a stay is over. */
  readonly over: (stay: Stay) => void;
};

export class Stays {
  readonly #options: StaysOptions;
  readonly #byKey = new Map<string, Stay>();
  readonly #bySkeleton = new Map<string, Stay>();
  readonly #entering = new Map<string, Promise<Stay>>();
  /** Seats that are being given up, by the skeleton of the name. */
  readonly #closing = new Map<string, Promise<void>>();
  readonly #graces = new Map<Stay, () => void>();

  constructor(options: StaysOptions) {
    this.#options = options;
  }

  /** Those who are here, and those on their way in. */
  get size(): number {
    return this.#byKey.size + this.#entering.size;
  }

  all(): Iterable<Stay> {
    return this.#byKey.values();
  }

  /** Whether the person has a seat, or is about to. */
  isHere(key: string): boolean {
    return this.#byKey.has(key) || this.#entering.has(key);
  }

  byKey(key: string): Stay | null {
    return this.#byKey.get(key) ?? null;
  }

  /** Who is here under a name that looks like this. */
  bySkeleton(skeleton: string): Stay | null {
    return this.#bySkeleton.get(skeleton) ?? null;
  }

  /** The stay of this person, seated now or before. Rejects in-use where somebody else has the seat. */
  async enter(who: Guestship): Promise<Stay> {
    const here = this.#byKey.get(who.key);
    if (here) {
      this.#endGrace(here);
      return here;
    }
    const under = this.#entering.get(who.key);
    if (under) return under;
    const entering = this.#seat(who).finally(() => this.#entering.delete(who.key));
    this.#entering.set(who.key, entering);
    return entering;
  }

  /** A visit ended by itself. The seat is held for a while after the last one, or with `atOnce` not at all. */
  left(visit: HubVisit, stay: Stay, atOnce = false): void {
    if (!stay.visits.delete(visit) || stay.visits.size > 0 || stay.isOver) return;
    const { grace, schedule } = this.#options;
    if (atOnce || grace === 0) void this.#give(stay);
    else if (!this.#graces.has(stay))
      this.#graces.set(
        stay,
        schedule(grace, () => this.#graceOver(stay)),
      );
  }

  /** Nobody came to a seat that was taken: it is given up, unless others have it. */
  abandoned(stay: Stay): void {
    if (stay.visits.size === 0) void this.#give(stay);
  }

  /** Ends all visits of somebody and gives the seat up. Resolves once it is free. */
  async end(stay: Stay, why: Farewell | null): Promise<void> {
    const visits = [...stay.visits];
    stay.visits.clear();
    const given = this.#give(stay);
    if (why) for (const visit of visits) visit.end(why);
    await given;
  }

  /** The name changed, or the person became a member. */
  changed(stay: Stay, now: Partial<Guestship>): void {
    if (stay.isOver) return;
    this.#drop(stay);
    Object.assign(stay, now);
    this.#byKey.set(stay.key, stay);
    this.#bySkeleton.set(stay.skeleton, stay);
  }

  async #seat(who: Guestship): Promise<Stay> {
    const skeleton = skeletonOf(who.name);
    await this.#closing.get(skeleton);
    if (this.#bySkeleton.has(skeleton)) throw new ChatError("in-use", `${who.name} is here already: choose another name`);
    const seat = await this.#options.hosting.seat({ name: who.name, since: who.since });
    const stay = new Stay(seat, who);
    this.#byKey.set(stay.key, stay);
    this.#bySkeleton.set(skeleton, stay);
    return stay;
  }

  #graceOver(stay: Stay): void {
    this.#graces.delete(stay);
    if (stay.visits.size === 0) void this.#give(stay);
  }

  #endGrace(stay: Stay): void {
    this.#graces.get(stay)?.();
    this.#graces.delete(stay);
  }

  /** Gives the seat up. Never rejects. */
  #give(stay: Stay): Promise<void> {
    if (stay.isOver) return this.#closing.get(stay.skeleton) ?? Promise.resolve();
    stay.isOver = true;
    this.#endGrace(stay);
    this.#drop(stay);
    this.#options.over(stay);
    const { skeleton } = stay;
    const closing = stay.seat.chat
      .close()
      .catch((error: unknown) => this.#options.log(`the seat of ${stay.name}: ${String(error)}`))
      .finally(() => {
        if (this.#closing.get(skeleton) === closing) this.#closing.delete(skeleton);
      });
    this.#closing.set(skeleton, closing);
    return closing;
  }

  #drop(stay: Stay): void {
    if (this.#byKey.get(stay.key) === stay) this.#byKey.delete(stay.key);
    if (this.#bySkeleton.get(stay.skeleton) === stay) this.#bySkeleton.delete(stay.skeleton);
  }
}
