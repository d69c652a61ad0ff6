// The contract of Chat: one body of tests for every implementation. Three people who hear each other stand behind it.

import { describe } from "node:test";
import type { Chat } from "../../src/core/ports/chat.ts";
import { testPeople } from "./chat-people.ts";
import { testTalk } from "./chat-talk.ts";
import { testWatch } from "./chat-watch.ts";
import { Neighbourhood } from "./pair.ts";
import type { Stage } from "./scene.ts";

/** The implementation under test over an engine. Closing what comes back closes all that it opened, and may leave the engine open. */
export type Wrap = (engine: Chat) => Promise<Chat>;

/** Declares the tests. `subject` names the implementation. */
export function testChat(subject: string, wrap: Wrap): void {
  describe(`Chat, ${subject}`, () => {
    const stage: Stage = async (context) => {
      const neighbourhood = await Neighbourhood.of("ann", "bob", "cy");
      const chats = await Promise.all(neighbourhood.stations.map(({ chat }) => wrap(chat)));
      context.after(async () => {
        await Promise.all(chats.map((chat) => chat.close()));
        await neighbourhood.close();
      });
      const [ann, bob, cy] = chats as [Chat, Chat, Chat];
      return { ann, bob, cy, neighbourhood };
    };
    testTalk(stage);
    testPeople(stage);
    testWatch(stage);
  });
}
