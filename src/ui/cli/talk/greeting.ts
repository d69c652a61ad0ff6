// What chat shows when it starts: the last messages, what was missed, and who is here.

import type { Conversation } from "../../../core/ids.ts";
import { cleanLine } from "../../../core/name.ts";
import type { Chat, ChatEvent, Message, RoomInfo } from "../../../core/ports/chat.ts";
import { GLANCE } from "../../../talk/talker.ts";
import { newestOf } from "../range.ts";
import { heading } from "./latecomers.ts";
import { firstUnread } from "./session.ts";
import type { Transcript } from "./transcript.ts";

/** The most that is shown of what was missed in one room. */
const MOST_MISSED = 200;

/** Shows the past, then lets events through; nothing is shown twice and nothing is left out. */
export async function greet<T>(chat: Chat, transcript: Transcript, follow: (event: (event: ChatEvent) => void) => Promise<T>): Promise<T> {
  const early: ChatEvent[] = [];
  let event = (event: ChatEvent): void => void early.push(event);
  const following = await follow((happened) => event(happened));
  transcript.meet(await chat.people()); // who came before the first event
  const rooms = await chat.rooms();
  const told = await showPast(chat, transcript, rooms);
  if (told.size === 0) transcript.welcome();
  showPlace(transcript, rooms);
  for (const happened of early) {
    if (happened.kind !== "message" || !told.has(happened.message.id)) transcript.event(happened);
  }
  event = (happened) => transcript.event(happened);
  return following;
}

/** Shows unread talk elsewhere, then the end of this room. Answers with the ids of what was shown. */
async function showPast(chat: Chat, transcript: Transcript, rooms: readonly RoomInfo[]): Promise<ReadonlySet<string>> {
  const told = new Set<string>();
  const missedElsewhere = rooms.filter(({ room, joined, unread }) => room !== transcript.room && joined && unread > 0);
  for (const info of missedElsewhere) note(told, await showRoom(chat, transcript, info, 0));
  const here = rooms.find(({ room }) => room === transcript.room) ?? { room: transcript.room, unread: 0 };
  note(told, await showRoom(chat, transcript, here, GLANCE));
  return told;
}

async function showRoom(
  chat: Chat,
  transcript: Transcript,
  { room, unread }: { readonly room: Conversation; readonly unread: number },
  glance: number,
): Promise<readonly Message[]> {
  const missed = Math.min(unread, MOST_MISSED);
  const messages = await newestOf(chat, room, { after: null, before: null }, Math.max(glance, missed));
  const from = firstUnread(messages, missed, transcript.people.self);
  const where = room === transcript.room ? "" : ` in ${transcript.people.target(room)}`;
  transcript.showMessages(messages.slice(0, glance === 0 ? 0 : from));
  if (unread > 0) transcript.showMessages(messages.slice(from), heading(unread, "away", missed) + where);
  return messages;
}

/** Says as whom one is where, what it is about, and who is there. */
function showPlace(transcript: Transcript, rooms: readonly RoomInfo[]): void {
  const names = transcript.here.map((person) => transcript.people.shown(person)).sort();
  const you = transcript.people.shown(transcript.people.other(`@${transcript.people.self}` as Conversation));
  transcript.news(`you are ${you}, in ${transcript.people.target(transcript.room)}. /help lists what can be typed`);
  const topic = rooms.find(({ room }) => room === transcript.room)?.topic;
  if (topic) transcript.news(`the topic of ${transcript.room}: ${cleanLine(topic, 1000)}`);
  if (names.length > 0)
    transcript.news(`here: ${names.slice(0, 40).join(", ")}${names.length > 40 ? ` and ${names.length - 40} more` : ""}`);
}

function note(told: Set<string>, messages: readonly Message[]): void {
  for (const { id } of messages) told.add(id);
}
