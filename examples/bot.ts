// A bot that answers "!time" with the time of day, and comes back by itself when the connection is lost.
//   node examples/bot.ts                          speaks for the owner of the peer that runs here, by the token in its home
//   node examples/bot.ts 192.168.1.5:3277 clock   is a guest of that hub, called clock

import { connectChat } from "../src/client/remote.ts";
import { defaultHome, openHome } from "../src/main/home.ts";

const [hub, name = "clock"] = process.argv.slice(2);

/** Asked before every dial: a peer that starts anew has another token. */
function peer() {
  const running = openHome(defaultHome()).running();
  return running && { url: `ws://${running.host}:${running.port}/chat`, token: running.token };
}

const chat = await connectChat(hub ? { to: { url: `ws://${hub}/chat` }, as: { name } } : { to: peer });
await chat.watch({
  event: (event) => {
    if (event.kind === "message" && event.message.text === "!time") void chat.say(event.message.room, new Date().toLocaleTimeString());
  },
});
process.stdout.write(`listening as ${chat.self().name}\n`);
