// Rooms: what they may be called, and who may carry them.

import { ChatError } from "./errors.ts";
import { type Conversation, type PeerId, type PersonId, parsePersonId, peerOf, type RoomId } from "./ids.ts";

/** Everyone's first room. */
export const LOBBY = "#lobby" as RoomId & Conversation;

/** Letters, marks, digits, emoji and `-_.+!`; at most 48 characters after the `#`. Nothing that is drawn as nothing, but what joins emoji. */
const OPEN_ROOM = /^#[[[\p{L}\p{M}\p{N}\p{Extended_Pictographic}]--\p{Default_Ignorable_Code_Point}]\u200d\ufe0f_.+!\-]{1,48}$/v;
const VISIBLE = /[\p{L}\p{N}\p{Extended_Pictographic}_.+!\-]/v;
const PLAIN_ROOM = /^#[a-z0-9_.+!-]{1,48}$/;
/** The most bytes of a room's id on the wire: two guests of the longest names. */
export const MAX_ROOM_ID = 400;

/** The text as an open room's name: NFKC, lower case, `#` added where it lacks. Null where it cannot be one. */
export function parseOpenRoom(text: string): (RoomId & Conversation) | null {
  if (PLAIN_ROOM.test(text)) return text as RoomId & Conversation;
  if (text.length > 256) return null;
  const name = foldRoom(text.trim());
  const room = name.startsWith("#") ? name : `#${name}`;
  return OPEN_ROOM.test(room) && VISIBLE.test(room) && foldRoom(room) === room ? (room as RoomId & Conversation) : null;
}

/** Twice, since lower case may bring forth what has a shorter form. */
const foldRoom = (name: string): string => foldOnce(foldOnce(name));
const foldOnce = (name: string): string => name.normalize("NFKC").toLocaleLowerCase("en");

/** The direct room of two people, the same whoever asks. */
export function directRoom(a: PersonId, b: PersonId): RoomId {
  return (a < b ? `@${a}+${b}` : `@${b}+${a}`) as string as RoomId;
}

export const isDirect = (room: RoomId | Conversation): boolean => room.startsWith("@");

/** The two people of a direct room, or null for an open one. */
export function directMembers(room: RoomId): readonly [PersonId, PersonId] | null {
  if (!isDirect(room)) return null;
  const [a, b] = room.slice(1).split("+");
  return [a as PersonId, b as PersonId];
}

/** A room id as it came from a peer, in its one valid form; null otherwise. */
export function parseRoomId(text: string): RoomId | null {
  if (text.length > MAX_ROOM_ID) return null;
  if (!text.startsWith("@")) return (parseOpenRoom(text) as string | null) === text ? (text as RoomId) : null;
  const [first = "", second = "", ...rest] = text.slice(1).split("+");
  const a = parsePersonId(first);
  const b = parsePersonId(second);
  if (!a || !b || rest.length > 0) return null;
  return directRoom(a, b) === text ? (text as RoomId) : null;
}

/** Whether a peer may hold a room at all: open ones everyone, direct ones the peers of the two people. */
export function mayHold(peer: PeerId, room: RoomId): boolean {
  const members = directMembers(room);
  return members === null || members.some((person) => peerOf(person) === peer);
}

/** How a person names the room; throws `wrong-room` for a direct room of others. */
export function conversationOf(room: RoomId, viewer: PersonId): Conversation {
  const members = directMembers(room);
  if (!members) return room as string as Conversation;
  const [a, b] = members;
  if (a !== viewer && b !== viewer) throw new ChatError("wrong-room", "a direct room of two other people");
  return `@${a === viewer ? b : a}` as Conversation;
}

/** The room that a person means. Throws `bad-input` for what is no room. */
export function roomOf(conversation: Conversation, viewer: PersonId): RoomId {
  if (isDirect(conversation)) {
    const other = parsePersonId(conversation.slice(1));
    if (other) return directRoom(viewer, other);
  } else {
    const room = parseOpenRoom(conversation);
    if (room && conversation.startsWith("#")) return room;
  }
  throw new ChatError("bad-input", `${conversation} is not a room: use #name, or @ and a person`);
}
