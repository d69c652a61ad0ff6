// A command that can be typed, and how its arguments are read.

import { ChatError } from "../core/errors.ts";
import type { Conversation } from "../core/ids.ts";
import type { Person } from "../core/presence.ts";
import { parseOpenRoom } from "../core/room.ts";
import type { Directory } from "./directory.ts";
import type { Talker } from "./talker.ts";
import { nobody, shown } from "./words.ts";

export type SlashCommand = {
  /** Without the slash. */
  readonly name: string;
  /** Its arguments as people read them. */
  readonly usage: string;
  readonly help: string;
  /** How many words it needs at least. */
  readonly min: number;
  /** `rest` is what follows the name, trimmed. */
  run(talker: Talker, rest: string): Promise<void>;
};

/** The first word, and what follows it, trimmed; both may be empty. */
export function firstWord(text: string): readonly [word: string, rest: string] {
  const [, word = "", rest = ""] = /^(\S*)\s*(.*)$/su.exec(text.trim()) ?? [];
  return [word, rest];
}

/** The person whose name the text begins with, by as many words as make a name, and what follows. Rejects not-found, ambiguous. */
export async function personFirst(talker: Talker, text: string): Promise<readonly [Person, string]> {
  const found = await talker.lookFor(() => splitName(talker.people, text));
  if (!found) throw nobody(firstWord(text)[0], "/who lists who is here");
  return found;
}

/** As `personFirst` among those who are known already; null for nobody. */
export function splitName(people: Directory, text: string): readonly [Person, string] | null {
  const words = text.replace(/^@/, "").split(/(?<=\s)(?=\S)/u);
  for (let count = Math.min(words.length, MOST_WORDS); count > 0; count--) {
    const person = people.find(words.slice(0, count).join(""));
    if (person) return [person, words.slice(count).join("").trim()];
  }
  return null;
}

/** A whole number within bounds; `what` is how the command says it. Throws bad-input. */
export function wholeNumber(text: string, what: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
  throw new ChatError("bad-input", `${what} is a whole number from ${least} to ${most}, not ${shown(text)}`);
}

/** An open room, with or without its #. Throws bad-input. */
export function openRoom(text: string): Conversation {
  const room = parseOpenRoom(text);
  if (!room) throw new ChatError("bad-input", `${shown(text)} cannot be a room: letters, digits and -_.+! make its name`);
  return room;
}

/** A name of 48 characters has no more words. */
const MOST_WORDS = 24;
