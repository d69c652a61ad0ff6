// Finds whom or what a TARGET means.

import { setTimeout as pause } from "node:timers/promises";
import type { Conversation } from "../../core/ids.ts";
import type { Chat } from "../../core/ports/chat.ts";
import { parseOpenRoom } from "../../core/room.ts";
import { Directory } from "../../talk/directory.ts";
import { nobody, shown } from "../../talk/words.ts";
import type { ChatContext } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** A target that may be one: an open room, or a person yet to be found. */
export type Target = { readonly kind: "room"; readonly room: Conversation } | { readonly kind: "person"; readonly name: string };

/** Reads `#room` or `@name`. Throws UsageError for what can be neither. */
export function readTarget(text: string): Target {
  if (text.startsWith("@") && text.length > 1) return { kind: "person", name: text.slice(1) };
  const room = text.startsWith("#") ? parseOpenRoom(text) : null;
  if (!room) throw new UsageError(`${shown(text)} is no target: give #room (letters, digits, -_.+!), or @name`);
  return { kind: "room", room };
}

/** How long a peer that was just started looks for a person whom it does not know yet, and how often; milliseconds. */
export const LOOK_MS = 3000;
export const LOOK_AGAIN_MS = 50;

/** The conversation that a target means. Throws not-found, ambiguous; a peer that runs for this command alone is given time to see who is here. */
export async function resolveTarget(target: Target, context: Pick<ChatContext, "chat" | "own" | "signal">): Promise<Conversation> {
  if (target.kind === "room") return target.room;
  const until = performance.now() + (context.own ? LOOK_MS : 0);
  for (;;) {
    const person = (await directoryOf(context.chat)).find(target.name);
    if (person) return `@${person.id}` as Conversation;
    if (performance.now() >= until || context.signal.aborted) throw nobody(target.name);
    await pause(LOOK_AGAIN_MS);
  }
}

/** Everyone known now. */
export const directoryOf = async (chat: Chat): Promise<Directory> => new Directory(chat.self(), await chat.people());
