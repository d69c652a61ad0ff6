// send, tail, history, search, export, people and rooms against a Chat that keeps what it is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation, EntryId, PersonId } from "../../core/ids.ts";
import { LOBBY } from "../../core/room.ts";
import { FakeChat, here, message, person } from "./testing/fake-chat.ts";
import { start } from "./testing/run-command.ts";

const me = person("m", "me");
const ann = person("a", "ann");
const direct = `@${ann.id}` as Conversation;

/** What a command answers. */
async function answer(chat: FakeChat, ...argv: readonly string[]): Promise<readonly string[]> {
  const running = start(chat, ...argv);
  await running.done;
  return running.out().split("\n").slice(0, -1);
}

const texts = (lines: readonly string[]) => lines.map((line) => String(JSON.parse(line).text));

/** A room with `count` messages, one a minute from 2026-11-01T00:00Z. */
function withPast(count: number): FakeChat {
  const chat = new FakeChat(me, [here(ann)]);
  for (let minute = 0; minute < count; minute++) {
    const at = new Date(Date.UTC(2026, 10, 1, 0, minute)).toISOString();
    chat.said.push(message(ann, `m${minute}`, at, { id: minute.toString(16).padStart(64, "0") as EntryId }));
  }
  return chat;
}

const idOf = (minute: number) => minute.toString(16).padStart(64, "0");

test("history shows the newest 50, or as many as asked for, oldest first", async () => {
  const chat = withPast(1300);
  const shown = texts(await answer(chat, "history", "#lobby", "--json"));
  assert.deepEqual([shown.length, shown[0], shown.at(-1)], [50, "m1250", "m1299"]);
  const more = texts(await answer(chat, "history", "#lobby", "--json", "--limit", "1200"));
  assert.deepEqual([more.length, more[0], more.at(-1)], [1200, "m100", "m1299"]);
});

test("--since takes in what was said then, --before leaves it out, ids are places, too", async () => {
  const chat = withPast(1300);
  const range = async (...argv: string[]) => {
    const shown = texts(await answer(chat, argv[0] ?? "", "#lobby", "--json", ...argv.slice(1)));
    return [shown[0], shown.at(-1), shown.length];
  };
  for (const command of ["history", "export"]) {
    const times = ["--since", "2026-11-01T00:10:00Z", "--before", "2026-11-01T00:20:00Z"];
    assert.deepEqual(await range(command, ...times), ["m10", "m19", 10]);
    assert.deepEqual(await range(command, "--since", idOf(10), "--before", idOf(20)), ["m11", "m19", 9]);
    assert.deepEqual(await range(command, ...times, "--limit", "3"), ["m17", "m19", 3]);
  }
  await assert.rejects(answer(chat, "history", "#lobby", "--since", "f".repeat(64)), { code: "not-found" });
});

test("export writes all there is", async () => {
  assert.equal((await answer(withPast(1300), "export", "#lobby")).length, 1300);
});

test("a day other than today has a line of its own", async () => {
  const lines = await answer(withPast(2), "history", "#lobby");
  assert.match(lines[0] ?? "", /^-- \w+, \d+ \w+ 2026$/);
  assert.equal(lines.length, 3);
});

test("search shows what was found, oldest first, with its room", async () => {
  const chat = withPast(30);
  chat.said.push(message(me, "m1 secret", "2026-11-02T10:00:00", { room: direct }));
  assert.deepEqual(await answer(chat, "search", "m1", "secret"), ["2026-11-02 10:00 @ann <me> m1 secret"]);
  const newest = await answer(chat, "search", "m2", "--limit", "3", "--json");
  assert.deepEqual(texts(newest), ["m27", "m28", "m29"]);
});

test("a message is one JSON object with the fields that scripts rely on", async () => {
  const chat = new FakeChat(me, [here(ann)]);
  chat.said.push(message(ann, "psst", "2026-11-21T10:30:00Z", { room: direct, id: idOf(1) as EntryId }));
  const [line = ""] = await answer(chat, "history", "@ann", "--json");
  const from = `{"id":"${ann.id}","name":"ann"}`;
  assert.equal(
    line,
    `{"event":"message","id":"${idOf(1)}","room":"@ann","from":${from},"text":"psst","at":"2026-11-21T10:30:00.000Z","edited":false,"replyTo":null}`,
  );
});

test("send says all words, or what comes in", async () => {
  const chat = new FakeChat(me, [here(ann)]);
  assert.deepEqual(await answer(chat, "send", "#Tea", "two", "words"), []);
  await answer(chat, "send", "@ANN", "hi");
  const piped = start(chat, "send", "@aaaa", "-");
  piped.type("rows\nand rows\n\n");
  piped.endInput();
  await piped.done;
  assert.deepEqual(
    chat.said.map(({ room, text }) => [room, text]),
    [
      ["#tea", "two words"],
      [direct, "hi"],
      [direct, "rows\nand rows"],
    ],
  );
});

