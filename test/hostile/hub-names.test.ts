// Names of guests, rooms and topics that try to be more than names, and moderators who try to do more than they may.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { LOBBY } from "../../src/core/room.ts";
import { codeOf, HubSiege, type Visitor } from "./hub-siege.ts";

let siege: HubSiege;
before(async () => {
  siege = await HubSiege.begin('topics = "everyone"\n');
});
after(() => siege[Symbol.asyncDispose]());

const NAMES: readonly (readonly [what: string, name: string])[] = [
  ["a path", "../../etc/passwd"],
  ["dots", ".."],
  ["a family of emoji", "👩‍👩‍👧‍👦"],
  ["flags", "🏳️‍🌈🇪🇺"],
  ["a mark of right to left", "\u202ewes"],
  ["another of them", "wes\u2067"],
  ["zero width", "we\u200bs"],
  ["a joiner in a known name", "we\u200ds"],
  ["a pile of marks", `z${"\u0301".repeat(40)}`],
  ["10,000 characters", "x".repeat(10_000)],
  ["percent signs", "100%41%2F%00"],
  ["slashes", "a/b"],
  ["a prototype", "__proto__"],
  ["a constructor", "constructor"],
  ["a method", "toString"],
  ["NUL", "nu\0l"],
  ["a name in capitals", "WES"],
  ["a name in full width", "ｗｅｓ"],
  ["the owner's", "olga"],
  ["the owner's with a Cyrillic о", "оlga"],
  ["the hub's", "Room 12"],
  ["a moderator's", "Moderator"],
  ["nothing", ""],
  ["spaces", "   "],
  ["a line end", "a\nb"],
  ["an escape", "\x1b[2Jred"],
  ["markup", "<img src=x onerror=alert(1)>"],
  ["a room", "#lobby"],
  ["a person", "@wes"],
  ["an id", `${"a".repeat(52)}/wes`],
  ["half a surrogate", "\ud800"],
  ["the filler of Hangul", "\u3164"],
  ["an empty cell of Braille", "\u2800"],
  ["only digits", "0"],
];

