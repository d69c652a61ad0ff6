// Reads messages between two places of a history, page by page.

import { ChatError } from "../../core/errors.ts";
import type { Conversation, EntryId } from "../../core/ids.ts";
import { compareKeys } from "../../core/order.ts";
import type { Chat, Message } from "../../core/ports/chat.ts";
import type { OrderKey } from "../../core/ports/store.ts";
import type { Options } from "./command.ts";
import { keyAtTime, type Place } from "./place.ts";

/** Messages after one place and before another; null for no end. */
export type Range = { readonly after: OrderKey | null; readonly before: OrderKey | null };

const PAGE = 500;

/** The range that `--since` and `--before` mean in a room, or in all of them (null). Throws not-found for a message that is not there. */
export async function rangeOf(chat: Chat, room: Conversation | null, options: Pick<Options, "since" | "before">): Promise<Range> {
  const keyOf = (place: Place | undefined) => (place ? resolvePlace(chat, room, place) : null);
  return { after: await keyOf(options.since), before: await keyOf(options.before) };
}

/** The newest messages of a range, oldest first. */
export async function newestOf(chat: Chat, room: Conversation, range: Range, limit: number): Promise<readonly Message[]> {
  const pages: (readonly Message[])[] = [];
  let before = range.before;
  let missing = limit;
  while (missing > 0) {
    const asked = Math.min(PAGE, missing);
    const page = await chat.history(room, { limit: asked, ...(before && { before }) });
    const wanted = page.filter(({ key }) => range.after === null || compareKeys(key, range.after) > 0);
    pages.unshift(wanted);
    missing -= wanted.length;
    before = page[0]?.key ?? null;
    if (page.length === 0 || wanted.length < page.length) break;
  }
  return pages.flat();
}

/** All messages of a range, page by page, oldest first. */
export async function* pagesOf(chat: Chat, room: Conversation, range: Range): AsyncGenerator<readonly Message[]> {
  let after = range.after ?? keyAtTime(0);
  for (;;) {
    const page = await chat.history(room, { limit: PAGE, after });
    const wanted = page.filter(({ key }) => range.before === null || compareKeys(key, range.before) < 0);
    if (wanted.length > 0) yield wanted;
    const last = page.at(-1);
    if (!last || wanted.length < page.length) return;
    after = last.key;
  }
}

/** The newest messages of a range that have these words, newest first. */
export async function newestFound(chat: Chat, words: string, range: Range, limit: number): Promise<readonly Message[]> {
  const found: Message[] = [];
  let before = range.before;
  while (found.length < limit) {
    const page = await chat.search(words, { limit: Math.min(PAGE, limit - found.length), ...(before && { before }) });
    const wanted = page.filter(({ key }) => range.after === null || compareKeys(key, range.after) > 0);
    found.push(...wanted);
    before = page.at(-1)?.key ?? null;
    if (page.length === 0 || wanted.length < page.length) break;
  }
  return found;
}

async function resolvePlace(chat: Chat, room: Conversation | null, place: Place): Promise<OrderKey> {
  if (place.kind === "time") return keyAtTime(place.time);
  const rooms = room === null ? (await chat.rooms()).map((info) => info.room) : [room];
  for (const each of rooms) {
    const key = await findMessage(chat, each, place.id);
    if (key) return key;
  }
  throw new ChatError("not-found", `there is no message ${place.id} here`);
}

async function findMessage(chat: Chat, room: Conversation, id: EntryId): Promise<OrderKey | null> {
  let before: OrderKey | undefined;
  for (;;) {
    const page = await chat.history(room, { limit: PAGE, before });
    const found = page.find((message) => message.id === id);
    if (found) return found.key;
    before = page[0]?.key;
    if (!before) return null;
  }
}
