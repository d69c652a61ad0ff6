// What a person can do. Implemented by chat/ (the engine) and client/ (the same over WebSocket); no screen can tell which it holds.

import type { Conversation, EntryId, PersonId } from "../ids.ts";
import type { Person, Status, Via } from "../presence.ts";
import type { HubAction } from "./hub.ts";
import type { NoticeCode } from "./log.ts";
import type { OrderKey } from "./store.ts";

/** A message as people see it now: edits applied, reactions gathered. */
export type Message = {
  readonly id: EntryId;
  readonly room: Conversation;
  readonly from: Person;
  /** Empty when redacted. */
  readonly text: string;
  /** ISO 8601 with milliseconds, UTC: when it was said, by the network's time. */
  readonly at: string;
  readonly edited: boolean;
  readonly redacted: boolean;
  readonly replyTo: EntryId | null;
  readonly reactions: readonly Reaction[];
  /** Its place in the total order. */
  readonly key: OrderKey;
  /** True when its time stands far ahead of the network's: shown with a mark. */
  readonly ahead: boolean;
};

export type Reaction = { readonly emoji: string; readonly by: readonly Person[] };

export type PersonInfo = Person & {
  readonly status: Status;
  readonly text: string;
  readonly via: Via;
  /** For a guest: the peer who hosts. */
  readonly host: Person | null;
  /** For the owner of a hub: how it is called. */
  readonly hub: string | null;
  readonly verified: boolean;
  /** ISO 8601: when last seen here; null when never seen in person, only read. */
  readonly seen: string | null;
};

export type RoomInfo = {
  readonly room: Conversation;
  readonly kind: "open" | "direct";
  /** `lobby`, or the other's name. */
  readonly name: string;
  readonly topic: string;
  readonly joined: boolean;
  /** How many people of the room are here now, oneself included. */
  readonly here: number;
  /** Messages of others after the read mark, counted up to 1,000; 0 where not joined. */
  readonly unread: number;
  /** ISO 8601 of the last message, or null. */
  readonly last: string | null;
};

/** What happened. `cursor` is where to resume from: events after it come again, in the same order, none twice.
 *  Null on those that are not part of history (presence, typing, notice): they are not replayed. */
export type ChatEvent = { readonly cursor: number | null } & (
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "edited"; readonly message: Message; readonly previous: string; readonly by: Person }
  | { readonly kind: "redacted"; readonly room: Conversation; readonly id: EntryId; readonly by: Person; readonly at: string }
  | {
      readonly kind: "reacted";
      readonly room: Conversation;
      readonly id: EntryId;
      readonly by: Person;
      readonly emoji: string;
      readonly on: boolean;
      readonly at: string;
    }
  | { readonly kind: "joined" | "left"; readonly room: Conversation; readonly person: Person; readonly at: string }
  | { readonly kind: "topic"; readonly room: Conversation; readonly text: string; readonly by: Person; readonly at: string }
  /** A hub says something to all in a room: an announcement, or what its moderators did. */
  | { readonly kind: "announced"; readonly room: Conversation; readonly text: string; readonly by: Person; readonly at: string }
  /** `was` is the id before, for a guest, whose id goes with the name; null where the id stays. */
  | { readonly kind: "renamed"; readonly person: Person; readonly previous: string; readonly was: PersonId | null; readonly at: string }
  | { readonly kind: "presence"; readonly person: PersonInfo }
  | { readonly kind: "typing"; readonly room: Conversation; readonly person: Person }
  | { readonly kind: "notice"; readonly code: NoticeCode; readonly text: string }
);

/** Why a watch ended: `busy` when the watcher fell behind, `closed` when Chat closed. */
export type WatchEnd = "busy" | "closed";

export interface Watcher {
  /** Must not throw. Return false (or a promise) is not looked at: a watcher that cannot keep up calls `stop` or is bounded by its edge. */
  event(event: ChatEvent): void;
  /** Where given, it is called instead of `event` with what happened in one moment: at least one; the same list, the very same
   *  object, for all watchers who are told the same. */
  events?(events: readonly ChatEvent[]): void;
  ended?(why: WatchEnd): void;
  /** True once nobody listens any more: a replay under way ends then, and `watch` rejects closed. */
  readonly isOver?: boolean;
}

export type SayOptions = {
  readonly replyTo?: EntryId;
  /** 8 to 64 of `A-Z a-z 0-9 _ - .`, never used again: a message said again under it is said once, also after a restart of the peer. */
  readonly nonce?: string;
};

export type HistoryQuery = {
  readonly limit: number;
  /** Messages before (older than) this place, newest ones of them. */
  readonly before?: OrderKey | undefined;
  /** Messages after this place, oldest ones of them. */
  readonly after?: OrderKey | undefined;
};

/** Every method rejects with ChatError. What resolves has been stored: it survives a kill of the process. */
export interface Chat {
  /** Who talks here, by the current name. */
  self(): Person;
  /** Said by the caller's order. To say something in an open room is to join it.
   *  Rejects: bad-input (empty), too-large, not-found (no such person), busy (too much waits to be stored), storage. */
  say(room: Conversation, text: string, options?: SayOptions): Promise<Message>;
  /** One's own message only. */
  edit(id: EntryId, text: string): Promise<Message>;
  redact(id: EntryId): Promise<void>;
  react(id: EntryId, emoji: string, on?: boolean): Promise<void>;
  /** Joining twice is a no-op. `#lobby` is joined from the start. */
  join(room: Conversation): Promise<RoomInfo>;
  leave(room: Conversation): Promise<void>;
  setTopic(room: Conversation, text: string): Promise<void>;
  /** Rejects bad-input for a name that nobody could read. */
  rename(name: string): Promise<Person>;
  /** The text is kept across restarts; left out, it stays as it was. One given with `away` is shown until one is back, then the former stands again. */
  setStatus(status: Exclude<Status, "offline">, text?: string): Promise<void>;
  typing(room: Conversation): void;
  /** All up to this message are read; kept across restarts, moves forward only. */
  markRead(room: Conversation, upTo: OrderKey): Promise<void>;
  /** Everyone known, oneself included; those who are away stay listed as offline. */
  people(): Promise<readonly PersonInfo[]>;
  rooms(): Promise<readonly RoomInfo[]>;
  /** Ascending by the total order. */
  history(room: Conversation, query: HistoryQuery): Promise<readonly Message[]>;
  /** Newest first. */
  search(
    words: string,
    query: { readonly room?: Conversation | undefined; readonly limit: number; readonly before?: OrderKey | undefined },
  ): Promise<readonly Message[]>;
  /** Resolves once the other person of a direct message, or at least one other peer for a room, holds it. Rejects not-found; never times out by itself. */
  delivered(id: EntryId, signal?: AbortSignal): Promise<void>;
  /** Events from now on, or after a cursor first those that were stored since. Only rooms that are joined. Resolves once the watch stands, with the cursor of that moment. */
  watch(watcher: Watcher, after?: number): Promise<{ readonly cursor: number; stop(): void }>;
  /** What a hub does beyond talk: accounts, and looking after the others. Resolves with sentences or rows for the person who asked,
   *  one line each. Rejects not-allowed (the role forbids it, or this is no hub), bad-input, not-found, bad-signature (password), in-use, rate-limited. */
  hub(action: HubAction): Promise<readonly string[]>;
  close(): Promise<void>;
}
