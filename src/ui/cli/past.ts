// `earshot history`, `search` and `export`: reading the past. All three show the oldest first.

import type { Conversation } from "../../core/ids.ts";
import type { Message } from "../../core/ports/chat.ts";
import { dayLine, exportLine, foundLine, type Line, messageLine } from "../../talk/lines.ts";
import type { ChatContext } from "./command.ts";
import { jsonLine, messageObject } from "./json.ts";
import { lookAround } from "./look-around.ts";
import { print, write } from "./output.ts";
import { newestFound, newestOf, pagesOf, type Range, rangeOf } from "./range.ts";
import { directoryOf, readTarget, resolveTarget } from "./target.ts";
import { UsageError } from "./usage-error.ts";

const DEFAULT_LIMIT = 50;

export async function history(context: ChatContext): Promise<void> {
  const { chat, out, options } = context;
  const { room, range } = await whatToRead(context);
  const messages = await newestOf(chat, room, range, options.limit ?? DEFAULT_LIMIT);
  const people = await directoryOf(chat);
  if (options.json) return write(out, messages.map((message) => jsonLine(messageObject(message, people))).join(""));
  await print(
    context,
    withDays(messages, (message) => messageLine(message, { people, room })),
  );
}

export async function exportAll(context: ChatContext): Promise<void> {
  const { chat, out, options, signal } = context;
  const { room, range } = await whatToRead(context);
  const people = await directoryOf(chat);
  const line = options.json
    ? (message: Message) => jsonLine(messageObject(message, people))
    : (message: Message) => `${exportLine(message, people)}\n`;
  const pages = options.limit === undefined ? pagesOf(chat, room, range) : [await newestOf(chat, room, range, options.limit)];
  for await (const page of pages) {
    if (signal.aborted) return;
    await write(out, page.map(line).join(""));
  }
}

export async function search(context: ChatContext): Promise<void> {
  const { chat, args, options, out } = context;
  const words = args.join(" ");
  if (words.trim() === "") throw new UsageError("give a word to look for");
  await lookAround(context);
  const range = await rangeOf(chat, null, options);
  const newestFirst = await newestFound(chat, words, range, options.limit ?? DEFAULT_LIMIT);
  const messages = newestFirst.toReversed();
  const people = await directoryOf(chat);
  const line = options.json
    ? (message: Message) => jsonLine(messageObject(message, people))
    : (message: Message) => `${foundLine(message, people)}\n`;
  await write(out, messages.map(line).join(""));
}

async function whatToRead(context: ChatContext): Promise<{ readonly room: Conversation; readonly range: Range }> {
  const [target = ""] = context.args;
  const wanted = readTarget(target);
  await lookAround(context);
  const room = await resolveTarget(wanted, context);
  return { room, range: await rangeOf(context.chat, room, context.options) };
}

/** The lines, with a line for each new day; what was said today needs none. */
export function withDays(messages: readonly Message[], line: (message: Message) => Line): Line[] {
  let day = new Date().toDateString();
  return messages.flatMap((message) => {
    const at = new Date(message.at);
    const before = day;
    day = at.toDateString();
    return before === day ? [line(message)] : [dayLine(at), line(message)];
  });
}
