// Who holds what was said here: peers acknowledge by telling how far they hold our feeds.

import type { Frontier } from "../core/entry.ts";
import { ChatError } from "../core/errors.ts";
import type { PeerId, RoomId } from "../core/ids.ts";

type Waiting = {
  readonly seq: number;
  /** The peer who must hold it, or null if any will do. */
  readonly by: PeerId | null;
  readonly settle: (error: unknown) => void;
};

export class Receipts {
  readonly #self: PeerId;
  readonly #held = new Map<RoomId, Map<PeerId, number>>();
  readonly #waiting = new Map<RoomId, Set<Waiting>>();

  constructor(self: PeerId) {
    this.#self = self;
  }

  /** See `Log.acknowledged`. */
  acknowledged(peer: PeerId, room: RoomId, frontier: Frontier): void {
    const seq = frontier.get(this.#self);
    if (seq === undefined || peer === this.#self) return;
    const held = this.#held.getOrInsertComputed(room, () => new Map());
    held.set(peer, Math.max(seq, held.get(peer) ?? 0));
    for (const waiting of this.#waiting.get(room) ?? []) if (this.#isHeld(room, waiting)) waiting.settle(null);
  }

  /** How far others hold our feeds. */
  claims(): readonly (readonly [RoomId, number])[] {
    return Array.from(this.#held, ([room, held]) => [room, Math.max(...held.values())] as const);
  }

  /** Resolves once `by`, or any other peer where it is null, holds our feed of the room up to `seq`. Rejects with the signal's reason. */
  async held(room: RoomId, { seq, by }: Pick<Waiting, "seq" | "by">, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (by === this.#self || this.#isHeld(room, { seq, by })) return;
    const waiting = this.#waiting.getOrInsertComputed(room, () => new Set());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry: Waiting = { seq, by, settle: (error) => (error === null ? resolve() : reject(error)) };
    const abort = () => reject(signal?.reason);
    waiting.add(entry);
    signal?.addEventListener("abort", abort);
    await promise.finally(() => {
      waiting.delete(entry);
      signal?.removeEventListener("abort", abort);
    });
  }

  /** Nobody will acknowledge any more. */
  close(): void {
    const closed = new ChatError("closed", "this chat has been closed");
    for (const all of this.#waiting.values()) for (const waiting of all) waiting.settle(closed);
  }

  #isHeld(room: RoomId, { seq, by }: Pick<Waiting, "seq" | "by">): boolean {
    const held = this.#held.get(room);
    if (!held) return false;
    if (by !== null) return (held.get(by) ?? 0) >= seq;
    for (const reached of held.values()) if (reached >= seq) return true;
    return false;
  }
}
