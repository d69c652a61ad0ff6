// The commands that can be typed in `chat`: one table, from which they are found and /help is made.

import { ChatError } from "../core/errors.ts";
import type { Conversation } from "../core/ids.ts";
import { cleanLine } from "../core/name.ts";
import type { Person } from "../core/presence.ts";
import { LOBBY, parseOpenRoom } from "../core/room.ts";
import type { Directory } from "./directory.ts";
import { nearest } from "./nearest.ts";
import { GLANCE, type Talker } from "./talker.ts";
import { ALONE, nobody, STATUS_WORDS, shown } from "./words.ts";

export type SlashCommand = {
  /** Without the slash. */
  readonly name: string;
  /** Its arguments as people read them. */
  readonly usage: string;
  readonly help: string;
  /** Whether it can do without an argument. */
  readonly bare: boolean;
  /** `rest` is what follows the name, trimmed. */
  run(talker: Talker, rest: string): Promise<void>;
};

export const SLASH_COMMANDS: readonly SlashCommand[] = [
  { name: "nick", usage: "NAME", help: "be called NAME", bare: false, run: nick },
  { name: "msg", usage: "NAME TEXT", help: "say TEXT to one person alone", bare: false, run: msg },
  { name: "join", usage: "ROOM", help: "enter a room, or direct talk with @NAME", bare: false, run: join },
  { name: "leave", usage: "", help: "leave this room, back to #lobby", bare: true, run: leave },
  { name: "who", usage: "", help: "show who is here", bare: true, run: who },
  { name: "topic", usage: "TEXT", help: "set what this room is about", bare: true, run: topic },
  { name: "me", usage: "TEXT", help: "say what you do: * ann waves", bare: false, run: (talker, text) => talker.say(`/me ${text}`) },
  { name: "away", usage: "[TEXT]", help: "be away", bare: true, run: away },
  { name: "back", usage: "", help: "be back", bare: true, run: back },
  { name: "status", usage: "TEXT", help: "let others read what you are up to", bare: true, run: status },
  { name: "history", usage: "[N]", help: `show the last N messages (${GLANCE})`, bare: true, run: history },
  { name: "help", usage: "", help: "show this", bare: true, run: help },
  { name: "quit", usage: "", help: "leave Earshot; so do /exit, and a line that is just exit", bare: true, run: quit },
];

/** Does what a line that begins with a slash says. Throws ChatError for what cannot be done. */
export async function runSlash(talker: Talker, line: string): Promise<void> {
  const [, name = "", rest = ""] = /^\/(\S*)\s*(.*)$/su.exec(line) ?? [];
  const wanted = name.toLowerCase() === "exit" ? "quit" : name.toLowerCase();
  const command = SLASH_COMMANDS.find((known) => known.name === wanted);
  if (!command) throw unknown(name);
  const argument = rest.trim();
  if (argument === "" && !command.bare) throw new ChatError("bad-input", `something is missing: /${command.name} ${command.usage}`);
  return command.run(talker, argument);
}

function unknown(name: string): ChatError {
  const names = SLASH_COMMANDS.map((known) => known.name);
  const guess = nearest(name, names);
  const hint = guess ? `did you mean /${guess}?` : "/help lists them";
  return new ChatError("bad-input", `${shown(`/${name}`)} is not a command: ${hint} Two slashes say a line that begins with one.`);
}

async function quit(talker: Talker): Promise<void> {
  talker.quit();
}

async function nick({ chat, people }: Talker, name: string): Promise<void> {
  people.learn(await chat.rename(name));
}

async function msg(talker: Talker, rest: string): Promise<void> {
  const found = await talker.lookFor(() => splitName(talker.people, rest));
  if (!found) throw nobody(rest.split(/\s/u)[0] ?? "");
  const [person, text] = found;
  if (text === "") throw new ChatError("bad-input", "something is missing: /msg NAME TEXT");
  await talker.say(text, `@${person.id}` as Conversation);
}

