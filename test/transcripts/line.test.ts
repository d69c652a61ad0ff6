// The transcripts of docs/protocol/line.md hold, word for word, against a real hub.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Message } from "../../src/core/ports/chat.ts";
import { LOBBY } from "../../src/core/room.ts";
import { Netcat } from "../../src/gateways/line/testing/netcat.ts";
import { startHubPeer } from "../line/peer.ts";

const page = readFileSync(new URL("../../docs/protocol/line.md", import.meta.url), "utf8");
const transcripts = [...page.matchAll(/```transcript\n(.*?)```/gs)].map(([, text = ""]) => text.trim().split("\n"));

async function replay(lines: readonly string[]): Promise<void> {
  await using peer = await startHubPeer();
  const { chat } = peer.engine;
  const people = new Map<string, { readonly netcat: Netcat; read: number }>();
  const person = (name: string) => {
    const known = people.get(name) ?? { netcat: new Netcat(peer.port), read: 0 };
    people.set(name, known);
    return known;
  };
  let said: Message | null = null;
  for (const line of lines) {
    const [, who = "", mark = "", text = ""] = /^(\w+)(> |< | says | changes it to )(.*)$/.exec(line) ?? [];
    // renamed, and still the same connection
    if (who === "anna") people.set("anna", person("ann"));
    if (mark === "> ") person(who).netcat.type(text);
    else if (mark === "< ") await expectLine(person(who), text, line);
    else if (mark === " says ") said = await chat.say(LOBBY, text);
    else if (said && mark === " changes it to ") await chat.edit(said.id, text);
    else assert.fail(`what is this? ${line}`);
  }
  for (const { netcat } of people.values()) netcat.socket.destroy();
}

async function expectLine(person: { readonly netcat: Netcat; read: number }, text: string, line: string): Promise<void> {
  const rows = await person.netcat.rows(person.read + 1);
  assert.equal(rows[person.read]?.replace(/^\[\d\d:\d\d\]/, "[14:02]"), text, line);
  person.read++;
}

describe("the transcripts of docs/protocol/line.md", () => {
  it("are there", () => assert.equal(transcripts.length, 3));
  for (const [index, lines] of transcripts.entries()) it(`number ${index + 1} holds`, { timeout: 20_000 }, () => replay(lines));
});
