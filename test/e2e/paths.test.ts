// The ways by which people find each other, each where the others are blocked or lacking.

import assert from "node:assert/strict";
import { test } from "node:test";
import { labMissing } from "./namespaces.ts";
import type { Running } from "./running.ts";
import { sees, Town } from "./town.ts";

const skip = labMissing();
const NAMES = ["ann", "ben", "eve"] as const;
/** Beacons are repeated every 20 to 30 s: who missed the first ones finds the others by the next. */
const SLOW_BEAT = 35_000;

/** Each says a word, which all others read. */
async function talk(names: readonly string[], chats: readonly Running[]): Promise<void> {
  for (const [index, chat] of chats.entries()) {
    const word = `word of ${names[index]}`;
    chat.type(word);
    const others = chats.filter((other) => other !== chat);
    await Promise.all(others.map((other) => other.until((lines) => lines.some((line) => line.endsWith(`<${names[index]}> ${word}`)))));
  }
}

/** How often a chat told that somebody came. */
const comings = (chat: Running, name: string): number => chat.lines.filter((line) => line.endsWith(`-- ${name} joined #lobby`)).length;

test("where multicast is dropped, broadcast finds them", { skip }, async () => {
  await using town = await Town.build({ hosts: 3 }, ...NAMES);
  await town.lab.dropMulticast();
  await talk(NAMES, await town.gather(NAMES));
});

test("where broadcast is dropped, multicast finds them", { skip }, async () => {
  await using town = await Town.build({ hosts: 3 }, ...NAMES);
  await town.lab.dropBroadcast();
  await talk(NAMES, await town.gather(NAMES));
});

test("where both are dropped, --peer finds them, and after a new start the address that is remembered", { skip }, async () => {
  await using town = await Town.build({ hosts: 3 }, ...NAMES);
  await town.lab.dropMulticast();
  await town.lab.dropBroadcast();
  const { address } = town.hostOf("ann");
  const ann = town.chat("ann");
  const ben = town.chat("ben", "--peer", address);
  await town.meet(["ann", "ben"], [ann, ben]);
  const eve = town.chat("eve", "--peer", address);
  await town.meet(NAMES, [ann, ben, eve]);
  await talk(NAMES, [ann, ben, eve]);
  for (const chat of [ben, eve]) chat.type("/quit");
  await Promise.all([ben.ended(), eve.ended()]);
  const again = [town.chat("ben"), town.chat("eve")];
  await sees(again[0] as Running, "ann", "eve");
  await talk(NAMES, [ann, ...again]);
});

test("nobody is found where nothing is heard and nobody is named", { skip }, async () => {
  await using town = await Town.build({ hosts: 2 }, "ann", "ben");
  await town.lab.dropMulticast();
  await town.lab.dropBroadcast();
  const chats = [town.chat("ann"), town.chat("ben")];
  await Promise.all(chats.map((chat) => chat.line(/-- Nobody is here yet/)));
});