/** The person whose name the text begins with, by as many words as make a name, and what follows; null for nobody. */
function splitName(people: Directory, text: string): readonly [Person, string] | null {
  const words = text.replace(/^@/, "").split(/(?<=\s)(?=\S)/u);
  for (let count = Math.min(words.length, MOST_WORDS); count > 0; count--) {
    const person = people.find(words.slice(0, count).join(""));
    if (person) return [person, words.slice(count).join("").trim()];
  }
  return null;
}

/** A name of 48 characters has no more words. */
const MOST_WORDS = 24;

async function join(talker: Talker, text: string): Promise<void> {
  if (text.startsWith("@")) {
    const person = await talker.lookFor(() => talker.people.find(text.slice(1)));
    if (!person) throw nobody(text.slice(1));
    await talker.enter(`@${person.id}` as Conversation);
  } else {
    const room = parseOpenRoom(text);
    if (!room) throw new ChatError("bad-input", `${shown(text)} cannot be a room: letters, digits and -_.+! make its name`);
    const { topic, here } = await talker.chat.join(room);
    await talker.enter(room);
    talker.tell(`you are in ${room}, ${here} here${topic && `: ${cleanLine(topic, 1000)}`}`);
  }
  await talker.showPast(talker.room, GLANCE);
}

async function leave(talker: Talker): Promise<void> {
  const { room } = talker;
  if (room === LOBBY) throw new ChatError("not-allowed", "#lobby is where everyone is: /quit leaves Earshot");
  await talker.enter(LOBBY);
  if (room.startsWith("#")) await talker.chat.leave(room);
  talker.tell(`you left ${talker.people.target(room)}, and are in ${LOBBY}`);
}

async function who(talker: Talker): Promise<void> {
  const { people } = talker;
  const here = await talker.here();
  const lines = here.map((person) => {
    const [mark, word] = STATUS_WORDS[person.status];
    const text = cleanLine(person.text);
    return `${mark} ${people.shown(person)}, ${word}${text && `: ${text}`}`;
  });
  if (lines.length === 0) talker.tell(ALONE);
  else talker.tell(...lines.sort());
}

async function topic(talker: Talker, text: string): Promise<void> {
  const { room, chat } = talker;
  if (!room.startsWith("#")) throw new ChatError("not-allowed", "direct talk has no topic");
  if (text !== "") return chat.setTopic(room, text);
  const now = (await chat.rooms()).find((info) => info.room === room)?.topic;
  talker.tell(now ? `the topic of ${room}: ${cleanLine(now, 1000)}` : `${room} has no topic`);
}

async function away(talker: Talker, text: string): Promise<void> {
  await talker.chat.setStatus("away", text);
  talker.tell(`you are away${text && `: ${cleanLine(text)}`}`);
}

async function back(talker: Talker): Promise<void> {
  await talker.chat.setStatus("online", "");
  talker.tell("you are back");
}

async function status(talker: Talker, text: string): Promise<void> {
  const now = (await talker.own())?.status ?? "online";
  await talker.chat.setStatus(now === "offline" ? "online" : now, text);
  talker.tell(text ? `others read: ${cleanLine(text)}` : "your status text is empty");
}

async function history(talker: Talker, text: string): Promise<void> {
  const limit = text === "" ? GLANCE : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    throw new ChatError("bad-input", `/history ${shown(text)} cannot be shown: give a number from 1 to 10000`);
  }
  await talker.showPast(talker.room, limit);
}

async function help(talker: Talker): Promise<void> {
  const usages = SLASH_COMMANDS.map(({ name, usage }) => `/${name} ${usage}`.trim());
  const column = Math.max(...usages.map((usage) => usage.length)) + 2;
  talker.tell(...SLASH_COMMANDS.map((command, index) => (usages[index] ?? "").padEnd(column) + command.help));
}
