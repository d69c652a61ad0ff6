// What a hub does for people: lets guests in, keeps accounts, and lets some look after the others. Implemented by hub/, used by gateways/.

import type { Conversation, PersonId } from "../ids.ts";
import type { Chat } from "./chat.ts";

/** What somebody may do at a hub: each role all that the ones after it may. The owner is who runs the peer. */
export const ROLES = ["owner", "moderator", "member", "guest"] as const;
export type Role = (typeof ROLES)[number];

/** Something asked of a hub beyond talk. Whom it is about is a person's id, or for bans a name, an address, or a range (CIDR, RFC 4632). */
export type HubAction =
  /** Makes the current name an account. */
  | { readonly kind: "register"; readonly password: string }
  /** Becomes the member of this name. */
  | { readonly kind: "login"; readonly name: string; readonly password: string }
  | { readonly kind: "kick"; readonly person: PersonId; readonly reason: string }
  /** `minutes` 0 is for ever. */
  | { readonly kind: "ban"; readonly whom: string; readonly minutes: number; readonly reason: string }
  | { readonly kind: "unban"; readonly whom: string }
  | { readonly kind: "bans" }
  | { readonly kind: "mute"; readonly person: PersonId; readonly minutes: number }
  | { readonly kind: "unmute"; readonly person: PersonId }
  /** At least so many seconds between two messages of one person; 0 ends it. */
  | { readonly kind: "slow"; readonly room: Conversation; readonly seconds: number }
  /** To whom a room is closed: `guests` leaves members in, `everyone` only moderators, `nobody` opens it. */
  | { readonly kind: "close"; readonly room: Conversation; readonly to: "guests" | "everyone" | "nobody" }
  | { readonly kind: "announce"; readonly text: string }
  | { readonly kind: "role"; readonly name: string; readonly role: Exclude<Role, "owner" | "guest"> }
  | { readonly kind: "members" }
  /** The last so many things that moderators did. */
  | { readonly kind: "audit"; readonly limit: number };

/** Who asks to be let in: by a name that is free, by name and password, or by the token of an earlier visit. */
export type Credentials =
  | { readonly kind: "name"; readonly name: string; readonly password: string | null }
  | { readonly kind: "token"; readonly token: string };

/** Where somebody comes from. */
export type Origin = {
  /** The address of the other end, numeric. */
  readonly address: string;
  readonly door: "web" | "line" | "irc" | "compat";
};

/** Why a hub ended a visit; `text` is a sentence for the person. */
export type Farewell = { readonly code: "kicked" | "banned" | "closing"; readonly text: string };

/** A guest's stay, one per connection. Several visits of one name and token or password are one person. */
export interface Visit {
  /** Speaks for the guest; what the hub forbids rejects with `not-allowed` or `rate-limited` and says why. Closing it ends the visit: the guest leaves. */
  readonly chat: Chat;
  /** Lets the same person in again for a month, as `Credentials`. Does not change by a rename or a login while it lasts. */
  readonly token: string;
  /** The same for all visits of who came back by the token, or by one that was given for it. */
  readonly passId: string;
  /** The connection was lost: ends the visit, too, but the seat is held for some seconds, for the token may bring the person back. */
  lost(): void;
  /** Calls back once, when the hub ends the visit: the connection is to be told and closed. */
  ended(listener: (why: Farewell) => void): void;
}

export interface FrontDesk {
  /** What is told before a name is given: how the hub is called, and its words of welcome (may be empty, may have several lines). */
  about(): { readonly title: string; readonly welcome: string };
  /** Whether a name belongs to an account, so that a password is to be asked for. */
  isMember(name: string): boolean;
  /** May a connection from there be held at all? Null, or a sentence that says why not (banned, too many). `release` when it has ended. */
  admit(from: Origin): { readonly release: () => void } | { readonly refused: string };
  /** Rejects: bad-input (no name), in-use (taken), bad-signature (password, token), not-allowed (banned), rate-limited, busy (full). */
  enter(who: Credentials, from: Origin): Promise<Visit>;
}
