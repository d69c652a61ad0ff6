// Guests at the web gateway: over real sockets, with an engine that hosts them and a desk that lets them in.

import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { after, before, describe, it } from "node:test";
import { Client, type Frame } from "../../../test/web/client.ts";
import { Desk, MEMBER } from "../../../test/web/desk.ts";
import { openHost, startWebPeer, type WebPeer } from "../../../test/web/peer.ts";
import type { Engine } from "../../chat/engine.ts";
import { LOBBY } from "../../core/room.ts";

let engine: Engine;
let desk: Desk;
let peer: WebPeer;

before(async () => {
  engine = await openHost();
  desk = new Desk(engine.hosting);
  peer = await startWebPeer({ chat: engine.chat, desk: async () => desk });
});
after(async () => {
  await peer.close();
  await engine.chat.close();
});

const welcomed = (client: Client) => client.until(({ event }) => event === "welcome");
const codeOf = (frame: Frame) => (frame.error as { code: string } | undefined)?.code;

/** Enters by name; resolves with the token. */
async function enter(client: Client, name: string): Promise<string> {
  await client.until(({ event }) => event === "hello");
  const { result } = await client.ask(1, "enter", { name });
  await welcomed(client);
  return (result as { token: string }).token;
}

/** Resolves once the guest is gone for all. */
async function leave(client: Client, name: string): Promise<void> {
  client.socket.close();
  await client.closed();
  await desk.left(name);
}

