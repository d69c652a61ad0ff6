// A bot that knows docs/protocol/web.md and nothing of Earshot: enters a hub by name, prints every frame, says every line of stdin in #lobby.

import { createInterface } from "node:readline";

const [url = "", name = ""] = process.argv.slice(2);
const socket = new WebSocket(url, ["earshot.v1"]);
let id = 0;
const ask = (method: string, params: object): void => {
  id += 1;
  socket.send(JSON.stringify({ id, method, params }));
};

socket.addEventListener("open", () => {
  ask("enter", { name });
  ask("watch", {});
  createInterface(process.stdin).on("line", (line) => {
    const [, to, text] = /^(@\S+) (.*)$/.exec(line) ?? [];
    ask("say", { room: to ?? "#lobby", text: text ?? line });
  });
});
socket.addEventListener("message", ({ data }) => process.stdout.write(`${String(data)}\n`));
socket.addEventListener("close", ({ code }) => {
  process.stdout.write(`closed ${code}\n`);
  process.stdin.destroy();
});
