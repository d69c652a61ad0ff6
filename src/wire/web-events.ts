// Events in JSON. Changes of presence travel together, as one event for many people.

import * as v from "valibot";
import type { ChatEvent } from "../core/ports/chat.ts";
import type { NoticeCode } from "../core/ports/log.ts";
import { LOBBY } from "../core/room.ts";
import { message, wireMessage } from "./web-messages.ts";
import { changesOf, type PresenceChanges, presenceChanges, wireChanges } from "./web-people.ts";
import { conversation, entryId, person, personId, whole, wirePerson } from "./web-values.ts";

const NOTICES = ["clock", "copy", "fork", "network", "storage", "key"] as const satisfies readonly NoticeCode[];
/** Left out where the event is no part of history. */
const cursor = v.exactOptional(v.nullable(whole), null);
const at = v.string();

/** Events by kind, the frequent ones first. */
const single = v.variant("kind", [
  v.object({ cursor, kind: v.literal("message"), message }),
  v.object({ cursor, kind: v.literal("typing"), room: conversation, person }),
  v.object({ cursor, kind: v.literal("edited"), message, previous: v.string(), by: person }),
  v.object({ cursor, kind: v.literal("redacted"), room: conversation, id: entryId, by: person, at }),
  v.object({ cursor, kind: v.literal("reacted"), room: conversation, id: entryId, by: person, emoji: v.string(), on: v.boolean(), at }),
  v.object({ cursor, kind: v.picklist(["joined", "left"]), room: conversation, person, at }),
  v.object({ cursor, kind: v.literal("topic"), room: conversation, text: v.string(), by: person, at }),
  v.object({ cursor, kind: v.literal("announced"), room: conversation, text: v.string(), by: person, at }),
  v.object({ cursor, kind: v.literal("renamed"), person, previous: v.string(), was: v.exactOptional(v.nullable(personId), null), at }),
  v.object({ cursor, kind: v.literal("notice"), code: v.picklist(NOTICES), text: v.string() }),
]);
const presence = v.object({ kind: v.literal("presence"), ...presenceChanges });

/** What one event in JSON tells: mostly one, for presence as many as there are people. */
export const chatEvents = v.pipe(
  v.variant("kind", [single, presence]),
  v.transform((event): readonly ChatEvent[] => (event.kind === "presence" ? expanded(event) : [event])),
) satisfies v.GenericSchema<unknown, readonly ChatEvent[]>;

/** Each change as watchers of a Chat are told it: those who come or go also join or leave the lobby. */
function expanded(event: v.InferOutput<typeof presence>): readonly ChatEvent[] {
  const { came, changed, went } = changesOf(event);
  const at = event.at ?? "";
  const moves = (kind: "joined" | "left", infos: typeof came): ChatEvent[] =>
    infos.flatMap((info): ChatEvent[] => [
      { cursor: null, kind: "presence", person: info },
      { cursor: null, kind, room: LOBBY, person: { id: info.id, name: info.name }, at },
    ]);
  const shows = changed.map((person): ChatEvent => ({ cursor: null, kind: "presence", person }));
  return [...moves("left", went), ...shows, ...moves("joined", came)];
}

const encodings = new WeakMap<ChatEvent, string>();

/** An event as JSON, made once however many read it. */
export function encodeEvent(event: ChatEvent): string {
  let text = encodings.get(event);
  if (text === undefined) {
    text = JSON.stringify(wireEvent(event));
    encodings.set(event, text);
  }
  return text;
}

export const encodePresence = (changes: PresenceChanges): string => JSON.stringify({ kind: "presence", ...wireChanges(changes) });

function wireEvent(event: ChatEvent): object {
  if (event.kind === "presence") return { kind: "presence", ...wireChanges({ came: [], changed: [event.person], went: [] }) };
  const { cursor, ...rest } = event;
  return {
    ...(cursor !== null && { cursor }),
    ...rest,
    ...("message" in event && { message: wireMessage(event.message) }),
    ...("person" in event && { person: wirePerson(event.person) }),
    ...("by" in event && { by: wirePerson(event.by) }),
    ...("was" in event && { was: event.was ?? undefined }),
  };
}
