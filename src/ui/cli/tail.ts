// `earshot tail`: follows what happens.

import type { Conversation } from "../../core/ids.ts";
import type { ChatEvent, PersonInfo } from "../../core/ports/chat.ts";
import { LOBBY } from "../../core/room.ts";
import { Directory } from "../../talk/directory.ts";
import { eventLine, isAlsoPresence, messageLine, presenceLine } from "../../talk/lines.ts";
import type { ChatContext } from "./command.ts";
import { follow, whyStopped } from "./follow.ts";
import { eventObject, jsonLine } from "./json.ts";
import { drained, painted } from "./output.ts";
import { aborted } from "./run.ts";
import { Stream } from "./stream.ts";
import { readTarget, resolveTarget } from "./target.ts";

export async function tail(context: ChatContext): Promise<void> {
  const { chat, hub, out, signal } = context;
  const wanted = await roomsToFollow(context);
  const render = await renderer(context, [...wanted][0] ?? LOBBY);
  const stream = new Stream((events) => out.write(events.map(render).join("")));
  const closed = Promise.withResolvers<void>();
  const following = await follow(chat, {
    event: (event) => isWanted(event, wanted) && stream.add(event),
    crowded: () => (out.writableNeedDrain ? drained(out) : null),
    closed: () => closed.reject(whyStopped(hub)),
  });
  try {
    await Promise.race([aborted(signal), closed.promise]);
  } finally {
    following.stop();
    stream.flush();
  }
}

/** The conversations that were named; open rooms are joined. Empty for all. */
async function roomsToFollow(context: ChatContext): Promise<ReadonlySet<Conversation>> {
  const targets = context.args.map(readTarget);
  const rooms = new Set<Conversation>();
  for (const target of targets) {
    const room = await resolveTarget(target, context);
    if (target.kind === "room") await context.chat.join(room);
    rooms.add(room);
  }
  return rooms;
}

function isWanted(event: ChatEvent, rooms: ReadonlySet<Conversation>): boolean {
  if (rooms.size === 0) return true;
  if (event.kind === "message" || event.kind === "edited") return rooms.has(event.message.room);
  return "room" in event ? rooms.has(event.room) : true;
}

async function renderer({ chat, options, colour }: ChatContext, room: Conversation): Promise<(event: ChatEvent) => string> {
  const everyone = await chat.people();
  const people = new Directory(chat.self(), everyone);
  const known = new Map<string, PersonInfo>(everyone.map((person) => [person.id, person]));
  return (event) => {
    if (event.kind === "renamed") people.renamed(event.person, event.was);
    if (event.kind === "presence") people.learn(event.person);
    if (options.json) {
      const object = eventObject(event, people);
      return object ? jsonLine(object) : "";
    }
    const line = lineOf(event);
    return line ? `${painted(line, colour)}\n` : "";
  };

  function lineOf(event: ChatEvent) {
    if (event.kind === "message") return messageLine(event.message, { people, room });
    if (isAlsoPresence(event)) return null;
    if (event.kind !== "presence") return eventLine(event, { people, room });
    const before = known.get(event.person.id);
    known.set(event.person.id, event.person);
    return presenceLine(before, event.person, people);
  }
}