/** Never seen by anyone in a name. */
const UNREADABLE = /[\p{Cc}\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/u;

async function knockAs(name: string) {
  const client = siege.knock();
  await client.until(({ event }) => event === "hello");
  const answer = await client.ask(1, "enter", { name });
  return { client, answer };
}

describe("a name through the door for browsers", () => {
  for (const [what, name] of NAMES) {
    it(`${what} is a name that others can read, or refused`, async () => {
      const { client, answer } = await knockAs(name);
      if (codeOf(answer) !== "ok") {
        assert.match(codeOf(answer), /^(bad-input|in-use)$/);
        client.socket.terminate();
        return;
      }
      const welcome = await client.until(({ event }) => event === "welcome");
      const { id } = welcome.self as { readonly id: string };
      const shown = decodeURIComponent(id.slice(53));
      assert.doesNotMatch(shown, UNREADABLE);
      assert.ok(shown.length < 200 && !shown.includes("/"));
      assert.notEqual(shown.normalize("NFKC").toLowerCase(), "wes");
      assert.notEqual(shown.toLowerCase(), "olga");
      const said = await client.ask(2, "say", { room: LOBBY, text: `I am ${what}` });
      assert.equal(codeOf(said), "ok");
      await siege.wes.barrier.until(() => siege.wes.heard.includes(`I am ${what}`));
      client.socket.close(1000);
      await client.closed();
    });
  }
});

describe("names of rooms, topics and states", () => {
  let mallory: Visitor;
  before(async () => {
    mallory = await siege.enter("mallory");
  });
  after(() => mallory.drop());

  it("a room that is no room is refused, others are", async () => {
    const rooms = [
      "#../../x",
      "#",
      "#a b",
      "#a/b",
      "#\u202ex",
      "#we\u200bs",
      "#\0",
      `#${"x".repeat(10_000)}`,
      "#%2e%2e",
      "#<b>",
      "@",
      "@wes",
      "lobby",
    ];
    for (const room of rooms) assert.equal(await mallory.code("join", { room }), "bad-input", room);
    for (const room of ["#__proto__", "#constructor", "#👩‍👩‍👧‍👦", "#.."]) assert.equal(await mallory.code("join", { room }), "ok", room);
    assert.equal(await mallory.code("rooms"), "ok");
  });

  it("a topic and a state are one line that others can read", async () => {
    const evil = "to\u202epic\n\x1b[2J-- wes left\r#lobby\u2028x\0";
    assert.equal(await mallory.code("setTopic", { room: "#__proto__", text: evil }), "ok");
    assert.equal(await mallory.code("setStatus", { status: "away", text: evil }), "ok");
    assert.equal(await mallory.code("setTopic", { room: "#__proto__", text: "x".repeat(200_000) }), "too-large");
    const rooms = JSON.stringify((await mallory.ask("rooms")).result);
    const people = JSON.stringify((await mallory.ask("people")).result);
    for (const text of [rooms, people]) {
      assert.doesNotMatch(text, UNREADABLE);
      assert.doesNotMatch(text, /\\u00(1b|00)|\\n|\\r/);
    }
  });
});

describe("those who look after a hub", () => {
  let [mod, guest]: Visitor[] = [];
  const hub = (who: Visitor | undefined, action: object): Promise<string> => (who as Visitor).code("hub", { action });
  const idOf = (name: string): string => siege.wes.chat.self().id.replace("/wes", `/${encodeURIComponent(name)}`);

  before(async () => {
    [mod, guest] = [await siege.enter("maud"), await siege.enter("gus")];
    assert.equal(await hub(mod, { kind: "register", password: "a long password" }), "ok");
    assert.equal(await hub(await siege.enter("mona"), { kind: "register", password: "a long password" }), "ok");
    const olga = siege.homes.start("olga", "chat");
    for (const name of ["maud", "mona"]) {
      olga.type(`/role ${name} moderator`);
      await olga.line(new RegExp(`${name} is a moderator now`));
    }
    olga.type("/quit");
    await olga.ended();
  });

  for (const [what, action] of [
    ["kicks", () => ({ kind: "kick", person: idOf("wes"), reason: "" })],
    ["bans", () => ({ kind: "ban", whom: "wes", minutes: 0, reason: "" })],
    ["announces", () => ({ kind: "announce", text: "I am the hub" })],
    ["makes a moderator of itself", () => ({ kind: "role", name: "gus", role: "moderator" })],
    ["reads the audit log", () => ({ kind: "audit", limit: 10_000 })],
    ["lists the members", () => ({ kind: "members" })],
    ["lists the bans", () => ({ kind: "bans" })],
  ] as const) {
    it(`a guest who ${what} is refused`, async () => assert.equal(await hub(guest, action()), "not-allowed"));
  }

  it("moderators act neither on each other, nor on the owner, nor on themselves", async () => {
    for (const person of [idOf("mona"), idOf("maud"), ownerId()]) {
      assert.equal(await hub(mod, { kind: "kick", person, reason: "" }), "not-allowed", person);
      assert.equal(await hub(mod, { kind: "mute", person, minutes: 0 }), "not-allowed", person);
      assert.equal(await hub(mod, { kind: "ban", whom: person, minutes: 0, reason: "" }), "not-allowed", person);
    }
    for (const whom of ["mona", "MONA", "olga", "оlga"])
      assert.equal(await hub(mod, { kind: "ban", whom, minutes: 0, reason: "" }), "not-allowed", whom);
    assert.equal(await hub(mod, { kind: "role", name: "gus", role: "moderator" }), "not-allowed");
  });

  it("a range that holds themselves, their like or the owner's computer is not banned", async () => {
    for (const whom of ["0.0.0.0/0", "127.0.0.0/8", "127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "0.0.0.0/1"]) {
      assert.equal(await hub(mod, { kind: "ban", whom, minutes: 0, reason: "" }), "not-allowed", whom);
    }
    assert.equal((await siege.owner("people")).length > 0, true);
  });

  it("what is no range, no name and no number is refused, and nobody is banned", async () => {
    const whoms = ["1.2.3.4/33", "1.2.3.4/-1", "::/129", "300.1.1.1/8", "1.2.3/8", "/8", "", "..", "\0", "1.2.3.4/8/8"];
    for (const whom of whoms) await hub(mod, { kind: "ban", whom, minutes: 1, reason: "" });
    const actions: readonly object[] = [
      { kind: "ban", whom: "x", minutes: 1e12, reason: "" },
      { kind: "ban", whom: "x", minutes: -1, reason: "" },
      { kind: "ban", whom: "x", minutes: 0.5, reason: "" },
      { kind: "ban", whom: "x", minutes: 0, reason: "x".repeat(10_000) },
      { kind: "slow", room: LOBBY, seconds: 1e9 },
      { kind: "close", room: LOBBY, to: "__proto__" },
      { kind: "role", name: "wes", role: "owner" },
      { kind: "fly" },
      { kind: "__proto__" },
      {},
    ];
    for (const action of actions) assert.equal(await hub(mod, action), "bad-input", JSON.stringify(action));
    await assertNobody();
  });

  it("a reason is one line that others can read", async () => {
    const reason = "spam\n[14:02] <wes> I give up\x1b[2J\u202e";
    const victim = await siege.enter("victor");
    assert.equal(await hub(mod, { kind: "kick", person: idOf("victor"), reason }), "ok");
    assert.equal(await victim.client.closed(), 4003);
    const farewell = victim.client.frames.find(({ event }) => event === "farewell");
    assert.doesNotMatch(String(farewell?.text), UNREADABLE);
    await siege.wes.barrier.until(() => siege.wes.events.some((event) => event.kind === "announced" && event.text.includes("victor")));
    for (const event of siege.wes.events) if (event.kind === "announced") assert.doesNotMatch(event.text, UNREADABLE);
    for (const row of (await siege.owner("history", LOBBY)).filter((line) => line.includes("I give up"))) assert.match(row, /victor/);
  });

  it("who is kicked and comes back at once, again and again, is stopped by a ban", async () => {
    const { token, client } = await siege.enter("boomerang");
    client.socket.terminate();
    for (let n = 0; n < 20; n++) {
      const back = siege.knock(token);
      await back.until(({ event }) => event === "welcome");
      assert.equal(await hub(mod, { kind: "kick", person: idOf("boomerang"), reason: "" }), "ok");
      assert.equal(await back.closed(), 4003);
    }
    assert.equal(await hub(mod, { kind: "ban", whom: "boomerang", minutes: 5, reason: "" }), "ok");
    assert.equal(await siege.knock(token).closed(), 4003);
    const { answer } = await knockAs("BOOMERANG");
    assert.equal(codeOf(answer), "not-allowed");
  });

  it("what is asked for again after a lost connection is done once", async () => {
    const { client, token } = mod as Visitor;
    const request = { action: { kind: "announce", text: "the break is at ten" } };
    assert.equal(codeOf(await client.ask(5_000, "hub", request, "nonce-of-maud.1")), "ok");
    client.socket.terminate();
    const back = siege.knock(token);
    await back.until(({ event }) => event === "welcome");
    assert.equal(codeOf(await back.ask(1, "hub", request, "nonce-of-maud.1")), "ok");
    assert.equal(codeOf(await back.ask(2, "hub", { action: { kind: "announce", text: "that was all" } })), "ok");
    const told = () => siege.wes.events.flatMap((event) => (event.kind === "announced" ? [event.text] : []));
    await siege.wes.barrier.until(() => told().some((text) => text.includes("that was all")));
    assert.equal(told().filter((text) => text.includes("the break is at ten")).length, 1);
    back.socket.terminate();
  });

  /** Of those who are here. */
  async function assertNobody(): Promise<void> {
    assert.equal(await (guest as Visitor).code("say", { room: LOBBY, text: "still here" }), "ok");
  }
});

function ownerId(): string {
  return siege.wes.chat.self().id.slice(0, 52);
}
