// The values of the browser protocol, one schema each: what people, rooms, messages and events look like in JSON.

import * as v from "valibot";
import { type Conversation, type EntryId, type PeerId, type PersonId, parseEntryId, parsePeerId } from "../core/ids.ts";
import type { ChatEvent, Message, PersonInfo, RoomInfo } from "../core/ports/chat.ts";
import type { NoticeCode } from "../core/ports/log.ts";
import type { OrderKey } from "../core/ports/store.ts";
import { type Person, STATUSES } from "../core/presence.ts";
import { MAX_ROOM_ID } from "../core/room.ts";

/** A whole number that JSON carries exactly; what overflows to Infinity is refused. */
export const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A list that nobody changes. */
export const listOf = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.readonly());

const stringOf = <T extends string>(what: string, test: (text: string) => boolean) =>
  v.custom<T>((value) => typeof value === "string" && test(value), `${what} is expected`);

export const entryId = stringOf<EntryId>("an entry's id", (text) => parseEntryId(text) !== null);
const peerId = stringOf<PeerId>("a peer's id", (text) => parsePeerId(text) !== null);
export const personId = stringOf<PersonId>(
  "a person's id",
  (text) => text.length <= MAX_ROOM_ID && parsePeerId(text.slice(0, 52)) !== null,
);
/** Its shape only: whether there is such a room is for Chat to say. */
export const conversation = stringOf<Conversation>("#room or @person", (text) => /^[#@]/.test(text) && text.length <= MAX_ROOM_ID);

export const orderKey = v.strictObject({ time: whole, author: peerId, seq: whole }) satisfies v.GenericSchema<unknown, OrderKey>;

export const person = v.object({ id: personId, name: v.string() }) satisfies v.GenericSchema<unknown, Person>;

export const status = v.picklist(STATUSES);

export const personInfo = v.object({
  ...person.entries,
  status,
  text: v.string(),
  via: v.picklist(["link", "guest", "carried"]),
  host: v.nullable(person),
  hub: v.nullable(v.string()),
  verified: v.boolean(),
  seen: v.nullable(v.string()),
}) satisfies v.GenericSchema<unknown, PersonInfo>;

export const roomInfo = v.object({
  room: conversation,
  kind: v.picklist(["open", "direct"]),
  name: v.string(),
  topic: v.string(),
  joined: v.boolean(),
  here: whole,
  unread: whole,
  last: v.nullable(v.string()),
}) satisfies v.GenericSchema<unknown, RoomInfo>;

export const message = v.object({
  id: entryId,
  room: conversation,
  from: person,
  text: v.string(),
  at: v.string(),
  edited: v.boolean(),
  redacted: v.boolean(),
  replyTo: v.nullable(entryId),
  reactions: listOf(v.object({ emoji: v.string(), by: listOf(person) })),
  key: v.object(orderKey.entries),
  ahead: v.boolean(),
}) satisfies v.GenericSchema<unknown, Message>;

const NOTICES = ["clock", "copy", "fork", "network", "storage", "key"] as const satisfies readonly NoticeCode[];
const cursor = v.nullable(whole);
const at = v.string();

/** Events by kind, the frequent ones first. */
export const chatEvent = v.variant("kind", [
  v.object({ cursor, kind: v.literal("message"), message }),
  v.object({ cursor, kind: v.literal("presence"), person: personInfo }),
  v.object({ cursor, kind: v.literal("typing"), room: conversation, person }),
  v.object({ cursor, kind: v.literal("edited"), message, previous: v.string(), by: person }),
  v.object({ cursor, kind: v.literal("redacted"), room: conversation, id: entryId, by: person, at }),
  v.object({ cursor, kind: v.literal("reacted"), room: conversation, id: entryId, by: person, emoji: v.string(), on: v.boolean(), at }),
  v.object({ cursor, kind: v.picklist(["joined", "left"]), room: conversation, person, at }),
  v.object({ cursor, kind: v.literal("topic"), room: conversation, text: v.string(), by: person, at }),
  v.object({ cursor, kind: v.literal("announced"), room: conversation, text: v.string(), by: person, at }),
  v.object({ cursor, kind: v.literal("renamed"), person, previous: v.string(), at }),
  v.object({ cursor, kind: v.literal("notice"), code: v.picklist(NOTICES), text: v.string() }),
]) satisfies v.GenericSchema<unknown, ChatEvent>;
