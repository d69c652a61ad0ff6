// A hub that is killed, stopped or away: what it acknowledged is there, once, and its guests come back by themselves.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../src/core/ports/chat.ts";
import { LOBBY } from "../../src/core/room.ts";
import { addressOf, Homes } from "./cli.ts";
import { Crowd, type Guest } from "./guests.ts";
import { said, sees } from "./town.ts";

const numbered = (count: number, what: string): string[] => Array.from({ length: count }, (_, index) => `${what} ${index}`);
const portOf = (address: string): string => address.slice(address.lastIndexOf(":") + 1);

/** Everything said in #lobby, oldest first. */
async function wholeHistory({ chat }: Guest): Promise<readonly string[]> {
  const pages: (readonly Message[])[] = [];
  for (;;) {
    const [oldest] = pages[0] ?? [];
    const page = await chat.history(LOBBY, { limit: 1000, ...(oldest && { before: oldest.key }) });
    if (page.length === 0) return pages.flat().map(({ text }) => text);
    pages.unshift(page);
  }
}

test("killed while 200 clients talk, and started again: what was acknowledged is there once, and all are back", async (t) => {
  await using homes = new Homes();
  const hub = homes.startPeer("ann", "hub", "--name", "ann", "--no-discovery");
  const address = addressOf(await hub.line(/^ready /));
  await using crowd = new Crowd(address);
  const { barrier } = crowd;
  const each = 10;
  const guests = await Promise.all(numbered(200, "guest").map((name) => crowd.enter(name)));
  const acknowledged: string[] = [];
  const talk = async ({ chat, name }: Guest) => {
    for (const text of numbered(each, `${name} says`)) {
      acknowledged.push((await chat.say(LOBBY, text)).text);
      barrier.changed();
    }
  };
  const talking = Promise.all(guests.map(talk));
  await barrier.until(() => acknowledged.length >= 300);
  hub.kill("SIGKILL");
  await hub.ended();
  const before = [...acknowledged];
  const began = performance.now();
  const again = homes.start("ann", "hub", "--bind", "127.0.0.1", "--port", portOf(address), "--network", homes.network, "--no-discovery");
  await again.line(/^ready /);
  await talking;
  await barrier.until(() => guests.every(({ returns }) => returns === 1));
  t.diagnostic(`${before.length} were acknowledged before; all were back and had spoken ${Math.round(performance.now() - began)} ms after`);
  const everything = guests.flatMap(({ name }) => numbered(each, `${name} says`));
  await barrier.until(() => guests.every(({ heard }) => heard.length === everything.length));
  const whole = await wholeHistory(guests[0] as Guest);
  assert.deepEqual([...whole].sort(), [...everything].sort());
  for (const { heard, name } of guests) assert.deepEqual([...heard].sort(), [...everything].sort(), name);
});

test("while the hub is away two peers talk on; when it is back, its guests see what they missed", async () => {
  await using homes = new Homes();
  const hub = homes.startPeer("ann", "hub", "--name", "ann");
  const address = addressOf(await hub.line(/^ready /));
  const [ben, eve] = [homes.startPeer("ben", "chat", "--name", "ben"), homes.startPeer("eve", "chat", "--name", "eve")];
  await Promise.all([sees(ben, "ann", "eve"), sees(eve, "ann", "ben")]);
  await using crowd = new Crowd(address);
  const guest = await crowd.enter("cat");
  ben.type("see you");
  await crowd.barrier.until(() => guest.heard.includes("see you"));
  hub.kill("SIGTERM");
  assert.equal((await hub.ended()).code, 0);
  const missed = numbered(300, "in the meantime");
  for (const [index, text] of missed.entries()) (index % 2 === 0 ? ben : eve).type(text);
  await Promise.all([ben, eve].map((chat) => chat.until((lines) => said(lines).length > missed.length)));
  const again = homes.start("ann", "hub", "--bind", "127.0.0.1", "--port", portOf(address), "--network", homes.network);
  await again.line(/^ready /);
  await crowd.barrier.until(
    () => missed.every((text) => guest.heard.includes(text)),
    () => `${guest.heard.length} heard, ${guest.states}`,
  );
  assert.equal(guest.heard.length, missed.length + 1, "nothing twice");
  const [last] = await guest.chat.history(LOBBY, { limit: 1 });
  await (await crowd.enterByLine("dan")).shows(last?.text ?? "there is a last message");
});

test("SIGTERM tells everyone why, at once; who does not read holds nobody up", async () => {
  await using homes = new Homes();
  const hub = homes.startPeer("ann", "hub", "--name", "ann", "--no-discovery");
  const address = addressOf(await hub.line(/^ready /));
  await using crowd = new Crowd(address);
  const [cat, dan, deaf] = await Promise.all([crowd.enter("cat"), crowd.enterByLine("dan"), crowd.enterByLine("deaf")]);
  deaf.socket.pause();
  const began = performance.now();
  hub.kill("SIGTERM");
  await crowd.barrier.until(() => dan.isClosed && cat.states.at(-1) === "lost");
  assert.equal((await hub.ended()).code, 0);
  assert.ok(performance.now() - began < 6_000);
  assert.match(dan.text, /-- .*(?:stopped|clos)/);
});
