// Runs the contracts against the engine.

import { testChat } from "./chat.ts";

testChat("the engine", async (engine) => engine);
