// Turns messages and events into lines for people.

import { type Conversation, peerOf, personOf } from "../core/ids.ts";
import { cleanLine, cleanText } from "../core/name.ts";
import type { ChatEvent, Message, PersonInfo } from "../core/ports/chat.ts";
import type { Person } from "../core/presence.ts";
import type { Directory } from "./directory.ts";

/** From where a reader looks: names, and the room that needs no mention. */
export type View = { readonly people: Directory; readonly room: Conversation };

/** A line and what it is: own talk, that of others, or news. A line of several rows is indented so that no row can be taken for a line. */
export type Line = { readonly tone: "own" | "talk" | "news"; readonly text: string };

/** What was said, as `chat` shows it: `[14:02] <ann> hello`. */
export function messageLine(message: Message, view: View): Line {
  const tone = message.from.id === view.people.self ? "own" : "talk";
  return { tone, text: `${stampOf(message)} ${placed(message, view)}` };
}

/** What was said, as an export has it: `2026-11-21 10:30:00 <ann> hello`. */
export function exportLine(message: Message, people: Directory): string {
  const date = new Date(message.at);
  return `${dayOf(date)} ${clockOf(date)}:${two(date.getSeconds())} ${spoken(message, people, 20)}`;
}

/** What was found: `2026-11-21 14:02 #tea <ann> hello`. */
export function foundLine(message: Message, people: Directory): string {
  const date = new Date(message.at);
  return `${dayOf(date)} ${clockOf(date)} ${people.target(message.room)} ${spoken(message, people, 17)}`;
}

/** News of Earshot itself: `[14:02] -- text`. */
export const newsLine = (text: string, at: Date = new Date()): Line => ({ tone: "news", text: `[${clockOf(at)}] -- ${indented(text, 8)}` });

/** An event that is not a message, or null where there is nothing to tell. */
export function eventLine(event: Exclude<ChatEvent, { kind: "message" | "presence" }>, view: View): Line | null {
  const { people } = view;
  switch (event.kind) {
    case "joined":
    case "left":
      return newsLine(`${people.shown(event.person)} ${event.kind} ${people.target(event.room)}`, new Date(event.at));
    case "topic":
      return newsLine(topicText(people.shown(event.by), people.target(event.room), event.text), new Date(event.at));
    case "announced":
      return newsLine(announcedText(event, people), new Date(event.at));
    case "renamed":
      return newsLine(`${cleanLine(event.previous)} is now ${people.shown(event.person)}`, new Date(event.at));
    case "edited":
      return editLine(event, view);
    case "redacted":
      return newsLine(`${people.shown(event.by)} took a message back in ${people.target(event.room)}`, new Date(event.at));
    case "reacted":
      return event.on ? newsLine(`${people.shown(event.by)} reacted with ${cleanLine(event.emoji, 16)}`, new Date(event.at)) : null;
    case "notice":
      return newsLine(cleanText(event.text));
    case "typing":
      return null;
  }
}

/** Whether this joining or leaving is told by the person's presence, too: that of the room of all. It is no entry, and so without a cursor. */
export const isAlsoPresence = ({ kind, cursor }: ChatEvent): boolean => (kind === "joined" || kind === "left") && cursor === null;

/** What changed about somebody's being here, or null where nothing did. */
export function presenceLine(before: PersonInfo | undefined, now: PersonInfo, people: Directory): Line | null {
  const name = people.shown(now);
  const text = cleanLine(now.text);
  const was = before?.status ?? "offline";
  if (was === now.status && (before?.text ?? "") === now.text) return null;
  if (now.status === "offline") return was === "offline" ? null : newsLine(`${name} is gone`);
  const doing = now.status !== "online" ? now.status : was === "offline" || was === "online" ? "here" : "back";
  return newsLine(`${name} is ${doing}${text && `: ${text}`}`);
}

/** The day as a line of its own: `-- Saturday, 21 November 2026`. */
export const dayLine = (at: Date): Line => ({
  tone: "news",
  text: `-- ${WEEKDAYS[at.getDay()]}, ${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`,
});

/** The local day: `2026-11-21`. */
export const dayOf = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

/** The local time: `14:02`. */
export const clockOf = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}`;

/** A text that begins so is something done: `/me waves` is shown as `* ann waves`. */
const ACTION = "/me ";

function placed(message: Message, view: View): string {
  const { room, from } = message;
  const body = bodyOf(message, 8);
  if (isAction(message)) return `${placeOf(from, room, view)}* ${view.people.shown(from)} ${body}`;
  const mark = placeOf(from, room, view);
  return room.startsWith("@") ? `${mark}${body}` : `${mark}<${view.people.shown(from)}> ${body}`;
}

/** Where somebody speaks, as it stands before what is said: nothing in the room in focus, else `#tea `, `*ann* ` or `-> *ben* `. */
function placeOf(from: Person, room: Conversation, { people, room: focus }: View): string {
  if (!room.startsWith("@")) return room === focus ? "" : `${room} `;
  return from.id === people.self ? `-> *${people.shown(people.other(room))}* ` : `*${people.shown(from)}* `;
}

function editLine({ by, message, previous }: Extract<ChatEvent, { kind: "edited" }>, view: View): Line {
  const text = `${placeOf(by, message.room, view)}* ${view.people.shown(by)} changed ${quoted(previous)} to ${quoted(message.text)}`;
  return { tone: "news", text: `[${clockOf(new Date())}] ${text}` };
}

function spoken(message: Message, people: Directory, indent: number): string {
  const name = people.shown(message.from);
  return `${isAction(message) ? `* ${name}` : `<${name}>`} ${bodyOf(message, indent)}`;
}

const isAction = ({ text }: Message): boolean => text.startsWith(ACTION);

function bodyOf(message: Message, indent: number): string {
  if (message.redacted) return "(taken back)";
  const text = isAction(message) ? message.text.slice(ACTION.length) : message.text;
  return indented(cleanText(text), indent) + (message.edited ? " (edited)" : "");
}

const indented = (text: string, by: number): string => (text.includes("\n") ? text.replaceAll("\n", `\n${" ".repeat(by)}`) : text);

const stampOf = ({ at, ahead }: Message): string => `[${clockOf(new Date(at))}${ahead ? "?" : ""}]`;

/** What the hub of the one who reads announces needs no name; elsewhere it is told whose hub it is. */
function announcedText({ by, text }: Extract<ChatEvent, { kind: "announced" }>, people: Directory): string {
  const isOwnHub = by.id === personOf(peerOf(people.self));
  return isOwnHub ? cleanText(text) : `at the hub of ${people.shown(by)}: ${cleanText(text)}`;
}

const topicText = (by: string, room: string, text: string): string =>
  text ? `${by} set the topic of ${room}: ${cleanLine(text, 1000)}` : `${by} removed the topic of ${room}`;

const quoted = (text: string): string => `"${cleanLine(text)}"`;

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