describe("a guest", () => {
  it("is told where this is, enters by name, and talks", async () => {
    const client = new Client(peer, null);
    assert.deepEqual(await client.until(({ event }) => event === "hello"), { event: "hello", title: "Room 12", welcome: "Be kind." });
    const { result } = await client.ask(1, "enter", { name: "gus" });
    assert.equal(typeof (result as { token: string }).token, "string");
    const { self } = (await welcomed(client)) as { self: { id: string } };
    assert.deepEqual(self, { id: `${engine.chat.self().id}/gus` });
    await client.ask(2, "say", { room: LOBBY, text: "hello" });
    const [said] = await engine.chat.history(LOBBY, { limit: 1 });
    assert.deepEqual([said?.text, said?.from.name], ["hello", "gus"]);
    assert.deepEqual(desk.knocks.at(-1), { address: "127.0.0.1", door: "web" });
    await leave(client, "gus");
    assert.deepEqual(
      (await engine.chat.people()).filter(({ name }) => name === "gus").map(({ status }) => status),
      ["offline"],
    );
  });

  it("is answered what it asked behind its name, in one round trip", async () => {
    const client = new Client(peer, null);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    desk.gate = gate;
    await client.until(({ event }) => event === "hello");
    for (const [id, method, params] of [
      [1, "enter", { name: "hal" }],
      [2, "people", {}],
      [3, "history", { room: LOBBY, limit: 50 }],
    ] as const)
      client.socket.send(JSON.stringify({ id, method, params }));
    await new Client(peer, null).until(({ event }) => event === "hello");
    assert.equal(client.frames.length, 1);
    open();
    await client.until(({ id }) => id === 3);
    assert.deepEqual(
      client.frames.map(({ event, id }) => event ?? id),
      ["hello", 1, "welcome", 2, 3],
    );
    client.socket.close();
  });

  it("is told why it may not enter, and may try again", async () => {
    const client = new Client(peer, null);
    await client.until(({ event }) => event === "hello");
    assert.equal(codeOf(await client.ask(1, "rooms")), "not-allowed");
    assert.equal(codeOf(await client.ask(2, "fly")), "bad-input");
    client.socket.send(JSON.stringify({ id: 7, method: "enter", params: { name: MEMBER.name } }));
    assert.equal(codeOf(await client.ask(4, "rooms")), "not-allowed", "what stands behind a name that is refused");
    assert.equal(codeOf(await client.ask(3, "enter", { name: MEMBER.name, password: "guess" })), "bad-signature");
    assert.ok("result" in (await client.ask(5, "enter", MEMBER)));
    assert.equal(codeOf(await client.ask(6, "enter", { name: "ida" })), "not-allowed", "who is in is in");
    await leave(client, MEMBER.name);
  });

  it("is closed after ten tries", async () => {
    const client = new Client(peer, null);
    await client.until(({ event }) => event === "hello");
    for (let id = 1; id <= 10; id++) assert.equal(codeOf(await client.ask(id, "enter", { ...MEMBER, password: "guess" })), "bad-signature");
    assert.equal(await client.closed(), 4003);
  });

  it("comes back by the token", async () => {
    const first = new Client(peer, null);
    const token = await enter(first, "joe");
    await leave(first, "joe");
    const again = new Client(peer, token);
    const { self } = (await welcomed(again)) as { self: { id: string } };
    assert.match(self.id, /\/joe$/);
    assert.equal(again.frames[0]?.event, "welcome");
    await leave(again, "joe");
  });

  it("is closed with 4001 for a token that is no longer good", async () => {
    const client = new Client(peer, "no-such-token");
    assert.equal(await client.closed(), 4001);
    assert.match(client.closeReason, /enter by a name/);
    assert.deepEqual(client.frames, []);
  });

  it("is told nothing where the desk holds no connection from there", async () => {
    desk.refusing = "too many from your address";
    const client = new Client(peer, null);
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
    client.socket.on("unexpected-response", (_, response) => resolve(response));
    const response = await promise;
    assert.deepEqual([response.statusCode, await text(response)], [403, "too many from your address\n"]);
    desk.refusing = null;
    client.socket.terminate();
  });

  it("does not hear the answers to another's nonce", async () => {
    const [kim, lou] = [new Client(peer, null), new Client(peer, null)];
    await Promise.all([enter(kim, "kim"), enter(lou, "lou")]);
    const said = await kim.ask(2, "say", { room: LOBBY, text: "by kim" }, "shared-nonce");
    const other = await lou.ask(2, "say", { room: LOBBY, text: "by lou" }, "shared-nonce");
    assert.deepEqual(
      [said, other].map(({ result }) => (result as { text: string }).text),
      ["by kim", "by lou"],
    );
    await leave(kim, "kim");
    await leave(lou, "lou");
  });

  it("is told its new name and id, and goes by them", async () => {
    const client = new Client(peer, null);
    await enter(client, "max");
    await client.ask(2, "watch");
    const { result } = await client.ask(3, "rename", { name: "maxine" });
    const id = `${engine.chat.self().id}/maxine`;
    assert.deepEqual(result, { id });
    assert.deepEqual((await client.until(({ event }) => event === "self")).self, { id });
    await leave(client, "max");
  });

  const farewells = [
    ["kicked", 4003],
    ["banned", 4003],
    ["closing", 1001],
  ] as const;
  for (const [code, closed] of farewells) {
    it(`who is ${code} hears why, and is closed with ${closed}`, async () => {
      const client = new Client(peer, null);
      await enter(client, "ned");
      desk.end("ned", { code, text: "because. ".repeat(30) });
      assert.deepEqual(await client.until(({ event }) => event === "farewell"), { event: "farewell", code, text: "because. ".repeat(30) });
      assert.equal(await client.closed(), closed);
      await desk.left("ned");
    });
  }
});

describe("where nobody but the owner may enter", () => {
  for (const token of [null, "wrong"]) {
    it(`a caller with ${token ?? "no"} token gets nothing`, async () => {
      const alone = await startWebPeer({ chat: engine.chat });
      const client = new Client(alone, token);
      const { promise, resolve } = Promise.withResolvers<number | undefined>();
      client.socket.on("unexpected-response", (_, response) => resolve(response.statusCode));
      assert.equal(await promise, 401);
      client.socket.terminate();
      await alone.close();
    });
  }
});

describe("when the hub closes", () => {
  it("guests hear farewell, those who wait to enter are closed", async () => {
    const closing = await startWebPeer({ chat: engine.chat, desk });
    const [guest, waiting] = [new Client(closing, null), new Client(closing, null)];
    await enter(guest, "oda");
    await waiting.until(({ event }) => event === "hello");
    await closing.close();
    assert.equal((await guest.until(({ event }) => event === "farewell")).code, "closing");
    assert.deepEqual([await guest.closed(), await waiting.closed()], [1001, 1001]);
  });
});

async function text(response: AsyncIterable<unknown>): Promise<string> {
  let said = "";
  for await (const chunk of response) said += chunk;
  return said;
}
