// What the tests of the Chat contract share: the people in them, and short words for what they check.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { ChatError, type ErrorCode } from "../../src/core/errors.ts";
import type { Conversation } from "../../src/core/ids.ts";
import type { Chat, PersonInfo, RoomInfo } from "../../src/core/ports/chat.ts";
import type { Person } from "../../src/core/presence.ts";
import type { Neighbourhood } from "./pair.ts";

/** Ann, bob and cy as the implementation under test shows them, and the engines behind it. */
export type Scene = {
  readonly ann: Chat;
  readonly bob: Chat;
  readonly cy: Chat;
  /** Where the three are guests: who host them, in this order. They are people here, too. */
  readonly hosts: readonly Person[];
  readonly neighbourhood: Neighbourhood;
};

/** Sets a scene for one test and clears it away afterwards. */
export type Stage = (context: TestContext) => Promise<Scene>;

export const TEA = "#tea" as Conversation;

/** The direct talk with whoever has this Chat. */
export const talkWith = (chat: Chat): Conversation => `@${chat.self().id}` as Conversation;

/** Rejects with a ChatError of this code. */
export async function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(promise, (error) => error instanceof ChatError && error.code === code && error.message.length > 0);
}

/** The texts of a room's last messages. */
export const textsOf = async (chat: Chat, room: Conversation): Promise<string[]> =>
  (await chat.history(room, { limit: 1_000 })).map(({ text }) => text);

/** A room in the list, which must be there. */
export async function roomIn(chat: Chat, room: Conversation): Promise<RoomInfo> {
  const info = (await chat.rooms()).find((candidate) => candidate.room === room);
  assert(info, `${room} is not listed`);
  return info;
}

/** A person in the list, who must be there. */
export async function personIn(chat: Chat, name: string): Promise<PersonInfo> {
  const info = (await chat.people()).find((candidate) => candidate.name === name);
  assert(info, `${name} is not listed`);
  return info;
}
