// A hub on one host, and people on others who come by every door: as a peer, by `chat --hub`, by netcat, as a bot.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { addressOf } from "./cli.ts";
import { labMissing } from "./namespaces.ts";
import type { Running } from "./running.ts";
import { sees, Town } from "./town.ts";

const skip = labMissing();
const program = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** ann's hub "Room 12"; ben is a peer, cat a guest by `chat --hub`, dan by netcat, and rob is a bot. */
class Party {
  readonly town: Town;
  readonly hub: Running;
  readonly ben: Running;
  readonly cat: Running;
  readonly dan: Running;
  readonly rob: Running;

  private constructor(town: Town, { hub, ben, address }: { readonly hub: Running; readonly ben: Running; readonly address: string }) {
    this.town = town;
    this.hub = hub;
    this.ben = ben;
    const [host = "", port = ""] = address.split(":");
    this.cat = town.chat("cat", "--hub", address);
    this.dan = town.hostOf("dan").spawn(process.execPath, [program("netcat-child.ts"), host, port]);
    this.rob = town.hostOf("rob").spawn(process.execPath, [program("bot-child.ts"), `ws://${address}/chat`, "rob"]);
  }

  static async gather(): Promise<Party> {
    const town = await Town.build({ hosts: 4 }, "ann", "ben", "cat", "dan", "rob");
    const hub = town.start("ann", "hub", "--name", "ann", "--title", "Room 12");
    const address = addressOf(await hub.line(/^ready /));
    const ben = town.chat("ben");
    await town.eventually(
      () => town.people("ann"),
      (people) => people.has("ben"),
    );
    const party = new Party(town, { hub, ben, address });
    party.dan.type("dan");
    const { cat, dan, rob } = party;
    await Promise.all([dan.line(/-- you are dan/), rob.line(/"event":"welcome"/), cat.line(/-- you are cat/)]);
    await Promise.all([sees(ben, "ann", "cat", "dan", "rob"), sees(cat, "ann", "ben", "dan", "rob")]);
    return party;
  }

  /** Waits until everyone has read this line of talk or news, the bot in its own form. */
  async allRead(line: RegExp, frame: RegExp): Promise<void> {
    const people = [this.ben, this.cat, this.dan].map((each) => each.line(line));
    await Promise.all([...people, this.rob.line(frame)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of [this.dan, this.rob]) each.kill();
    await this.town[Symbol.asyncDispose]();
  }
}

test("whatever the door, all talk in #lobby, and privately", { skip }, async () => {
  await using party = await Party.gather();
  const { ben, cat, dan, rob } = party;
  for (const [name, one] of Object.entries({ ben, cat, dan, rob })) {
    one.type(`good morning from ${name}`);
    await party.allRead(new RegExp(`<${name}> good morning from ${name}$`), new RegExp(`"text":"good morning from ${name}"`));
  }
  ben.type("/msg dan psst, dan");
  await dan.line(/\*ben\* psst, dan$/);
  dan.type("/msg cat psst, cat");
  await cat.line(/\*dan\* psst, cat$/);
  cat.type("/msg rob psst, rob");
  await rob.line(/"text":"psst, rob"/);
  const ids = new Map((await party.town.people("ben")).entries().map(([name, { id }]) => [name, id]));
  rob.type(`@${ids.get("ben")} psst, ben`);
  await ben.line(/\*rob\* psst, ben$/);
  for (const one of [ben, cat, dan, rob]) one.type("that was all");
  await Promise.all([ben, cat, dan].map((one) => one.until((lines) => lines.filter((line) => line.includes("that was all")).length === 4)));
  const overheard = { ben: /psst, (?:cat|rob)/, cat: /psst, (?:dan|ben)/, dan: /psst, (?:rob|ben)/, rob: /psst, (?:dan|cat)/ };
  for (const [name, other] of Object.entries(overheard)) {
    const { lines } = { ben, cat, dan, rob }[name] as Running;
    assert.deepEqual(
      lines.filter((line) => other.test(line) && !line.includes("->") && !line.includes('"answer"')),
      [],
      name,
    );
  }
});

test("all see who is there, and whose guest", { skip }, async () => {
  await using party = await Party.gather();
  const { town, ben, cat, dan } = party;
  for (const one of [ben, cat, dan]) {
    one.type("/who");
    await one.until(
      (lines) => ["ann", "ben", "cat", "dan", "rob"].filter((name) => lines.some((line) => line.includes(`● ${name}`))).length >= 4,
    );
  }
  const people = await town.people("ben");
  assert.deepEqual(
    ["ann", "ben", "cat", "dan", "rob"].map((name) => people.get(name)?.status),
    Array(5).fill("online"),
  );
  assert.deepEqual(
    ["cat", "dan", "rob"].map((name) => people.get(name)?.via),
    Array(3).fill("guest"),
  );
  assert.match((await town.run("ben", ["people"])).out.join("\n"), /ann .*Room 12 \(hub\)/);
  assert.match((await town.run("ben", ["rooms"])).out.join("\n"), /Room 12 \(hub\)\s+3 guests/);
});

test("a rename, an edit, a leave and a kick reach everyone in their own form", { skip }, async () => {
  await using party = await Party.gather();
  const { town, ben, cat, dan, rob } = party;
  cat.type("/nick Kat");
  await party.allRead(/-- cat is now Kat$/, /"kind":"renamed".*"previous":"cat"|"previous":"cat".*"kind":"renamed"/);
  ben.type("tea is redy");
  await party.allRead(/<ben> tea is redy$/, /"text":"tea is redy"/);
  const edit = town.hostOf("ben").spawn(process.execPath, [program("edit-child.ts"), town.home("ben"), "tea is redy", "tea is ready"]);
  await party.allRead(/\* ben changed "tea is redy" to "tea is ready"$/, /"kind":"edited"/);
  assert.equal((await edit.ended()).code, 0);
  const ann = town.start("ann", "chat");
  await ann.line(/-- you are ann/);
  ann.type("/kick Kat too loud");
  await Promise.all([ben, dan].map((one) => one.line(/-- .*Kat.* kicked by ann.*too loud/)));
  await rob.line(/"kind":"announced"/);
  assert.equal((await cat.ended()).code, 1);
  assert.match(cat.errors, /too loud/);
  dan.type("/quit");
  await dan.ended();
  await Promise.all([ben.line(/-- dan left #lobby$/), rob.line(/"dan"/)]);
});
