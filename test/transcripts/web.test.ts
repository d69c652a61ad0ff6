// The transcripts of docs/protocol/web.md hold, word for word, against a real gateway.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { WebSocket } from "ws";
import { Desk } from "../web/desk.ts";
import { openHost, startWebPeer } from "../web/peer.ts";

const page = readFileSync(new URL("../../docs/protocol/web.md", import.meta.url), "utf8");
const transcripts = [...page.matchAll(/```(transcript|guest)\n(.*?)```/gs)].map(([, who, text = ""]) => ({
  who,
  lines: text.trim().split("\n"),
}));

type Values = Map<string, unknown>;

/** A value with its `<names>` filled in. */
function filled(value: unknown, names: Values): unknown {
  if (typeof value === "string" && names.has(value)) return names.get(value);
  if (Array.isArray(value)) return value.map((item) => filled(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, names)]));
}

/** Notes what stands for each `<name>` of `expected` that was not seen before. */
function learn(expected: unknown, actual: unknown, names: Values): void {
  if (typeof expected === "string" && /^<\w+>$/.test(expected) && !names.has(expected)) names.set(expected, actual);
  if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null) return;
  for (const [key, item] of Object.entries(expected)) learn(item, (actual as Readonly<Record<string, unknown>>)[key], names);
}

async function replay(who: string | undefined, lines: readonly string[]): Promise<void> {
  const engine = await openHost();
  const peer = await startWebPeer({ chat: engine.chat, desk: new Desk(engine.hosting) });
  const headers = who === "guest" ? {} : { Authorization: `Bearer ${peer.token}` };
  const socket = new WebSocket(peer.url, ["earshot.v1"], { headers });
  const frames = socketFrames(socket);
  const names: Values = new Map();
  for (const line of lines) {
    const said: unknown = JSON.parse(line.slice(3));
    if (line.startsWith("C: ")) {
      socket.send(JSON.stringify(filled(said, names)));
      continue;
    }
    assert.ok(line.startsWith("S: "), line);
    const { value } = await frames.next();
    learn(said, value, names);
    assert.deepEqual(value, filled(said, names));
  }
  socket.close();
  await peer.close();
  await engine.chat.close();
}

/** What the server says, frame by frame. */
async function* socketFrames(socket: WebSocket): AsyncGenerator<unknown> {
  const frames: unknown[] = [];
  let wake = () => {};
  socket.on("message", (data) => {
    frames.push(JSON.parse(String(data)));
    wake();
  });
  for (;;) {
    if (frames.length > 0) yield frames.shift();
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}

describe("the transcripts of docs/protocol/web.md", () => {
  it("are there", () => assert.equal(transcripts.length, 3));
  for (const [index, { who, lines }] of transcripts.entries()) it(`number ${index + 1} holds`, () => replay(who, lines));
});
