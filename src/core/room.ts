// Rooms: what they may be called, and who may carry them.

import { ChatError } from "./errors.ts";
import { type Conversation, type PeerId, type PersonId, parsePeerId, peerOf, type RoomId } from "./ids.ts";

/** Everyone's first room. */
export const LOBBY = "#lobby" as RoomId & Conversation;

/** Letters, marks, digits, emoji and `-_.+!`; at most 48 characters after the `#`. */
const OPEN_ROOM = /^#(?:[\p{L}\p{M}\p{N}\p{Extended_Pictographic}_.+!-]|\u200d|\ufe0f){1,48}$/u;
/** The most bytes of a room's id on the wire. */
export const MAX_ROOM_ID = 384;

/** The text as an open room's name: NFKC, lower case, `#` added where it lacks. Null where it cannot be one. */
export function parseOpenRoom(text: string): (RoomId & Conversation) | null {
  if (text.length > 256) return null;
  const name = text.trim().normalize("NFKC").toLocaleLowerCase("en");
  const room = name.startsWith("#") ? name : `#${name}`;
  return OPEN_ROOM.test(room) ? (room as RoomId & Conversation) : null;
}

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
  if (!text.startsWith("@")) return (parseOpenRoom(text) as string | null) === text ? (text as RoomId) : null;
  const [a, b, ...rest] = text.slice(1).split("+");
  if (rest.length > 0 || !a || !b || !isPersonId(a) || !isPersonId(b)) return null;
  return directRoom(a as PersonId, b as PersonId) === text ? (text as RoomId) : null;
}

/** A peer id, or a peer id with a guest's name (percent-encoded, so that `+` and `/` cannot occur). */
function isPersonId(text: string): boolean {
  return parsePeerId(text.slice(0, 52)) !== null && /^(\/[a-z0-9._~%-]{1,120})?$/i.test(text.slice(52));
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
    const other = conversation.slice(1);
    if (isPersonId(other)) return directRoom(viewer, other as PersonId);
  } else {
    const room = parseOpenRoom(conversation);
    if (room && conversation.startsWith("#")) return room;
  }
  throw new ChatError("bad-input", `${conversation} is not a room: use #name, or @ and a person`);
}
