// Runs the contracts against the engine: its owner's Chat, and that of a guest.

import { testChat } from "./chat.ts";

testChat("the engine", { guests: false, play: async ({ chat }) => chat });

testChat("a guest's seat in the engine", {
  guests: true,
  play: async ({ hosting }, name) => (await hosting.seat({ name, since: 0 })).chat,
});