test("send refuses what it cannot understand, and whom it cannot find or tell apart", async () => {
  const chat = new FakeChat(me, [here(ann), here(person("b", "Ann")), here(person("z", "zoe"))]);
  await assert.rejects(answer(chat, "send", "lobby", "hi"), { name: "UsageError" });
  await assert.rejects(answer(chat, "send", "#lobby", " "), { name: "UsageError" });
  await assert.rejects(answer(chat, "send", "@nobody", "hi"), { code: "not-found" });
  await assert.rejects(answer(chat, "send", "@ann", "hi"), { code: "ambiguous", message: /@ann·aaaa, @Ann·bbbb/ });
  await answer(chat, "send", "@ann·bbbb", "hi");
  assert.equal(chat.said[0]?.room, `@${"b".repeat(52)}`);
});

test("tail follows what it is told to, as lines or as objects", async () => {
  const chat = new FakeChat(me, [here(ann)]);
  const tail = start(chat, "tail", "#tea", "--json");
  const lines = start(chat, "tail");
  while (chat.watching < 2) await new Promise(setImmediate);
  chat.hear(message(ann, "elsewhere", new Date().toISOString()));
  chat.hear(message(ann, "here", new Date().toISOString(), { room: "#tea" as Conversation }));
  chat.happen({ kind: "presence", person: here(ann, { status: "away", text: "lunch" }), cursor: null });
  await tail.shows("lunch");
  await lines.shows("lunch");
  for (const running of [tail, lines]) running.interrupt();
  await Promise.all([tail.done, lines.done]);
  const objects = tail
    .out()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    objects.map(({ event, text }) => [event, text]),
    [
      ["message", "here"],
      ["presence", "lunch"],
    ],
  );
  assert.deepEqual(chat.calls, ["join #tea"]);
  assert.match(lines.out(), /<ann> elsewhere\n\S+ #tea <ann> here\n\S+ -- ann is away: lunch\n/);
});

test("people lists those who are here first, in columns that hold also for wide names", async () => {
  const chat = new FakeChat(me, [
    here(person("o", "zed"), { status: "offline" }),
    here(person("j", "日本"), { status: "away", text: "lunch" }),
  ]);
  assert.deepEqual(await answer(chat, "people"), ["●  me (you)  here", "◐  日本      away     lunch", "○  zed       offline"]);
  assert.deepEqual(
    (await answer(chat, "people", "--json")).map((line) => Object.keys(JSON.parse(line))),
    Array(3).fill(["id", "name", "status", "text", "via", "verified", "hub", "host"]),
  );
});

test("people says so when nobody is here", async () => {
  assert.match((await answer(new FakeChat(me), "people")).at(-1) ?? "", /^Nobody is here yet\./);
});

/** Ann has a hub with one guest, ben has a guest without a hub. */
function withGuests(): FakeChat {
  const ben = person("b", "ben");
  const guestOf = (host: typeof ann, name: string) => here({ id: `${host.id}/${name}` as typeof host.id, name }, { via: "guest", host });
  return new FakeChat(me, [here(ann, { hub: "Room 12" }), guestOf(ann, "gus"), here(ben), guestOf(ben, "hal")]);
}

test("people lists the guests who left last, and counts the others", async () => {
  const guests = Array.from({ length: 25 }, (_, index) =>
    here(person("g", `g${index + 10}`), {
      id: `${me.id}/g${index}` as PersonId,
      status: "offline",
      host: me,
      seen: `2026-11-21T10:${index + 10}:00.000Z`,
    }),
  );
  const lines = await answer(new FakeChat(me, guests), "people");
  assert.match(lines[1] ?? "", /^○ {2}g15 /);
  assert.deepEqual([lines.length, lines[21]], [23, "and 5 other guests who left"]);
});

test("people tells hubs, and whose guest somebody is", async () => {
  const chat = withGuests();
  assert.deepEqual(await answer(chat, "people"), [
    "●  ann       here  Room 12 (hub)",
    "●  ben       here",
    "●  gus       here  guest of Room 12",
    "●  hal       here  guest of ben",
    "●  me (you)  here",
  ]);
  const [owner, , guest] = (await answer(chat, "people", "--json")).map((line) => JSON.parse(line));
  assert.deepEqual([owner.hub, owner.host, guest.hub, guest.host], ["Room 12", null, null, { id: ann.id, name: "ann" }]);
});

test("rooms lists the hubs that are here after the rooms; for scripts there are rooms alone", async () => {
  const chat = withGuests();
  chat.roomList = [{ room: LOBBY, kind: "open", name: "lobby", joined: true, topic: "", here: 5, unread: 0, last: null }];
  assert.deepEqual(await answer(chat, "rooms"), ["#lobby         5 here", "Room 12 (hub)  1 guest      hub of ann"]);
  assert.equal((await answer(chat, "rooms", "--json")).length, 1);
});

test("rooms lists joined rooms first", async () => {
  const chat = new FakeChat(me, [here(ann)]);
  const room = { topic: "", here: 1, unread: 0, last: null };
  chat.roomList = [
    { ...room, room: "#all" as Conversation, kind: "open", name: "all", joined: false },
    { ...room, room: direct, kind: "direct", name: "ann", joined: true, unread: 2 },
    { ...room, room: LOBBY, kind: "open", name: "lobby", joined: true, topic: "hello" },
  ];
  const lines = await answer(chat, "rooms");
  assert.deepEqual(
    lines.map((line) => line.split(" ")[0]),
    ["#lobby", "@ann", "#all"],
  );
  assert.deepEqual(
    (await answer(chat, "rooms", "--json")).map((line) => JSON.parse(line).room),
    ["#lobby", "@ann", "#all"],
  );
});
