// Presence: small signed states with a counter and a lifetime, not entries.

import type { PeerId, PersonId } from "./ids.ts";

export const STATUSES = ["online", "away", "busy", "offline"] as const;
export type Status = (typeof STATUSES)[number];

/** A guest whom a peer hosts, as the peer tells others. */
export type GuestPresence = { readonly name: string; readonly status: Status; readonly text: string };

/** What a peer says of itself, before it is signed. */
export type OwnPresence = {
  readonly name: string;
  readonly status: Status;
  /** Status text, at most 200 characters; may be empty. */
  readonly text: string;
  readonly guests: readonly GuestPresence[];
  /** How the hub is called, one line of at most 64 characters; absent where the doors are closed to guests of the network. */
  readonly hub?: string;
};

/** A peer's own presence with where it listens, signed by it. The newer counter wins. `offline` is its goodbye. */
export type PresenceRecord = OwnPresence & {
  readonly peer: PeerId;
  readonly key: Uint8Array;
  /** Grows with every record of this peer, across restarts, too (microseconds since 1970 at its making, or one more than the last). */
  readonly counter: number;
  /** Seconds for which a peer that is not linked may believe it; 1 to 600. */
  readonly lifetime: number;
  /** Where it listens: `host:port`, IPv6 in brackets; at most 16. */
  readonly addresses: readonly string[];
  /** The record exactly as signed and sent, signature included. */
  readonly bytes: Uint8Array;
};

/** How we know that somebody is here. */
export type Via = "link" | "guest" | "carried";

/** Someone who talks. */
export type Person = { readonly id: PersonId; readonly name: string };
