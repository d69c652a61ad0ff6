// What an app of the owner does: changes the last message of #lobby that has this text. Arguments: HOME, the text, the new one.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectChat } from "../../src/client/remote.ts";
import { LOBBY } from "../../src/core/room.ts";

const [home = "", before = "", after = ""] = process.argv.slice(2);
const { host, port, token } = JSON.parse(readFileSync(join(home, "peer.json"), "utf8")) as Record<string, string>;
const chat = await connectChat({ to: { url: `ws://${host}:${port}/chat`, token } });
const message = (await chat.history(LOBBY, { limit: 50 })).findLast(({ text }) => text === before);
if (!message) throw new Error(`nobody said ${before}`);
await chat.edit(message.id, after);
await chat.close();
