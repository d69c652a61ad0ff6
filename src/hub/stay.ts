// Somebody who is here: one seat, and the visits (one per connection) that share it.

import type { Conversation } from "../core/ids.ts";
import type { Seat } from "../core/ports/hosting.ts";
import type { Role } from "../core/ports/hub.ts";
import { Bucket } from "./bucket.ts";
import { skeletonOf } from "./skeleton.ts";
import type { HubVisit } from "./visit.ts";

/** Who is to be seated. */
export type Guestship = {
  /** The same for all visits of one person: see `memberKey`, `guestKey`. */
  readonly key: string;
  readonly name: string;
  /** Microseconds since 1970, as `Guest` has it. */
  readonly since: number;
  readonly role: Exclude<Role, "owner">;
};

/** A member is known by the account. */
export const memberKey = (name: string): string => `member ${skeletonOf(name)}`;
/** A guest is known by the token. */
export const guestKey = (passId: string): string => `guest ${passId}`;
/** The id of the token in a guest's key; null for a member's. */
export const guestPass = (key: string): string | null => (key.startsWith("guest ") ? key.slice("guest ".length) : null);

export class Stay {
  readonly seat: Seat;
  readonly visits = new Set<HubVisit>();
  /** How fast messages come. */
  readonly pace = new Bucket();
  /** How fast other things are done, by their kind. */
  acts: Map<string, Bucket> | null = null;
  /** When something was last said in a room that is slow, microseconds. */
  spoke: Map<Conversation, number> | null = null;
  key: string;
  name: string;
  role: Exclude<Role, "owner">;
  /** May not speak until then, microseconds; 0 where not muted, Infinity for good. */
  mutedUntil = 0;
  /** The name is kept for the person while away, since there is a token for coming back. */
  isKept = false;
  /** Settles once the last change of name or role that was asked for is done. */
  changing: Promise<unknown> = Promise.resolve();
  /** The seat is closed, or about to be. */
  isOver = false;

  constructor(seat: Seat, { key, name, role }: Guestship) {
    this.seat = seat;
    this.key = key;
    this.name = name;
    this.role = role;
  }

  get isMember(): boolean {
    return this.role !== "guest";
  }

  get skeleton(): string {
    return skeletonOf(this.name);
  }
}
