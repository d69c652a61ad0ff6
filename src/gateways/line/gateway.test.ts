// The line gateway as people with netcat meet it: over real sockets.

import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import { ChatError } from "../../core/errors.ts";
import { personOf } from "../../core/ids.ts";
import { LOBBY } from "../../core/room.ts";
import { Hall, HOST } from "./testing/hall.ts";
import { type LinePeer, Netcat, startLinePeer } from "./testing/netcat.ts";

let hall: Hall;
let peer: LinePeer;
const open: Netcat[] = [];

beforeEach(async () => {
  await end();
  hall = new Hall();
  peer = await startLinePeer(hall);
});
after(() => end());

async function end(): Promise<void> {
  for (const { socket } of open.splice(0)) socket.destroy();
  await peer?.close();
}

const knock = (): Netcat => {
  const person = new Netcat(peer.port);
  open.push(person);
  return person;
};

async function enter(name: string): Promise<Netcat> {
  const person = await Netcat.enter(peer.port, name);
  open.push(person);
  return person;
}

const ann = { id: personOf(HOST, "ann"), name: "ann" };
const texts = () => hall.said.map(({ from, text }) => `${from.name}: ${text}`);

describe("coming in", () => {
  it("begins with the hub's title, its welcome and a question", async () => {
    hall.welcome = "Be kind.\nThe teacher reads along.";
    const person = knock();
    await person.sees("what is your name?\n");
    assert.equal(
      person.text,
      "-- this is Room 12, a hub of Earshot: plain lines, in UTF-8\n-- Be kind.\n        The teacher reads along.\n-- what is your name?\n",
    );
  });

  it("goes on with who one is, the topic and the last 50 messages, then talk", async () => {
    hall.topic = "tea";
    for (let n = 1; n <= 60; n++) hall.hear(ann, `m${n}`);
    const person = await enter("bob");
    person.type("hello");
    await person.sees("<bob> hello\n");
    assert.match(person.text, /-- you are bob, in #lobby, with nobody else yet\. .*\n-- the topic of #lobby: tea\n<ann> m11\n/);
    assert.match(person.text, /<ann> m60\n<bob> hello\n$/);
  });

  it("takes what is typed ahead for what it is, and loses none of it", async () => {
    const person = knock();
    person.send("ann\none\ntwo\nexit\n");
    assert.match(await person.closed(), /-- you are ann,[^\n]*\n<ann> one\n<ann> two\n-- goodbye\n$/);
  });

  it("asks again where a name is taken, and takes no line typed ahead for a name", async () => {
    await enter("ann");
    const person = knock();
    person.send("ann\nhello\n");
    await person.sees("-- ann is here already\n-- what is your name?\n");
    person.type("bob");
    await person.sees("<bob> hello\n");
    assert.deepEqual(hall.here, ["ann", "bob"]);
  });

  it("says why a name will not do", async () => {
    const person = knock();
    person.type("a/b");
    await person.sees("-- that cannot be a name\n-- what is your name?\n");
    person.type("/msg ann hi");
    await person.sees("-- first a name, then commands\n-- what is your name?\n");
    person.type("exit");
    assert.match(await person.closed(), /-- goodbye\n$/);
  });

  it("asks members for their password, and says it to nobody", async () => {
    hall.members.set("ann", "s3cret");
    const person = knock();
    person.send("ann\nwrong\n/join tea\nlater\n");
    await person.sees("-- ann is a member here: what is the password?");
    await person.sees("-- wrong password\n-- what is your name?\n");
    await person.sees('-- not said: "later"\n');
    person.type("/login ann s3cret");
    await person.sees("-- you are ann,");
    person.type("done");
    await person.sees("<ann> done");
    assert.deepEqual(texts(), ["ann: done"]);
  });

  it("refuses whom the hub does not admit", async () => {
    hall.refusesAll = "too many from your address";
    assert.equal(await knock().closed(), "-- too many from your address\n");
  });

  it("bounds who waits without a name: the oldest goes", async () => {
    await peer.close();
    peer = await startLinePeer(hall, { nameless: 2 });
    const people = [knock()];
    for (const person of people) await person.sees("name?");
    people.push(knock(), knock());
    assert.match((await people[0]?.closed()) ?? "", /-- too many wait here without a name: goodbye\n$/);
    await people[2]?.sees("name?");
  });

  it("ends for want of a name in time", async () => {
    await peer.close();
    peer = await startLinePeer(hall, { patience: 20 });
    assert.match(await knock().closed(), /-- no name within two minutes: goodbye\n$/);
  });
});

describe("talk", () => {
  it("reaches all, and one alone where it is direct", async () => {
    const [one, two, three] = [await enter("ann"), await enter("bob"), await enter("eve lee")];
    one.type("hello all", "/msg bob psst", "/msg eve lee hey", "/me waves", "bye");
    for (const each of [one, two, three]) await each.sees("<ann> bye\n");
    assert.match(one.text, /<ann> hello all\n-> \*bob\* psst\n-> \*eve lee\* hey\n\* ann waves\n<ann> bye\n$/);
    assert.match(two.text, /<ann> hello all\n\*ann\* psst\n\* ann waves\n<ann> bye\n$/);
    assert.match(three.text, /<ann> hello all\n\*ann\* hey\n\* ann waves\n<ann> bye\n$/);
  });

  it("in another room names it, except for those who are there", async () => {
    const [one, two] = [await enter("ann"), await enter("bob")];
    two.type("/join tea");
    await two.sees("-- you are in #tea");
    two.type("here");
    await two.sees("<bob> here\n");
    one.type("there");
    await two.sees("#lobby <ann> there\n");
    await one.sees("#tea <bob> here\n<ann> there\n");
  });

  it("tells of edits, topics, renames, announcements and reactions", async () => {
    const person = await enter("bob");
    const message = hall.hear(ann, "y");
    const at = new Date().toISOString();
    const { id } = message;
    hall.tell([{ kind: "edited", message, previous: "x", by: ann, cursor: 900 }]);
    hall.tell([{ kind: "announced", room: LOBBY, text: "eve was kicked", by: ann, at, cursor: 901 }]);
    hall.tell([{ kind: "reacted", room: LOBBY, id, by: ann, emoji: "👍", on: true, at, cursor: 902 }]);
    hall.tell([{ kind: "redacted", room: LOBBY, id, by: ann, at, cursor: 903 }]);
    person.type("/topic green tea", "/nick rob", "hello");
    await person.sees("<rob> hello\n");
    assert.match(
      person.text,
      /\* ann changed "x" to "y"\n-- at the hub of ann: eve was kicked\n-- ann reacted with 👍\n-- ann took a message back in #lobby\n-- bob set the topic of #lobby: green tea\n-- bob is now rob\n<rob> hello\n$/,
    );
    person.type("/msg rob note");
    await person.sees("-> *rob* note\n");
  });

  it("tells who comes and goes, a crowd in one line", async () => {
    const first = await enter("ann");
    const rest = await Promise.all(["bob", "dan", "eve", "zoe"].map(enter));
    await first.sees("-- bob, dan, eve and zoe joined #lobby\n");
    rest[0]?.type("exit");
    await first.sees("-- bob left #lobby\n");
    rest[1]?.socket.destroy();
    await first.sees("-- dan left #lobby\n");
    first.type("/who");
    await first.sees("-- ● eve, here, guest of host\n");
    assert.equal(first.text.match(/joined/g)?.length, 1);
  });

  it("answers what a command cannot do, and never says a password", async () => {
    const person = await enter("bob");
    person.type("/frob", "/register", " /register s3cret", "//login bob s3cret", "/kick bob too loud", "ok");
    await person.sees("<bob> ok\n");
    assert.match(person.text, /"\/frob" is not a command.*\n-- something is missing: \/register PASSWORD\n-- done\n-- not said, since/);
    assert.deepEqual(texts(), ["bob: ok"]);
    assert.deepEqual(hall.actions, [
      { kind: "register", password: "s3cret" },
      { kind: "kick", person: personOf(HOST, "bob"), reason: "too loud" },
    ]);
  });

  it("keeps what is said too fast in its order, and tells what cannot be said", async () => {
    const person = await enter("bob");
    const fast = new ChatError("rate-limited", "too fast");
    hall.refusals = [null, fast, fast, fast, fast, fast, fast, null, new ChatError("not-allowed", "you are muted")];
    person.type("1", "2", "3", "4", "5", "6");
    await person.sees("-- that is faster than this hub takes: the rest is said as it can be\n");
    await person.sees("-- not said: you are muted\n        3\n");
    await person.sees("<bob> 6\n");
    assert.deepEqual(
      hall.said.map(({ text }) => text),
      ["1", "2", "4", "5", "6"],
    );
  });

  it("has a line for a new day", async () => {
    const old = { at: "2026-01-05T12:00:00.000Z" };
    hall.hear(ann, "then", old);
    hall.hear(ann, "now");
    const person = await enter("bob");
    await person.sees("-- Monday, 5 January 2026\n<ann> then\n-- ");
    await person.sees("\n<ann> now\n");
    hall.hear(ann, "then again", old);
    await person.sees("-- Monday, 5 January 2026\n<ann> then again\n");
  });
});

describe("the end", () => {
  it("comes with that of the input, when all is said and stored", async () => {
    const person = knock();
    const lines = Array.from({ length: 2000 }, (_, index) => `line ${index}`);
    person.type("ann", ...lines);
    person.endInput();
    const text = await person.closed();
    assert.deepEqual(
      hall.said.map((message) => message.text),
      lines,
    );
    assert.match(text, /<ann> line 1999\n-- goodbye\n$/);
    assert.deepEqual(hall.here, []);
    assert.equal(hall.released, 1);
  });

  it("comes with the hub's words for whom it sends away", async () => {
    const [one, two] = [await enter("ann"), await enter("bob")];
    await one.sees("-- bob joined #lobby");
    hall.end("bob", { code: "kicked", text: "you were kicked by ann: too loud" });
    assert.match(await two.closed(), /-- you were kicked by ann: too loud\n$/);
    await one.sees("-- bob left #lobby");
  });

  it("comes to all when the hub closes, also to those who never read", async () => {
    const [one, two] = [await enter("ann"), knock()];
    one.type("last words");
    await one.sees("last words");
    await two.sees("name?");
    await peer.close();
    assert.match(await one.closed(), /-- this hub is closing; connect again later\n$/);
    assert.match(await two.closed(), /-- this hub is closing; connect again later\n$/);
  });

  it("comes to a reader who falls behind, with a reason, and nobody else notices", async () => {
    const [slow, quick] = [await enter("slow"), await enter("quick")];
    slow.socket.pause();
    while (peer.gateway.stats.dropped === 0) {
      hall.hear(ann, "x".repeat(50_000));
      await new Promise(setImmediate);
    }
    slow.socket.resume();
    assert.match((await slow.closed()).slice(-100), /-- you fell too far behind what is said here; connect again to go on\n$/);
    await quick.sees("slow left");
    quick.type("still here");
    await quick.sees("<quick> still here\n");
    assert.equal(quick.text.match(/<ann> /g)?.length, hall.said.length - 1);
  });
});

describe("lines end", () => {
  it("in LF, and in CRLF for who sends them so", async () => {
    const [unix, windows] = [await enter("ann"), knock()];
    windows.send("bob\r\nhi\r\n");
    await windows.sees("<bob> hi\r\n");
    await unix.sees("<bob> hi\n");
  });
});
