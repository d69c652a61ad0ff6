// The ring of ids: all peers that are here, in ascending order, the last followed by the first.

import type { PeerId } from "../../core/ids.ts";

export class Ring {
  readonly #ids: PeerId[] = [];

  get size(): number {
    return this.#ids.length;
  }

  /** False if it was there. */
  add(peer: PeerId): boolean {
    const at = this.#find(peer);
    if (this.#ids[at] === peer) return false;
    this.#ids.splice(at, 0, peer);
    return true;
  }

  /** False if it was not there. */
  delete(peer: PeerId): boolean {
    const at = this.#find(peer);
    if (this.#ids[at] !== peer) return false;
    this.#ids.splice(at, 1);
    return true;
  }

  has(peer: PeerId): boolean {
    return this.#ids[this.#find(peer)] === peer;
  }

  at(index: number): PeerId | undefined {
    return this.#ids[index];
  }

  all(): readonly PeerId[] {
    return this.#ids;
  }

  /** The nearest `count` on each side of the peer, itself left out, whether it is in the ring or not. */
  neighbours(peer: PeerId, count: number): ReadonlySet<PeerId> {
    const found = new Set<PeerId>();
    const size = this.#ids.length;
    const at = this.#find(peer);
    const after = this.#ids[at] === peer ? at + 1 : at;
    for (let i = 0; i < Math.min(count, size); i++) {
      found.add(this.#ids[(after + i) % size] as PeerId);
      found.add(this.#ids[(at - 1 - i + size) % size] as PeerId);
    }
    found.delete(peer);
    return found;
  }

  /** The place of the first id that is not smaller. */
  #find(peer: PeerId): number {
    let [low, high] = [0, this.#ids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ids[middle] as PeerId) < peer) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