test("two who cannot reach each other talk through one who reaches both", { skip }, async () => {
  await using town = await Town.build({ hosts: 3 }, ...NAMES);
  await town.lab.partition([[0], [2]]);
  const chats = await town.gather(NAMES);
  await talk(NAMES, chats);
  const [ann, ben, eve] = chats;
  assert(ann && ben && eve);
  eve.type("/away lunch");
  await ann.line(/-- eve is away: lunch$/);
  assert.equal((await town.people("ann")).get("eve")?.via, "carried");
  eve.type("/quit");
  await ann.line(/-- eve left #lobby$/);
});

test("a computer without a network still lets its own people talk", { skip }, async () => {
  await using town = await Town.build({ hosts: 1 }, "ann", "ben");
  await town.hostAt(0).ip("link set eth0 down");
  await talk(["ann", "ben"], await town.gather(["ann", "ben"]));
});

test("hosts with two interfaces are one person each, to the others and to themselves", { skip }, async () => {
  await using town = await Town.build({ hosts: 4, second: [0, 1, 3] }, "ann", "ben", "eve", "zoe");
  const names = ["ann", "ben", "eve", "zoe"];
  const chats = await town.gather(names);
  await talk(names, chats);
  for (const name of names) {
    const { out } = await town.run(name, ["people", "--json"]);
    assert.deepEqual(out.map((line) => (JSON.parse(line) as { name: string }).name).sort(), names);
  }
  for (const chat of chats) for (const name of names) assert.ok(comings(chat, name) <= 1, `${name} came more than once`);
});

test("a second interface carries on when the first is unplugged", { skip }, async () => {
  await using town = await Town.build({ hosts: 2, second: [0, 1] }, "ann", "ben");
  const [ann, ben] = await town.gather(["ann", "ben"]);
  assert(ann && ben);
  await town.hostOf("ben").unplug();
  ann.type("can you still hear me?");
  await ben.line(/<ann> can you still hear me\?$/, SLOW_BEAT + 20_000);
});

for (const defaultRoute of [false, true]) {
  test(`hosts ${defaultRoute ? "with" : "without"} a default route find each other over IPv4 alone`, { skip }, async () => {
    await using town = await Town.build({ hosts: 3, family: "ipv4", defaultRoute }, ...NAMES);
    await talk(NAMES, await town.gather(NAMES));
  });
}

test("hosts find each other over IPv6 alone", { skip }, async () => {
  await using town = await Town.build({ hosts: 3, family: "ipv6" }, ...NAMES);
  await talk(NAMES, await town.gather(NAMES));
});

test("on hosts that speak IPv6 alone, --peer takes an address in brackets", { skip }, async () => {
  await using town = await Town.build({ hosts: 2, family: "ipv6" }, "ann", "ben");
  const ann = town.chat("ann", "--no-discovery");
  await ann.line(/-- you are /);
  const ben = town.chat("ben", "--no-discovery", "--peer", `[${town.hostOf("ann").address6}]`);
  await town.meet(["ann", "ben"], [ann, ben]);
  await talk(["ann", "ben"], [ann, ben]);
});

test("two peers on one computer take two ports, and talk with each other and with others", { skip }, async () => {
  await using town = await Town.build({ hosts: 2 }, "zoe", "ann", "ben");
  const ann = town.start("ann", "run", "--name", "ann");
  assert.match(await ann.line(/^ready/), /^ready ann \S+ \S+:3277$/);
  const second = town.start("ben", "run", "--name", "ben");
  assert.match(await second.line(/^ready/), /^ready ben \S+ \S+:(?!3277$)\d+$/);
  const names = ["zoe", "ann", "ben"];
  const chats = await town.gather(names);
  await talk(names, chats);
});

test("an interface that comes up after the start is used", { skip }, async () => {
  await using town = await Town.build({ hosts: 2 }, "ann", "ben");
  const host = town.hostOf("ben");
  await host.ip("link set eth0 down");
  const ann = town.chat("ann");
  const ben = town.chat("ben");
  await Promise.all([ann, ben].map((chat) => chat.line(/-- Nobody is here yet/)));
  await host.ip("link set eth0 up");
  await town.meet(["ann", "ben"], [ann, ben]);
  await talk(["ann", "ben"], [ann, ben]);
});

test("a host whose address changes is found at the new one, and stays one person", { skip }, async () => {
  await using town = await Town.build({ hosts: 2, family: "ipv4" }, "ann", "ben");
  const [ann, ben] = await town.gather(["ann", "ben"]);
  assert(ann && ben);
  const host = town.hostOf("ben");
  await host.ip(`addr del ${host.address}/24 dev eth0`);
  await host.ip("addr add 10.77.0.99/24 brd + dev eth0");
  ann.type("where did you go?");
  await ben.line(/<ann> where did you go\?$/, SLOW_BEAT + 20_000);
  ben.type("here");
  await ann.line(/<ben> here$/);
  const { out } = await town.run("ann", ["people", "--json"]);
  assert.deepEqual(out.map((line) => (JSON.parse(line) as { name: string }).name).sort(), ["ann", "ben"]);
});
