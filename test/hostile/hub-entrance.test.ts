// The entrance for guests under attack: floods of connects, names, passwords and tokens, and people who go at the wrong moment.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { LOBBY } from "../../src/core/room.ts";
import type { Client, Frame } from "../web/client.ts";
import { frame, TEXT } from "./frames.ts";
import { codeOf, HubSiege } from "./hub-siege.ts";
import { noMemory } from "./siege.ts";

let siege: HubSiege;
before(async () => {
  siege = await HubSiege.begin("[limits]\nconnections = 6000\n");
});
after(() => siege[Symbol.asyncDispose]());

/** Those who are listed as here. */
async function here(): Promise<readonly string[]> {
  const out = await siege.owner("people", "--json");
  const people = out.map((line) => JSON.parse(line) as { readonly name: string; readonly status: string });
  return people.filter(({ status }) => status !== "offline").map(({ name }) => name);
}

const enter = (id: number, name: string, password?: string): string =>
  JSON.stringify({ id, method: "enter", params: { name, ...(password !== undefined && { password }) } });

async function greeted(): Promise<Client> {
  const client = siege.knock();
  await client.until(({ event }) => event === "hello");
  return client;
}

describe("the entrance under attack", () => {
  it("thousands who never enter do not keep the next one out", async () => {
    const idle: Client[] = [];
    for (let n = 0; n < 20; n++) idle.push(...(await Promise.all(Array.from({ length: 100 }, greeted))));
    const late = await siege.enter("late");
    assert.equal(await late.code("people"), "ok");
    late.drop();
    for (const { socket } of idle) socket.terminate();
  });

  it("who asks without end before entering, and reads nothing, is closed", { skip: noMemory }, async () => {
    const client = await greeted();
    const before = siege.memory();
    client.socket.pause();
    const batch = JSON.stringify({ id: 1, method: "people" });
    for (let round = 0; round < 100 && client.socket.readyState === 1; round++) {
      for (let n = 0; n < 5_000; n++) client.socket.send(batch);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const more = siege.memory() - before;
    client.socket.resume();
    assert.equal(await client.closed(), 1013);
    assert.match(client.closeReason, /too slow to read/);
    assert.ok(more < 64, `${more} MiB`);
  });

  it("ten names are all that one connection may try", async () => {
    const client = await greeted();
    for (let id = 1; id <= 10; id++) assert.equal(codeOf(await client.ask(id, "enter", { name: "wes" })), "in-use");
    assert.equal(await client.closed(), 4003);
  });

  it("also where the client goes on as if nothing had been said", async () => {
    const socket = await siege.knockRaw();
    for (let id = 1; id <= 11; id++) {
      socket.write(frame({ opcode: TEXT, payload: enter(id, id <= 10 ? "wes" : "insistent") }));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    assert.ok(!(await here()).includes("insistent"));
    assert.ok(!siege.wes.events.some((event) => event.kind === "joined" && event.person.name === "insistent"));
    socket.destroy();
  });

  it("wrong passwords are slowed down, and hold nobody else up", async () => {
    const member = await siege.enter("mia");
    assert.equal(await member.code("hub", { action: { kind: "register", password: "a long password" } }), "ok");
    const guesses = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const client = await greeted();
        const answer = await client.ask(1, "enter", { name: "mia", password: `wrong ${index}` });
        client.socket.terminate();
        return codeOf(answer);
      }),
    );
    assert.deepEqual([...new Set(guesses)].sort(), ["bad-signature", "rate-limited"]);
    assert.ok(guesses.filter((code) => code === "bad-signature").length <= 20);
    const back = siege.knock(member.token);
    await back.until(({ event }) => event === "welcome");
    for (const { socket } of [back, member.client]) socket.terminate();
  });

  const forged: readonly (readonly [string, (token: string) => string])[] = [
    ["no token at all", () => "abc"],
    ["one with another seal", (token) => `${token.slice(0, -4)}AAAA`],
    ["one for another name", (token) => `${rewritten(token, { name: "wes" })}.${token.split(".")[1]}`],
    ["one without a seal", (token) => `${token.split(".")[0]}.`],
    ["one with three parts", (token) => `${token}.x`],
    ["one of 4,000 characters", () => "a".repeat(4_000)],
    ["the seal alone", (token) => `.${token.split(".")[1]}`],
  ];
  for (const [what, forge] of forged) {
    it(`a forged token is refused: ${what}`, async () => {
      const { token, client } = await siege.enter(`honest ${what.length}`);
      const forger = siege.knock(forge(token));
      assert.equal(await forger.closed(), 4001);
      client.socket.terminate();
    });
  }

  it("a token of another hub is refused", async () => {
    await using other = await HubSiege.begin();
    const { token, client } = await other.enter("stranger");
    client.socket.terminate();
    assert.equal(await siege.knock(token).closed(), 4001);
  });

  it("two sessions of one token are one person, who leaves with the last", async () => {
    const first = await siege.enter("twice");
    const second = siege.knock(first.token);
    const welcome = await second.until(({ event }) => event === "welcome");
    assert.match(JSON.stringify(welcome), /twice/);
    first.client.socket.close(1000);
    await first.client.closed();
    assert.ok((await here()).includes("twice"));
    second.socket.close(1000);
    await second.closed();
    assert.ok(!(await here()).includes("twice"));
  });

  it("ten thousand requests behind enter are all answered, once", async () => {
    const client = await greeted();
    const count = 10_000;
    client.socket.send(enter(1, "hasty"));
    for (let id = 2; id <= count; id++) client.socket.send(JSON.stringify({ id, method: "typing", params: { room: LOBBY } }));
    await client.until(({ id }) => id === count);
    while (answered(client).length < count) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(new Set(answered(client).map(({ id }) => id)).size, count);
    assert.equal(answered(client).length, count);
    client.socket.terminate();
  });

  it("ten thousand requests behind a name that is taken are all refused, or the connection is closed", async () => {
    const client = await greeted();
    const count = 10_000;
    client.socket.send(enter(1, "wes"));
    for (let id = 2; id <= count; id++) client.socket.send(JSON.stringify({ id, method: "people" }));
    while (client.closeCode === 0 && answered(client).length < count) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(answered(client).every((frame) => codeOf(frame) !== "ok"));
    client.socket.terminate();
  });

  it("nobody stays whose connection broke while entering", async () => {
    for (let n = 0; n < 40; n++) {
      const client = await greeted();
      client.socket.send(enter(1, `ghost ${n}`), () => setTimeout(() => client.socket.terminate(), n % 5));
      await client.closed();
    }
    const held = () => here().then((names) => names.filter((name) => name.startsWith("ghost")));
    const start = performance.now();
    // those who were in already are held for some seconds: they may come back
    while ((await held()).length > 0 && performance.now() - start < 14_000) await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(await held(), []);
  });
});

const answered = ({ frames }: Client): readonly Frame[] => frames.filter(({ id }) => typeof id === "number");

/** The first part of a token, saying something else. */
function rewritten(token: string, change: object): string {
  const said = JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
  return Buffer.from(JSON.stringify({ ...said, ...change })).toString("base64url");
}
