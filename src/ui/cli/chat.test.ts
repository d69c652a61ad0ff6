import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ChatError } from "../../core/errors.ts";
import type { Conversation } from "../../core/ids.ts";
import { LOBBY } from "../../core/room.ts";
import { FakeChat, here, message, person } from "./testing/fake-chat.ts";
import { start } from "./testing/run-command.ts";

const me = person("m", "me");
const ann = person("a", "ann");
const lee = person("l", "ann lee");
const tea = "#tea" as Conversation;
const STAMP = /\[\d\d:\d\d\] /g;
const soon = () => new Date(Date.now() + 5000).toISOString();

/** Types all lines into `earshot chat`, ends the input, and answers with what came out, without times. */
async function talk(chat: FakeChat, ...lines: readonly string[]): Promise<readonly string[]> {
  const running = start(chat, "chat");
  running.type(lines.map((line) => `${line}\n`).join(""));
  running.endInput();
  await running.done;
  return running.out().replace(STAMP, "").split("\n").slice(0, -1);
}

const newChat = () => new FakeChat(me, [here(ann), here(lee)]);
const texts = (chat: FakeChat) => chat.said.map(({ room, text }) => `${room.slice(0, 6)} ${text}`);

describe("what is typed", () => {
  test("is said in the room, line by line, and comes out", async () => {
    const chat = newChat();
    const out = await talk(chat, "hello", "", "there ");
    assert.deepEqual(texts(chat), ["#lobby hello", "#lobby there "]);
    assert.deepEqual(out.slice(-2), ["<me> hello", "<me> there "]);
  });

  test("goes out even when the last line has no end", async () => {
    const chat = newChat();
    const running = start(chat, "chat");
    running.type("no end");
    running.endInput();
    await running.done;
    assert.deepEqual(texts(chat), ["#lobby no end"]);
  });

  test("goes out completely and in order when there are 10,000 lines", async () => {
    const chat = newChat();
    const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index}`);
    const out = await talk(chat, ...lines);
    assert.deepEqual(
      texts(chat),
      lines.map((line) => `#lobby ${line}`),
    );
    assert.equal(out.filter((line) => line.startsWith("<me> line")).length, 10_000);
  });

  test("is split where it is too long for one message", async () => {
    const chat = newChat();
    await talk(chat, "é".repeat(70_000));
    assert.ok(chat.said.length > 1);
    assert.equal(chat.said.map(({ text }) => text).join(""), "é".repeat(70_000));
    for (const { text } of chat.said) assert.ok(Buffer.byteLength(text) <= 60_000);
  });

  test("is tried again when it could not be said for the moment", async () => {
    const chat = Object.assign(newChat(), { refusals: [new ChatError("rate-limited", "too fast")] });
    await talk(chat, "hello");
    assert.deepEqual(texts(chat), ["#lobby hello"]);
  });

  test("is told with its text when it cannot be said", async () => {
    const chat = Object.assign(newChat(), { refusals: [new ChatError("storage", "the disk is full")] });
    const out = (await talk(chat, "precious", "next")).join("\n");
    assert.match(out, /-- not said: the disk is full\n {8}precious/);
    assert.deepEqual(texts(chat), ["#lobby next"]);
  });

  test("ends with exit, /exit or /quit, and nothing after it is said", async () => {
    for (const leave of ["exit", "/exit", "/quit"]) {
      const chat = newChat();
      await talk(chat, "hello", leave, "lost");
      assert.deepEqual(texts(chat), ["#lobby hello"]);
    }
  });
});

