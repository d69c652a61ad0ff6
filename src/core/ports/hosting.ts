// How a peer speaks for people who have none of their own. Implemented by chat/, used by hub/.

import type { Conversation } from "../ids.ts";
import type { Chat } from "./chat.ts";

/** A guest, before taking a seat. */
export type Guest = {
  /** As `parseGuest` gives it. It is the guest's id, too: `peer/name`. */
  readonly name: string;
  /** Microseconds since 1970. Direct talk of this name from before belongs to somebody else and is not shown. */
  readonly since: number;
};

/** A guest who is here. */
export interface Seat {
  /** `rename` gives the guest another id, too; it rejects `in-use` for the name of another seat. Closing it leaves. */
  readonly chat: Chat;
  /** Whether something was said under this nonce (see `SayOptions`): to say it again changes nothing. */
  hasSaid(nonce: string): boolean;
}

/** What goes: older than a moment (microseconds since 1970), or beyond the newest so many messages of a room. Null keeps all. */
export type Retention = { readonly before: number | null; readonly keep: number | null };

export interface Hosting {
  /** From now on the guest is here, for everyone on the network. Rejects `in-use` where that name has a seat, `bad-input` for no name. */
  seat(guest: Guest): Promise<Seat>;
  /** Tells everyone in an open room something, in the owner's name; it stays in the room's history. */
  announce(room: Conversation, text: string): Promise<void>;
  /** Erases the words of old messages here; resolves with how many. */
  expire(retention: Retention): Promise<number>;
}
