// The entries that were stored last, at hand for peers who ask for them a moment later: to read them back costs more than to store them.

import { type Entry, KINDS } from "../core/entry.ts";
import type { PeerId, RoomId } from "../core/ids.ts";
import type { Appended } from "../core/ports/log.ts";

/** Bytes of headers and bodies that are kept. */
const MOST_BYTES = 4 << 20;

type Run = { readonly entries: readonly Entry[]; readonly bytes: number };
type Feed = Run[];

/** Of each feed it keeps runs without a gap up to the newest one, each ending on a signed entry. */
export class Recent {
  readonly #feeds = new Map<string, Feed>();
  /** The feed of each run, oldest first. */
  #order: Feed[] = [];
  #bytes = 0;

  /** Takes note of entries that were just stored. What is taken back is forgotten, and all else with it. */
  note({ room, author, entries }: Appended): void {
    if (entries.some(({ header }) => header.kind === KINDS.redact)) return this.#clear();
    const feed = this.#feeds.getOrInsertComputed(nameOf(room, author), () => []);
    const bytes = entries.reduce((sum, { headerBytes, body }) => sum + headerBytes.length + (body?.length ?? 0), 0);
    feed.push({ entries, bytes });
    this.#order.push(feed);
    this.#bytes += bytes;
    if (this.#bytes > MOST_BYTES) this.#forgetHalf();
  }

  /** Entries from..to, on to the next signed one, or up to a signed one after which `bytes` are reached; null where `from` is not at hand. */
  range(room: RoomId, author: PeerId, { from, to, bytes }: { readonly from: number; readonly to: number; readonly bytes: number }) {
    const feed = this.#feeds.get(nameOf(room, author));
    const first = feed?.findLastIndex(({ entries }) => seqOf(entries[0]) <= from) ?? -1;
    if (!feed || first < 0) return null;
    const found: Entry[] = [];
    let size = 0;
    for (const run of feed.slice(first)) {
      for (const entry of run.entries) if (entry.header.seq >= from) found.push(entry);
      size += run.bytes;
      if (size >= bytes || seqOf(found.at(-1)) >= to) break;
    }
    return found;
  }

  /** By halves, since to shorten a list costs as much whether by one or by many. */
  #forgetHalf(): void {
    let count = 0;
    for (; this.#bytes > MOST_BYTES / 2 && count < this.#order.length; count++) {
      this.#bytes -= this.#order[count]?.shift()?.bytes ?? 0;
    }
    this.#order = this.#order.slice(count);
    for (const [name, feed] of this.#feeds) if (feed.length === 0) this.#feeds.delete(name);
  }

  #clear(): void {
    this.#feeds.clear();
    this.#order = [];
    this.#bytes = 0;
  }
}

const nameOf = (room: RoomId, author: PeerId): string => `${author} ${room}`;
const seqOf = (entry: Entry | undefined): number => entry?.header.seq ?? Number.POSITIVE_INFINITY;