describe("commands", () => {
  const cases: readonly (readonly [line: string, calls: readonly string[], said: readonly string[]])[] = [
    ["/nick anna", ["rename anna"], []],
    ["/msg ann psst you", [], ["@aaaaa psst you"]],
    ["/msg @ann lee hi", [], ["@lllll hi"]],
    ["/MSG ann·aaaa hi", [], ["@aaaaa hi"]],
    ["/join tea", ["join #tea"], []],
    ["/topic all about tea", ["topic #lobby all about tea"], []],
    ["/me waves", [], ["#lobby /me waves"]],
    ["/away lunch time", ["status away lunch time"], []],
    ["/back", ["status online"], []],
    ["/status baking", ["status online baking"], []],
    ["//slash", [], ["#lobby /slash"]],
    ["/register s3cret", ['hub {"kind":"register","password":"s3cret"}'], []],
    [" /login ann lee s3cret", ['hub {"kind":"login","name":"ann lee","password":"s3cret"}'], []],
    ["//login ann s3cret", [], []],
    ["/login ann", [], []],
    ["/kick ann lee too loud", [`hub {"kind":"kick","person":"${"l".repeat(52)}","reason":"too loud"}`], []],
    ["/ban ann 30 enough", ['hub {"kind":"ban","whom":"ann","minutes":30,"reason":"enough"}'], []],
    ["/ban 10.0.0.0/8", ['hub {"kind":"ban","whom":"10.0.0.0/8","minutes":0,"reason":""}'], []],
    ["/ban zoe enough", ['hub {"kind":"ban","whom":"zoe","minutes":0,"reason":"enough"}'], []],
    ["/unban fe80::1", ['hub {"kind":"unban","whom":"fe80::1"}'], []],
    ["/bans", ['hub {"kind":"bans"}'], []],
    ["/mute ann 5", [`hub {"kind":"mute","person":"${"a".repeat(52)}","minutes":5}`], []],
    ["/unmute ann", [`hub {"kind":"unmute","person":"${"a".repeat(52)}"}`], []],
    ["/slow here 10", ['hub {"kind":"slow","room":"#lobby","seconds":10}'], []],
    ["/close", ['hub {"kind":"close","room":"#lobby","to":"guests"}'], []],
    ["/close tea everyone", ['hub {"kind":"close","room":"#tea","to":"everyone"}'], []],
    ["/close tea", ['hub {"kind":"close","room":"#tea","to":"guests"}'], []],
    ["/open tea", ['hub {"kind":"close","room":"#tea","to":"nobody"}'], []],
    ["/announce tea is ready", ['hub {"kind":"announce","text":"tea is ready"}'], []],
    ["/role ann lee moderator", ['hub {"kind":"role","name":"ann lee","role":"moderator"}'], []],
    ["/members", ['hub {"kind":"members"}'], []],
    ["/audit 5", ['hub {"kind":"audit","limit":5}'], []],
  ];
  for (const [line, calls, said] of cases) {
    test(line, async () => {
      const chat = newChat();
      await talk(chat, line);
      assert.deepEqual(
        chat.calls.filter((call) => !call.startsWith("read")),
        calls,
      );
      assert.deepEqual(texts(chat), said);
    });
  }

  test("/join changes where the next line goes, /leave takes it back", async () => {
    const chat = newChat();
    await talk(chat, "one", "/join #Tea", "two", "/join @ann", "three", "/leave", "four", "/join tea", "/leave", "five");
    assert.deepEqual(texts(chat), ["#lobby one", "#tea two", "@aaaaa three", "#lobby four", "#lobby five"]);
    assert.deepEqual(
      chat.calls.filter((call) => call.startsWith("leave")),
      ["leave #tea"],
    );
  });

  const refused: readonly (readonly [line: string, why: RegExp])[] = [
    ["/frob", /"\/frob" is not a command/],
    ["/histroy", /did you mean \/history\?/],
    ["/nick", /something is missing: \/nick NAME/],
    ["/msg ann", /something is missing: \/msg NAME TEXT/],
    ["/msg zoe hi", /nobody here is called "zoe"/],
    ["/join a b", /"a b" cannot be a room/],
    ["/leave", /#lobby is where everyone is/],
    ["/history 0", /N is a whole number from 1 to 10000, not "0"/],
    ["/login ann", /something is missing: \/login NAME PASSWORD/],
    ["//register secret", /not said, since it looks like a password/],
    ["/kick zoe", /nobody here is called "zoe": \/who/],
    ["/mute ann soon", /MINUTES is a whole number from 0 to 525600, not "soon"/],
    ["/role ann king", /"king" is no role/],
    ["/ban ann 999999999", /MINUTES is a whole number from 0 to /],
    ["/history x", /N is a whole number from 1 to 10000, not "x"/],
  ];
  for (const [line, why] of refused) {
    test(`${line} is answered with what is wrong, and talk goes on`, async () => {
      const chat = newChat();
      const out = await talk(chat, line, "on");
      assert.match(out.join("\n"), why);
      assert.deepEqual(texts(chat), ["#lobby on"]);
    });
  }

  test("/help lists every command, /who everyone who is here", async () => {
    const out = (await talk(newChat(), "/help", "/who")).join();
    for (const word of ["/nick NAME", "/msg NAME TEXT", "/topic [TEXT]", "/quit", "● ann, here", "● ann lee, here"])
      assert.ok(out.includes(word), word);
  });
});

describe("what comes in", () => {
  test("is shown in the one order, whatever the order of its coming", async () => {
    const chat = newChat();
    const running = start(chat, "chat");
    await running.shows("/help lists");
    const at = soon();
    chat.hear(message(lee, "second", at));
    chat.hear(message(ann, "first", at));
    await running.shows("second");
    running.endInput();
    await running.done;
    assert.match(running.out(), /<ann> first\n.*<ann lee> second\n/);
  });

  for (const [who, known, heading] of [
    ["those who were away", [message(ann, "known", new Date(Date.now() - 60_000).toISOString())], "while you were away"],
    ["newcomers", [], "from before you came"],
  ] as const) {
    test(`from before the start is told apart, and shown once, to ${who}`, async () => {
      const chat = newChat();
      chat.said.push(...known);
      const running = start(chat, "chat");
      await running.shows("/help lists");
      const earlier = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
      chat.hear(message(ann, "later", earlier(10)));
      chat.hear(message(ann, "earlier", earlier(20)));
      await running.shows("later");
      running.endInput();
      await running.done;
      assert.ok(running.out().replace(STAMP, "").includes(`-- 2 messages ${heading}\n<ann> earlier\n<ann> later\n`));
    });
  }

  test("tells nothing of old comings, names and announcements to somebody new, and of own comings once", async () => {
    const chat = newChat();
    const running = start(chat, "chat");
    await running.shows("/help lists");
    const moved = { kind: "joined", room: tea, cursor: 1 } as const;
    const old = { person: ann, at: "2026-11-01T10:00:00Z", room: LOBBY, cursor: 1 } as const;
    chat.happen({ ...old, ...moved });
    chat.happen({ ...old, kind: "announced", text: "old news", by: ann });
    chat.happen({ ...old, kind: "renamed", previous: "anne", was: null });
    chat.happen({ ...moved, person: me, at: soon() });
    chat.happen({ ...moved, person: lee, at: soon() });
    await running.shows("joined");
    running.endInput();
    await running.done;
    assert.deepEqual(running.out().match(/\S+ \S* ?joined \S+|old news|is now/g), ["ann lee joined #tea"]);
  });

  test("tells of a crowd in one line", async () => {
    const chat = newChat();
    const running = start(chat, "chat");
    await running.shows("/help lists");
    for (const name of ["zoe", "eve", "ben", "dan"])
      chat.happen({ kind: "presence", person: here(person(name[0] ?? "", name)), cursor: null });
    await running.shows("joined");
    running.endInput();
    await running.done;
    assert.match(running.out(), /-- ben, dan, eve and zoe joined #lobby\n/);
  });

  test("tells once that somebody comes and goes, whenever its two events come", async () => {
    const chat = newChat();
    const running = start(chat, "chat");
    await running.shows("/help lists");
    const zoe = person("z", "zoe");
    for (const [kind, status] of [
      ["joined", "online"],
      ["left", "offline"],
    ] as const) {
      chat.happen({ kind: "presence", person: here(zoe, { status }), cursor: null });
      await running.shows(`zoe ${kind} #lobby`);
      chat.happen({ kind, room: LOBBY, person: zoe, at: new Date().toISOString(), cursor: null });
    }
    chat.hear(message(ann, "the end", soon()));
    await running.shows("the end");
    running.endInput();
    await running.done;
    const news = running
      .out()
      .replace(STAMP, "")
      .split("\n")
      .filter((line) => line.includes("zoe"));
    assert.deepEqual(news, ["-- zoe joined #lobby", "-- zoe left #lobby"]);
  });

  test("tells of a guest's new name, not of a leaving and a coming", async () => {
    const chat = newChat();
    const running = start(chat, "chat");
    await running.shows("/help lists");
    const [was, is] = [person("y", "zoe"), person("z", "zora")];
    chat.happen({ kind: "presence", person: here(was), cursor: null });
    await running.shows("zoe joined");
    chat.happen({ kind: "presence", person: here(was, { status: "offline" }), cursor: null });
    chat.happen({ kind: "presence", person: here(is), cursor: null });
    chat.happen({ kind: "renamed", person: is, previous: "zoe", was: was.id, at: soon(), cursor: 1 });
    await running.shows("zoe is now zora");
    running.endInput();
    await running.done;
    assert.deepEqual(running.out().match(/zo\w+ (joined|left)/g), ["zoe joined"]);
  });

  test("never shows a control character", async () => {
    const chat = newChat();
    const running = start(chat, "chat");
    await running.shows("/help lists");
    chat.hear(message(person("x", "x\x1b[31m"), "a\x1b]0;title\x07b\x9b2Jc\x00", soon()));
    await running.shows("<x");
    running.endInput();
    await running.done;
    assert.doesNotMatch(running.out(), /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  test("at the start: the last messages, and what was missed, which then is read", async () => {
    const chat = newChat();
    const old = (minute: number) => new Date(Date.now() - 3_600_000 + minute * 60_000).toISOString();
    for (let minute = 0; minute < 30; minute++) chat.said.push(message(ann, `m${minute}`, old(minute)));
    const direct = `@${ann.id}` as Conversation;
    chat.said.push(message(ann, "psst", old(31), { room: direct }));
    const room = { topic: "", joined: true, here: 1, last: null };
    chat.roomList = [
      { ...room, room: LOBBY, kind: "open", name: "lobby", unread: 2 },
      { ...room, room: direct, kind: "direct", name: "ann", unread: 1 },
      { ...room, room: tea, kind: "open", name: "tea", unread: 0 },
    ];
    const out = (await talk(chat)).join("\n");
    assert.ok(out.startsWith("-- 1 message while you were away in @ann\n*ann* psst\n<ann> m10\n"), out);
    assert.match(out, /<ann> m27\n-- 2 messages while you were away\n<ann> m28\n<ann> m29\n-- you are me, in #lobby/);
    assert.deepEqual([...new Set(chat.calls)], [`read ${direct}`, "read #lobby"]);
  });
});

test("Ctrl+C ends chat without an error", async () => {
  const running = start(newChat(), "chat");
  await running.shows("/help lists");
  running.interrupt();
  await running.done;
});

test("a room on the command line is joined, and one that cannot be is refused", async () => {
  const chat = newChat();
  const running = start(chat, "chat", "tea");
  running.type("hi\n");
  running.endInput();
  await running.done;
  assert.deepEqual(texts(chat), ["#tea hi"]);
  assert.ok(chat.calls.includes("join #tea"));
  await assert.rejects(start(newChat(), "chat", "a b").done, /cannot be a room/);
});
