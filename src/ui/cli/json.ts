// The JSON objects of `--json`: one a line. docs/guide/command-line.md describes them; scripts rely on them.

import type { ChatEvent, Message, PersonInfo, RoomInfo } from "../../core/ports/chat.ts";
import type { Person } from "../../core/presence.ts";
import type { Directory } from "../../talk/directory.ts";

type Shape = Readonly<Record<string, unknown>>;

/** A message, also as an event. */
export const messageObject = (message: Message, people: Directory): Shape => ({
  event: "message",
  ...saidObject(message, people),
});

/** Any event, or null for one that scripts are not told (typing). */
export function eventObject(event: ChatEvent, people: Directory): Shape | null {
  switch (event.kind) {
    case "message":
      return messageObject(event.message, people);
    case "edited":
      return { event: "edited", ...saidObject(event.message, people), previous: event.previous, by: who(event.by) };
    case "redacted":
      return { event: "redacted", id: event.id, room: people.target(event.room), by: who(event.by), at: event.at };
    case "reacted": {
      const { id, emoji, on, at } = event;
      return { event: "reacted", id, room: people.target(event.room), by: who(event.by), emoji, on, at };
    }
    case "joined":
    case "left":
      return { event: event.kind, room: people.target(event.room), person: who(event.person), at: event.at };
    case "topic":
      return { event: "topic", room: people.target(event.room), text: event.text, by: who(event.by), at: event.at };
    case "announced":
      return { event: "announced", room: people.target(event.room), text: event.text, by: who(event.by), at: event.at };
    case "renamed":
      return { event: "renamed", person: who(event.person), previous: event.previous, at: event.at };
    case "presence":
      return { event: "presence", person: who(event.person), status: event.person.status, text: event.person.text };
    case "notice":
      return { event: "notice", code: event.code, text: event.text };
    case "typing":
      return null;
  }
}

/** A person of `people --json`. */
export const personObject = ({ id, name, status, text, via, verified, hub, host }: PersonInfo): Shape => ({
  ...{ id, name, status, text, via, verified, hub },
  host: host && who(host),
});

/** A room of `rooms --json`. */
export const roomObject = ({ room, kind, topic, joined, here, unread, last }: RoomInfo, people: Directory): Shape => ({
  room: people.target(room),
  kind,
  topic,
  joined,
  here,
  unread,
  last,
});

/** The object as a line of its own. */
export const jsonLine = (object: Shape): string => `${JSON.stringify(object)}\n`;

const saidObject = ({ id, room, from, text, at, edited, replyTo }: Message, people: Directory): Shape => ({
  id,
  room: people.target(room),
  from: who(from),
  text,
  at,
  edited,
  replyTo,
});

const who = ({ id, name }: Person): Shape => ({ id, name });
