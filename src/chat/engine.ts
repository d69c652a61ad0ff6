// What the engine is made from, and what it is to others.

import type { Identity } from "../core/identity.ts";
import type { Chat } from "../core/ports/chat.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Hosting } from "../core/ports/hosting.ts";
import type { Log, Roster } from "../core/ports/log.ts";
import type { Store } from "../core/ports/store.ts";

export type EngineOptions = {
  readonly identity: Identity;
  readonly network: string;
  /** Stays the caller's: it is not closed with the engine. */
  readonly store: Store;
  /** The network's time, microseconds. */
  readonly clock: Clock;
  /** The display name; left out, the one that the store remembers. */
  readonly name?: string | undefined;
  /** Given where the store is new although there was a history: what was said then comes back from others first. */
  readonly recovery?: RecoveryTimes | undefined;
  /** Hears of what went wrong where nobody asked. */
  readonly log?: ((text: string) => void) | undefined;
};

/** How long to wait for one's own entries: at least for others to be found, and at most. Aborted when the time is over. */
export type RecoveryTimes = { readonly atLeast: AbortSignal; readonly atMost: AbortSignal };

export type Engine = {
  /** The owner's. */
  readonly chat: Chat;
  readonly log: Log;
  readonly roster: Roster;
  readonly hosting: Hosting;
  /** Tells everyone that the doors are open to guests under this title, or closed (null). */
  openDoors(title: string | null): void;
};
