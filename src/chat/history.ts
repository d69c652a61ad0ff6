// The past: pages of a room and what a search finds, as people see it now.

import { decodeBody } from "../core/body-codec.ts";
import { type Entry, KINDS } from "../core/entry.ts";
import { ChatError } from "../core/errors.ts";
import type { EntryId, RoomId } from "../core/ids.ts";
import type { HistoryQuery, Message } from "../core/ports/chat.ts";
import type { OrderKey, Store, Stored } from "../core/ports/store.ts";
import { isDirect } from "../core/room.ts";
import type { Messages } from "./messages.ts";
import { mayChange, redactionOf } from "./saying.ts";
import type { Viewer } from "./viewer.ts";

/** Most messages of one page. */
const MAX_PAGE = 10_000;
/** Messages whose edits and reactions are read at once. */
const PIECE = 500;

export class History {
  readonly #store: Store;
  readonly #messages: Messages;
  /** Called with what is found redacted but not yet erased. */
  readonly #erase: (by: Entry, target: EntryId) => void;

  constructor(store: Store, messages: Messages, erase: (by: Entry, target: EntryId) => void) {
    this.#store = store;
    this.#messages = messages;
    this.#erase = erase;
  }

  /** Ascending by the total order. What was too old to be kept is left out. */
  async page(room: RoomId, query: HistoryQuery, viewer: Viewer): Promise<readonly Message[]> {
    const { before, after } = query;
    const bounds = { ...(before && { before }), ...(after && { after }), limit: checkLimit(query.limit) };
    return this.#show(await this.#store.read({ kind: "page", room, kinds: [KINDS.message], ...bounds }), viewer);
  }

  /** Newest first. A message whose edit fits the words is found by that edit, one whose words were edited away is not. */
  async search(
    words: string,
    query: { readonly rooms: readonly RoomId[] | null; readonly before?: OrderKey | undefined; readonly limit: number },
    viewer: Viewer,
  ) {
    if (!this.#store.search) throw new ChatError("not-allowed", "this store cannot search");
    if (!words.trim()) throw new ChatError("bad-input", "search for what? Give one word or more");
    const { rooms, before } = query;
    const hits = await this.#store.search({ words, rooms, limit: checkLimit(query.limit), ...(before && { before }) });
    return this.#found(hits.filter(isFor(viewer)), viewer);
  }

  /** One message with all that was done to it, or null. */
  async message(id: EntryId, viewer: Viewer): Promise<Message | null> {
    const [message] = await this.#show(await this.#store.read({ kind: "ids", ids: [id], related: false }), viewer);
    return message ?? null;
  }

  /** A message with what is about it, or null where no message has this id. */
  async withRelated(id: EntryId): Promise<{ readonly target: Stored; readonly related: readonly Stored[] } | null> {
    const [targets, related] = await Promise.all([
      this.#store.read({ kind: "ids", ids: [id], related: false }),
      this.#store.read({ kind: "ids", ids: [id], related: true }),
    ]);
    const target = targets[0];
    return target?.entry.header.kind === KINDS.message ? { target, related } : null;
  }

  async #show(found: readonly Stored[], viewer: Viewer): Promise<readonly Message[]> {
    const targets = found.filter(({ entry }) => entry.header.kind === KINDS.message).filter(isFor(viewer));
    if (targets.length === 0) return [];
    const related = await this.#related(targets.map(({ entry }) => entry.id));
    return targets.flatMap(({ entry }) => {
      const about = related.get(entry.id) ?? [];
      const redaction = redactionOf(entry, about);
      if (redaction && entry.body !== null) this.#erase(redaction, entry.id);
      return redaction === null && entry.body === null ? [] : [this.#messages.seen(entry, about, viewer.id)];
    });
  }

  /** What is about these messages, asked for in pieces that fit into one answer of the store. */
  async #related(ids: readonly EntryId[]): Promise<ReadonlyMap<EntryId, readonly Stored[]>> {
    const found: Stored[] = [];
    for (let at = 0; at < ids.length; at += PIECE) {
      found.push(...(await this.#store.read({ kind: "ids", ids: ids.slice(at, at + PIECE), related: true })));
    }
    return groupByTarget(found);
  }

  async #found(hits: readonly Stored[], viewer: Viewer): Promise<readonly Message[]> {
    const targetOf = new Map<EntryId, EntryId>(hits.map(({ entry }) => [entry.id, targetIn(entry) ?? entry.id]));
    const ids = [...new Set(targetOf.values())];
    const targets = (await this.#store.read({ kind: "ids", ids, related: false })).filter(isFor(viewer));
    const related = await this.#related(ids);
    const byId = new Map(targets.map((target) => [target.entry.id, target]));
    const shown = hits.map(({ entry }) => {
      const target = byId.get(targetOf.get(entry.id) ?? entry.id);
      const current = target && currentOf(target, related.get(target.entry.id) ?? []);
      if (!target || current !== entry.id) return null;
      return this.#messages.seen(target.entry, related.get(target.entry.id) ?? [], viewer.id);
    });
    return shown.filter((message) => message !== null);
  }
}

/** What this person may see: all but direct talk of an earlier guest of the same name. */
const isFor =
  (viewer: Viewer) =>
  ({ entry }: Stored): boolean =>
    !isDirect(entry.header.room) || entry.header.time >= viewer.since;

/** The entry whose text the message shows now, or null where it shows none. */
function currentOf(target: Stored, related: readonly Stored[]): EntryId | null {
  if (target.entry.header.kind !== KINDS.message || redactionOf(target.entry, related)) return null;
  const edits = related.filter(({ entry }) => entry.header.kind === KINDS.edit && entry.body !== null && mayChange(target.entry, entry));
  return edits.at(-1)?.entry.id ?? target.entry.id;
}

function groupByTarget(related: readonly Stored[]): ReadonlyMap<EntryId, readonly Stored[]> {
  const groups = new Map<EntryId, Stored[]>();
  for (const stored of related) {
    const target = targetIn(stored.entry);
    if (target) groups.getOrInsertComputed(target, () => []).push(stored);
  }
  return groups;
}

function targetIn({ header, body }: Stored["entry"]): EntryId | null {
  const said = body === null ? null : decodeBody(header.kind, body);
  return said !== null && "target" in said ? said.target : null;
}

function checkLimit(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new ChatError("bad-input", "limit is a whole number, 1 or more");
  return Math.min(limit, MAX_PAGE);
}
