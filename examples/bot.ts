// A bot: answers every "!time" with the time of day. Start a peer, then: node examples/bot.ts
// It speaks for the owner of the peer whose home it is told, by the token in there.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectChat } from "../src/client/remote.ts";
import { defaultHome } from "../src/main/home.ts";

const home = process.argv[2] ?? defaultHome();

/** Asked before every dial: a peer that starts anew has another token. */
function address(): { url: string; token: string } {
  const { port, token } = JSON.parse(readFileSync(join(home, "peer.json"), "utf8")) as { port: number; token: string };
  return { url: `ws://127.0.0.1:${port}/chat`, token };
}

const chat = await connectChat({ to: address });
await chat.watch({
  event: (event) => {
    if (event.kind === "message" && event.message.text === "!time") void chat.say(event.message.room, new Date().toLocaleTimeString());
  },
});
process.stdout.write(`listening as ${chat.self().name}\n`);
