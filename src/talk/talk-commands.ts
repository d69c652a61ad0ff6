// The commands for talk itself.

import { ChatError } from "../core/errors.ts";
import type { Conversation } from "../core/ids.ts";
import { cleanLine } from "../core/name.ts";
import type { PersonInfo } from "../core/ports/chat.ts";
import { LOBBY } from "../core/room.ts";
import { openRoom, personFirst, type SlashCommand, wholeNumber } from "./command.ts";
import type { Directory } from "./directory.ts";
import { GLANCE, type Talker } from "./talker.ts";
import { ALONE, nobody, STATUS_WORDS, shown } from "./words.ts";

export const TALK_COMMANDS: readonly SlashCommand[] = [
  { name: "nick", usage: "NAME", help: "be called NAME", min: 1, run: nick },
  { name: "msg", usage: "NAME TEXT", help: "say TEXT to one person alone", min: 2, run: msg },
  { name: "join", usage: "ROOM", help: "enter a room, or direct talk with @NAME", min: 1, run: join },
  { name: "leave", usage: "", help: "leave this room, back to #lobby", min: 0, run: leave },
  { name: "who", usage: "", help: "show who is here", min: 0, run: who },
  { name: "topic", usage: "[TEXT]", help: "set what this room is about, or read it", min: 0, run: topic },
  { name: "me", usage: "TEXT", help: "say what you do: * ann waves", min: 1, run: (talker, text) => talker.say(`/me ${text}`) },
  { name: "away", usage: "[TEXT]", help: "be away", min: 0, run: away },
  { name: "back", usage: "", help: "be back", min: 0, run: back },
  { name: "status", usage: "TEXT", help: "let others read what you are up to", min: 0, run: status },
  { name: "history", usage: "[N]", help: `show the last N messages (${GLANCE})`, min: 0, run: history },
];

async function nick({ chat, people }: Talker, name: string): Promise<void> {
  people.become(await chat.rename(name));
}

async function msg(talker: Talker, rest: string): Promise<void> {
  const [person, text] = await personFirst(talker, rest);
  if (text === "") throw new ChatError("bad-input", "something is missing: /msg NAME TEXT");
  await talker.say(text, `@${person.id}` as Conversation);
}

async function join(talker: Talker, text: string): Promise<void> {
  if (text.startsWith("@")) {
    const person = await talker.lookFor(() => talker.people.find(text.slice(1)));
    if (!person) throw nobody(text.slice(1), "/who lists who is here");
    await talker.enter(`@${person.id}` as Conversation);
    talker.tell(`you talk to ${talker.people.shown(person)} alone now: /leave goes back to ${LOBBY}`);
  } else {
    const room = openRoom(text);
    const { topic, here } = await talker.chat.join(room);
    await talker.enter(room);
    talker.tell(`you are in ${room}, ${here} here${topic && `: ${cleanLine(topic, 1000)}`}`);
  }
  await talker.showPast(talker.room, GLANCE);
}

async function leave(talker: Talker): Promise<void> {
  const { room } = talker;
  if (room === LOBBY) throw new ChatError("not-allowed", "#lobby is where everyone is, and nobody leaves it: /quit ends the chat");
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
    return `${mark} ${people.shown(person)}, ${word}${belonging(person, people)}${text && `: ${text}`}`;
  });
  if (lines.length === 0) talker.tell(ALONE);
  else talker.tell(...lines.sort());
}

/** Whose guest somebody is, or which hub is theirs. */
function belonging({ host, hub }: PersonInfo, people: Directory): string {
  if (host) return `, guest of ${people.shown(host)}`;
  return hub === null ? "" : `, hub ${shown(hub)}`;
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
  await talker.showPast(talker.room, text === "" ? GLANCE : wholeNumber(text, "N", [1, 10_000]));
}
