// What keeps entries. Implemented by store/; used by chat/ alone. One contract suite covers all implementations.

import type { Entry } from "../entry.ts";
import type { EntryId, PeerId, RoomId } from "../ids.ts";

/** An entry with its place in this store: 1, 2, 3 … in the order of arrival, never reused. */
export type Stored = { readonly arrival: number; readonly entry: Entry };

/** An entry on its way in. Chat knows what a body says, the store does not; what it needs of it is told here. */
export type Incoming = {
  readonly entry: Entry;
  /** The entry that this one edits, redacts, reacts to. */
  readonly target: EntryId | null;
  /** What full-text search may find, or null. */
  readonly searchable: string | null;
  /** True for the other branch of a forked feed: kept, shown in `page`, in no frontier and no `feed`. */
  readonly fork: boolean;
};

/** The head of a feed: its last entry. */
export type Head = { readonly room: RoomId; readonly author: PeerId; readonly seq: number; readonly id: EntryId };

/** Which entries to read. `limit` counts entries; results are at most 10,000 and at most about 8 MiB whatever the limit. */
export type Query =
  /** A range of one feed, ascending; at least up to `to`, then on to the next signed entry so that it can be verified.
   *  Ends earlier, still on a signed entry, when `limit`, or so many bytes of headers and bodies, are reached: at least one commit
   *  comes back. */
  | {
      readonly kind: "feed";
      readonly room: RoomId;
      readonly author: PeerId;
      readonly from: number;
      readonly to: number;
      readonly limit: number;
      readonly bytes?: number;
    }
  /** A page of a room's messages (wire kinds in `kinds`) by the total order (time, author, seq), ascending.
   *  With `before`: the last `limit` ones before that key. With `after`: the first `limit` after it. With neither: the last `limit`. */
  | {
      readonly kind: "page";
      readonly room: RoomId;
      readonly kinds: readonly number[];
      readonly before?: OrderKey;
      readonly after?: OrderKey;
      readonly limit: number;
    }
  /** What arrived after a place, in the order of arrival, all rooms. */
  | { readonly kind: "arrivals"; readonly after: number; readonly limit: number }
  /** Entries by id, and with `related` those that target them instead; in the total order. Unknown ids are left out. */
  | { readonly kind: "ids"; readonly ids: readonly EntryId[]; readonly related: boolean }
  /** The latest (by the total order) per room, author, `as` and kind among these wire kinds: topic, join, leave, profile. */
  | { readonly kind: "latest"; readonly kinds: readonly number[] };

/** A place in the total order. */
export type OrderKey = { readonly time: number; readonly author: PeerId; readonly seq: number };

/** What is found, newest first by the total order. */
export type SearchQuery = {
  /** What the person typed: words, all must occur, the last one as a prefix; any script. */
  readonly words: string;
  readonly rooms: readonly RoomId[] | null;
  readonly before?: OrderKey;
  readonly limit: number;
};

/**
 * All methods reject with ChatError: `storage` when the medium fails, `closed` after close.
 * Calls take effect in the order in which they are made.
 */
export interface Store {
  /** The heads of all feeds and the highest arrival so far (0 when empty). Fast whatever the size. */
  load(): Promise<{ readonly heads: readonly Head[]; readonly lastArrival: number }>;
  /** Appends all or nothing; resolves once it survives a kill of the process, with the arrival of the first.
   *  The caller has checked the chains. An id that is there already is a `bad-input`. */
  append(batch: readonly Incoming[]): Promise<number>;
  read(query: Query): Promise<readonly Stored[]>;
  /** Erases the bodies of these entries, also from search. Headers stay, so that chains hold. */
  erase(ids: readonly EntryId[]): Promise<void>;
  /** Small settings beside the log: null deletes. */
  remember(key: string, value: string | null): Promise<void>;
  /** The value, or null. */
  recall(key: string): Promise<string | null>;
  /** Waits for what is under way. May be called twice. */
  close(): Promise<void>;
  /** Present where the store can search. */
  readonly search?: (query: SearchQuery) => Promise<readonly Stored[]>;
}
