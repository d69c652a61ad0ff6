// What a hub is measured against: it sends what it gets to all, once per tick and socket, and does nothing else.
// WebSocket clients get a frame per message, others a line. Prints `ready 127.0.0.1:PORT`.

import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";

type Kind = { readonly members: Set<Socket>; readonly encode: (text: string) => string };

const web: Kind = { members: new Set(), encode: (text) => `\x81${String.fromCharCode(text.length)}${text}` };
const lines: Kind = { members: new Set(), encode: (text) => `${text}\n` };
let said: string[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.once("data", (first) => {
    const head = first.toString("latin1");
    const [kind, read] = head.startsWith("GET ") ? [web, readFrames()] : [lines, readLines()];
    socket.write(kind === web ? upgrade(head) : "hello\n");
    kind.members.add(socket);
    socket.on("close", () => kind.members.delete(socket));
    socket.on("data", (bytes) => read(bytes as Buffer).forEach(say));
  });
});
server.listen(0, "127.0.0.1", 4096, () => console.log(`ready 127.0.0.1:${(server.address() as AddressInfo).port}`));

function say(text: string): void {
  if (said.push(text) === 1) setImmediate(tell);
}

function tell(): void {
  const texts = said;
  said = [];
  for (const { members, encode } of [web, lines]) {
    const bytes = Buffer.from(texts.map(encode).join(""), "latin1");
    for (const socket of members) socket.write(bytes);
  }
}

/** Reads frames whose mask is of zeros and whose payload is short. */
function readFrames(): (bytes: Buffer) => string[] {
  let held = Buffer.alloc(0);
  return (bytes) => {
    held = Buffer.concat([held, bytes]);
    const texts: string[] = [];
    let at = 0;
    while (held.length - at >= 6) {
      const end = at + 6 + ((held[at + 1] as number) & 0x7f);
      if (end > held.length) break;
      texts.push(held.toString("latin1", at + 6, end));
      at = end;
    }
    held = held.subarray(at);
    return texts;
  };
}

function readLines(): (bytes: Buffer) => string[] {
  let held = "";
  return (bytes) => {
    const texts = (held + bytes.toString("latin1")).split("\n");
    held = texts.pop() ?? "";
    return texts;
  };
}

/** RFC 6455 §4.2.2. */
function upgrade(head: string): string {
  const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(head)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}
