// Slow mode, closed rooms, announcements.

import { ChatError } from "../core/errors.ts";
import type { Conversation } from "../core/ids.ts";
import { cleanLine, cleanText } from "../core/name.ts";
import { LOBBY, parseOpenRoom } from "../core/room.ts";
import type { Actor } from "./actors.ts";
import { type ActionOf, note, tell } from "./deeds.ts";
import type { Office } from "./office.ts";
import type { RoomRule } from "./room-rules.ts";
import { leaveClosed } from "./visit-chat.ts";

/** A day. */
const MAX_SLOW = 86_400;

export async function slow(office: Office, actor: Actor, { room: text, seconds }: ActionOf<"slow">): Promise<readonly string[]> {
  const room = openRoom(text);
  if (seconds > MAX_SLOW) throw new ChatError("bad-input", `a room is slow by at most ${MAX_SLOW} seconds`);
  await set(office, room, { slow: seconds });
  await note(office, actor, { kind: "slow", room, seconds });
  const line = seconds === 0 ? `${room} is not slow any more` : `${room} is slow now: one message every ${seconds} seconds`;
  await tell(office, room, `${line} (${actor.name})`);
  return [line];
}

export async function close(office: Office, actor: Actor, { room: text, to }: ActionOf<"close">): Promise<readonly string[]> {
  const room = openRoom(text);
  await set(office, room, { closedTo: to });
  await note(office, actor, { kind: "close", room, to });
  await tell(office, room, `${CLOSED[to](room)} (${actor.name})`);
  await putOut(office, room);
  return [CLOSED[to](room)];
}

const CLOSED: Readonly<Record<RoomRule["closedTo"], (room: string) => string>> = {
  guests: (room) => `${room} is closed to guests now: people with an account may stay`,
  everyone: (room) => `${room} is closed now: only moderators may be there`,
  nobody: (room) => `${room} is open to all again`,
};

export async function announce(office: Office, actor: Actor, action: ActionOf<"announce">): Promise<readonly string[]> {
  const text = cleanText(action.text).trim();
  if (text === "") throw new ChatError("bad-input", "announce what? Give a text");
  await office.hosting.announce(LOBBY, `${actor.name} announces: ${text}`);
  await note(office, actor, { kind: "announce", text: cleanLine(text, 1_000) });
  return [`everyone in ${LOBBY} is told`];
}

async function set({ rules }: Office, room: Conversation, change: Partial<RoomRule>): Promise<void> {
  if (!(await rules.set(room, change))) throw new ChatError("busy", "too many rooms have rules already: open or unslow some first");
}

/** Those who may not be there any more leave. */
async function putOut({ stays, rules, log }: Office, room: Conversation): Promise<void> {
  const out = [...stays.all()].filter(({ role }) => rules.closedTo(role).includes(room));
  await Promise.all(
    out.map((stay) => leaveClosed(stay, [room]).catch((error: unknown) => log(`${stay.name} leaving ${room}: ${String(error)}`))),
  );
}

function openRoom(text: Conversation): Conversation {
  const room = text.startsWith("#") ? parseOpenRoom(text) : null;
  if (!room) throw new ChatError("bad-input", `${cleanLine(text, 60)} is no open room: only those can be slow or closed`);
  return room;
}
