// After a lost history: one's own entries are with others. Until they are back nothing is said, for a feed that began anew would
// stand against the one that others hold.

import type { PeerId } from "../core/ids.ts";
import type { RecoveryTimes } from "./engine.ts";
import type { Publisher } from "./publish.ts";
import type { Receipts } from "./receipts.ts";
import type { Rooms } from "./rooms.ts";

export type RecoveryOptions = RecoveryTimes & {
  readonly self: PeerId;
  readonly rooms: Rooms;
  readonly receipts: Receipts;
  readonly publisher: Publisher;
};

/** Resolves when all of one's own that others told of is here: not before `atLeast` is over, not later than `atMost`. */
export async function recovered({ atLeast, atMost, self, rooms, receipts, publisher }: RecoveryOptions): Promise<void> {
  await ended(atLeast);
  const isBehind = () => receipts.claims().some(([room, seq]) => (rooms.get(room)?.head(self)?.seq ?? 0) < seq);
  const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
  const look = () => isBehind() || resolve();
  const stop = publisher.subscribe(look);
  look();
  await Promise.race([caughtUp, ended(atMost)]);
  stop();
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
