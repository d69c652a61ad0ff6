// Two different entries at one place of a feed prove that its author's key is in two hands. Both are kept; people are told once.

import { verifiedRun } from "../core/commit.ts";
import type { Entry } from "../core/entry.ts";
import { entryIdFromBytes } from "../core/entry-codec.ts";
import { type EntryId, type PeerId, parsePeerId } from "../core/ids.ts";
import type { Ingested } from "../core/ports/log.ts";
import type { Store } from "../core/ports/store.ts";
import { admitted } from "./admit.ts";
import type { Appender, Run } from "./append.ts";
import type { Given } from "./ingest.ts";
import { parseList } from "./settings.ts";

/** Most entries of other branches that are kept per author and run of the program: the proof is worth keeping, a flood is not. */
const MAX_KEPT = 1_024;
/** Under this name the store remembers whose feeds are forked. */
const SETTING = "forked";
const MAX_REMEMBERED = 1_000;

export type ForksOptions = {
  readonly store: Store;
  readonly appender: Appender;
  /** Called once per author, ever. */
  readonly found: (author: PeerId) => void;
};

export class Forks {
  readonly #options: ForksOptions;
  readonly #kept = new Map<PeerId, Set<EntryId>>();
  readonly #authors: Promise<Set<PeerId>>;

  constructor(options: ForksOptions) {
    this.#options = options;
    this.#authors = options.store
      .recall(SETTING)
      .then(parseAuthors)
      .catch(() => new Set());
  }

  /** A verified range that does not pass through the head: one that is held, another branch, or one that hangs in the air. */
  async judge(given: Given): Promise<Ingested> {
    const { room, entries } = given;
    const [first, last] = [entries[0] as Entry, entries.at(-1) as Entry];
    const held = room.head(first.author)?.seq ?? 0;
    if (first.header.seq > held + 1) return { held, refused: "gap" };
    const known = await this.#held(entries);
    if (known.size === entries.length && last.header.seq <= held) return { held, refused: null };
    if (first.header.seq === held + 1 && !(await this.#hangsOn(first))) return { held, refused: "out-of-chain" };
    await this.#keep(given, verifiedRun(entries.filter(({ id }) => !known.has(id))));
    await this.#tell(first.author);
    return { held, refused: "forked" };
  }

  async #held(entries: readonly Entry[]): Promise<ReadonlySet<EntryId>> {
    const found = await this.#options.store.read({ kind: "ids", ids: entries.map(({ id }) => id), related: false });
    return new Set(found.map(({ entry }) => entry.id));
  }

  /** Whether what comes before the entry is held, be it on another branch. */
  async #hangsOn(entry: Entry): Promise<boolean> {
    const { previous } = entry.header;
    if (!previous) return false;
    return (await this.#options.store.read({ kind: "ids", ids: [entryIdFromBytes(previous)], related: false })).length > 0;
  }

  async #keep({ room, from }: Given, entries: readonly Entry[]): Promise<void> {
    const admit = (): readonly Run[] => {
      const items = entries.filter((entry) => this.#isNew(entry)).map((entry) => admitted(entry, true));
      const author = entries[0]?.author;
      return author && items.length > 0 ? [{ room, author, from, items, fork: true }] : [];
    };
    try {
      await this.#options.appender.append({ size: entries.length, admit });
    } catch (error) {
      for (const { author, id } of entries) this.#kept.get(author)?.delete(id);
      throw error;
    }
  }

  #isNew({ author, id }: Entry): boolean {
    const kept = this.#kept.getOrInsertComputed(author, () => new Set());
    if (kept.has(id) || kept.size >= MAX_KEPT) return false;
    kept.add(id);
    return true;
  }

  async #tell(author: PeerId): Promise<void> {
    const authors = await this.#authors;
    if (authors.has(author)) return;
    authors.add(author);
    this.#options.found(author);
    await this.#options.store.remember(SETTING, JSON.stringify([...authors].slice(-MAX_REMEMBERED)));
  }
}

const parseAuthors = (text: string | null): Set<PeerId> =>
  new Set(parseList(text).flatMap((author) => (typeof author === "string" ? (parsePeerId(author) ?? []) : [])));
