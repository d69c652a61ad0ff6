// Erases the words of old messages here; headers stay, so that chains hold.

import { KINDS } from "../core/entry.ts";
import { keyOf } from "../core/order.ts";
import type { Retention } from "../core/ports/hosting.ts";
import type { OrderKey, Store } from "../core/ports/store.ts";
import type { RoomState } from "./room-state.ts";

/** Messages that are looked at in one step; others get their turn in between. */
const PAGE = 500;
const SPOKEN = [KINDS.message, KINDS.edit];

/** Resolves with how many were erased. Rejects storage. */
export async function expire(store: Store, rooms: Iterable<RoomState>, { before, keep }: Retention): Promise<number> {
  let erased = 0;
  for (const room of rooms) {
    const oldest = before === null ? null : ({ time: before, author: "", seq: 0 } as unknown as OrderKey);
    const beyond = keep === null ? null : await placeBefore(store, room, keep);
    for (const place of [oldest, beyond]) if (place) erased += await eraseBefore(store, room, place);
  }
  return erased;
}

/** The place of the oldest message that is kept; null where there are no more than that. */
async function placeBefore(store: Store, room: RoomState, keep: number): Promise<OrderKey | null> {
  let before: OrderKey | null = null;
  for (let left = keep; left > 0; ) {
    const bounds = before ? { before } : {};
    const page = await store.read({ kind: "page", room: room.id, kinds: [KINDS.message], limit: Math.min(PAGE, left), ...bounds });
    const first = page[0];
    if (!first || page.length < Math.min(PAGE, left)) return null;
    before = keyOf(first.entry);
    left -= page.length;
  }
  return before;
}

/** From the newest back to what was erased before. */
async function eraseBefore(store: Store, room: RoomState, place: OrderKey): Promise<number> {
  let erased = 0;
  for (let before = place; ; ) {
    const page = await store.read({ kind: "page", room: room.id, kinds: SPOKEN, before, limit: PAGE });
    const kept = page.filter(({ entry }) => entry.body !== null).map(({ entry }) => entry.id);
    if (kept.length > 0) await store.erase(kept);
    erased += kept.length;
    const first = page[0];
    if (!first || kept.length === 0) return erased;
    before = keyOf(first.entry);
  }
}
