// The contract of Chat: one body of tests for every implementation. Three people who hear each other stand behind it.

import { describe } from "node:test";
import type { Chat } from "../../src/core/ports/chat.ts";
import { testPeople } from "./chat-people.ts";
import { testTalk } from "./chat-talk.ts";
import { testWatch } from "./chat-watch.ts";
import { Neighbourhood, type Station } from "./pair.ts";
import type { Stage } from "./scene.ts";

/** How ann, bob and cy come to their Chat: each has a peer. */
export type Cast = {
  /** Whether they are guests there; the peers are then run by others. */
  readonly guests: boolean;
  /** The implementation under test over a peer. Closing what comes back closes all that it opened, and may leave the engine open. */
  play(station: Station, name: string): Promise<Chat>;
};

const PEOPLE = ["ann", "bob", "cy"] as const;
const HOSTS = ["dora", "emil", "fay"] as const;

/** Declares the tests. `subject` names the implementation. */
export function testChat(subject: string, { guests, play }: Cast): void {
  describe(`Chat, ${subject}`, () => {
    const stage: Stage = async (context) => {
      const neighbourhood = await Neighbourhood.of(...(guests ? HOSTS : PEOPLE));
      const { stations } = neighbourhood;
      const chats = await Promise.all(stations.map((station, index) => play(station, PEOPLE[index] ?? "")));
      await neighbourhood.settle();
      context.after(async () => {
        await Promise.all(chats.map((chat) => chat.close()));
        await neighbourhood.close();
      });
      const [ann, bob, cy] = chats as [Chat, Chat, Chat];
      return { ann, bob, cy, hosts: guests ? stations.map(({ chat }) => chat.self()) : [], neighbourhood };
    };
    testTalk(stage);
    testPeople(stage);
    testWatch(stage);
  });
}
