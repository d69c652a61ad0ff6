// The command line as scripts see it: processes, streams and exit codes.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { addressOf, Homes } from "./cli.ts";

const READY = /^ready ann [a-z2-7]{52} 127\.0\.0\.1:\d+$/;
const objects = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe("without a peer", () => {
  test("--version and --help answer on stdout with 0", async () => {
    await using homes = new Homes();
    const version = await homes.run("ann", ["--version"]);
    assert.deepEqual([version.code, version.err], [0, ""]);
    assert.match(version.out[0] ?? "", /^\d+\.\d+\.\d+$/);
    const help = await homes.run("ann", ["send", "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.out.join("\n"), /^Usage: earshot send TARGET TEXT…[\s\S]*Examples:/);
  });

  test("what is asked wrongly gives one line on stderr and 2", async () => {
    await using homes = new Homes();
    for (const argv of [["frobnicate"], ["run", "--port", "70000"], ["send", "#lobby"], ["send", "lobby", "hi"], ["chat", "a b"]]) {
      const { code, out, err } = await homes.runPeer("ann", argv);
      assert.deepEqual([code, out], [2, []], argv.join(" "));
      assert.match(err, /^earshot: [^\n]+\n$/);
    }
  });

  test("what cannot be done gives one line on stderr and 1", async () => {
    await using homes = new Homes();
    const { code, err } = await homes.run("ann", ["id", "--home", "/dev/null/nowhere"]);
    assert.equal(code, 1);
    assert.match(err, /^earshot: [^\n]+\n$/);
  });

  test("id tells the name and a key that stays", async () => {
    await using homes = new Homes();
    const first = await homes.run("ann", ["id", "--json", "--name", "ann"]);
    const [shown] = objects(first.out);
    assert.deepEqual(Object.keys(shown ?? {}), ["id", "name"]);
    assert.equal(shown?.name, "ann");
    assert.deepEqual((await homes.run("ann", ["id", "--json"])).out, first.out);
  });

  test("a reader who leaves early is no error", async () => {
    await using homes = new Homes();
    const program = fileURLToPath(new URL("../../bin/earshot.js", import.meta.url));
    const pipe = `for i in 1 2 3; do "${process.execPath}" "${program}" id --home "${homes.home("ann")}"; echo "code $?" >&2; done | true`;
    const { stderr } = spawnSync("sh", ["-c", pipe], { encoding: "utf8" });
    assert.equal(stderr, "code 0\n".repeat(3));
  });
});

describe("a peer of one's own", () => {
  test("send stores, history and export read it back, search finds it", async () => {
    await using homes = new Homes();
    const sent = await homes.runPeer("ann", ["send", "#lobby", "good", "morning", "--name", "ann"]);
    assert.equal(sent.code, 0, sent.err);
    assert.match(sent.err, /nobody has it yet/);
    assert.equal((await homes.runPeer("ann", ["send", "#lobby", "-"], "two\nrows\n")).code, 0);
    const history = await homes.runPeer("ann", ["history", "#lobby"]);
    assert.deepEqual(
      history.out.map((line) => line.replace(/\d\d:\d\d/, "14:02")),
      ["[14:02] <ann> good morning", "[14:02] <ann> two", "        rows"],
    );
    const [first] = objects((await homes.runPeer("ann", ["history", "#lobby", "--json"])).out);
    assert.deepEqual(Object.keys(first ?? {}), ["event", "id", "room", "from", "text", "at", "edited", "replyTo"]);
    const newer = await homes.runPeer("ann", ["history", "#lobby", "--since", String(first?.id), "--json"]);
    assert.deepEqual(
      objects(newer.out).map(({ text }) => text),
      ["two\nrows"],
    );
    const exported = await homes.runPeer("ann", ["export", "#lobby"]);
    assert.match(exported.out[0] ?? "", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d <ann> good morning$/);
    assert.match((await homes.runPeer("ann", ["search", "morn"])).out.join("\n"), /^\S+ \S+ #lobby <ann> good morning$/);
    assert.deepEqual((await homes.runPeer("ann", ["search", "nothing"])).out, []);
  });

  test("run says once where it can be reached, and leaves on SIGTERM and SIGINT with 0", async () => {
    await using homes = new Homes();
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const peer = homes.startPeer("ann", "run", "--name", "ann");
      await peer.line(READY);
      peer.kill(signal);
      assert.deepEqual(await peer.ended(), { code: 0, signal: null });
      assert.equal(peer.lines.length, 1);
    }
  });

  test("a second run for one home is refused with one line and 1", async () => {
    await using homes = new Homes();
    const peer = homes.startPeer("ann", "run", "--name", "ann");
    await peer.line(READY);
    const second = await homes.runPeer("ann", ["run"]);
    assert.deepEqual([second.code, second.out], [1, []]);
    assert.match(second.err, /^earshot: Earshot runs for this home already[^\n]+\n$/);
  });

  test("a port that is taken is told", async () => {
    await using homes = new Homes();
    const peer = homes.startPeer("ann", "run", "--name", "ann");
    const port = addressOf(await peer.line(READY)).split(":")[1] ?? "";
    const second = await homes.runPeer("ben", ["run", "--port", port]);
    assert.equal(second.code, 1);
    assert.match(second.err, new RegExp(`^earshot: port ${port} is in use[^\\n]+\\n$`));
  });

  test("a name that was given once is remembered, others get the login name", async () => {
    await using homes = new Homes();
    await homes.run("ann", ["id", "--name", "Ann Lee"]);
    const peer = homes.startPeer("ann");
    assert.match(await peer.line(/^ready/), /^ready Ann Lee /);
  });

  test("10,000 lines piped into chat are all said, in order", async () => {
    await using homes = new Homes();
    const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index}`);
    const chat = await homes.runPeer("ann", ["chat", "--name", "ann"], `${lines.join("\n")}\n`);
    assert.equal(chat.code, 0, chat.err);
    const told = chat.out.flatMap((line) => /<ann> (line \d+)$/.exec(line)?.[1] ?? []);
    assert.deepEqual(told, lines);
    const exported = await homes.runPeer("ann", ["export", "#lobby", "--json"]);
    assert.deepEqual(
      objects(exported.out).map(({ text }) => text),
      lines,
    );
  });
});

describe("the running peer of a home", () => {
  test("serves every command", async () => {
    await using homes = new Homes();
    const peer = homes.startPeer("ann", "run", "--name", "ann");
    await peer.line(READY);
    const tail = homes.start("ann", "tail", "--json");
    const chat = homes.start("ann", "chat");
    await chat.line(/you are ann/);
    const people = objects((await homes.run("ann", ["people", "--json"])).out);
    assert.deepEqual(Object.keys(people[0] ?? {}), ["id", "name", "status", "text", "via", "verified", "hub", "host"]);
    const sent = await homes.run("ann", ["send", "#lobby", "hello"]);
    assert.deepEqual([sent.code, sent.out, sent.err], [0, [], ""]);
    await chat.line(/^\[\d\d:\d\d\] <ann> hello$/);
    await tail.line(/"text":"hello"/);
    const rooms = objects((await homes.run("ann", ["rooms", "--json"])).out);
    assert.deepEqual(Object.keys(rooms[0] ?? {}), ["room", "kind", "topic", "joined", "here", "unread", "last"]);
    chat.type("exit");
    assert.equal((await chat.ended()).code, 0);
    tail.kill("SIGINT");
    assert.equal((await tail.ended()).code, 0);
    const other = await homes.run("ann", ["people", "--network", "other"]);
    assert.equal(other.code, 1);
    assert.match(other.err, /on the network test-/);
  });

  test("is found by commands that start together with it", async () => {
    await using homes = new Homes();
    const all = await Promise.all(["one", "two", "three"].map((word) => homes.runPeer("ann", ["send", "#lobby", word])));
    assert.deepEqual(
      all.map(({ code }) => code),
      [0, 0, 0],
      all.map(({ err }) => err).join(""),
    );
    const told = objects((await homes.runPeer("ann", ["history", "#lobby", "--json"])).out).map(({ text }) => text);
    assert.deepEqual(told.sort(), ["one", "three", "two"]);
  });
});

describe("a home", () => {
  test("lends a chat no peer that will soon leave", async () => {
    await using homes = new Homes();
    const sending = homes.startPeer("ann", "send", "#lobby", "short", "--name", "ann");
    const chat = homes.startPeer("ann", "chat", "--name", "ann");
    chat.type("\n");
    await sending.ended();
    chat.type("still here");
    await chat.line(/<ann> still here/);
    chat.eof();
    assert.equal((await chat.ended()).code, 0);
  });

  test("is reached by its commands whatever address its peer is bound to", async () => {
    await using homes = new Homes();
    const peer = homes.start("ann", "run", "--bind", "127.0.0.2", "--port", "0", "--network", homes.network, "--name", "ann");
    await peer.line(/^ready ann \S+ 127\.0\.0\.2:\d+$/);
    const sent = await homes.run("ann", ["send", "#lobby", "hello"]);
    assert.deepEqual([sent.code, sent.err], [0, ""]);
    const { out } = await homes.run("ann", ["history", "#lobby"]);
    assert.match(out.join(), /<ann> hello$/);
  });
});

describe("two people", () => {
  test("talk in rooms and directly, see each other come, change and go", async () => {
    await using homes = new Homes();
    const ann = homes.startPeer("ann", "chat", "--name", "ann");
    await ann.line(/you are ann/);
    const running = homes.start("ann", "people");
    await running.ended();
    const peer = homes.startPeer("ben", "run", "--name", "ben");
    const address = addressOf(await peer.line(/^ready ben/));
    peer.kill("SIGTERM");
    await peer.ended();
    const ben = homes.startPeer("ben", "chat", "--port", address.split(":")[1] ?? "0");
    await ben.line(/you are ben/);
    const zoe = homes.startPeer("zoe", "chat", "--name", "zoe", "--peer", address);
    await ben.line(/-- zoe joined #lobby$/);
    zoe.type("hello");
    await ben.line(/<zoe> hello$/);
    zoe.type("/msg ben psst");
    await ben.line(/\*zoe\* psst$/);
    await zoe.line(/-> \*ben\* psst$/);
    zoe.type("/me waves");
    await ben.line(/\* zoe waves$/);
    zoe.type("/away lunch");
    await ben.line(/-- zoe is away: lunch$/);
    zoe.type("/nick zora");
    await ben.line(/-- zoe is now zora$/);
    const sent = await homes.run("ben", ["send", "@zora", "back", "soon?", "--wait", "delivered"]);
    assert.equal(sent.code, 0, sent.err);
    await zoe.line(/\*ben\* back soon\?$/);
    zoe.eof();
    assert.equal((await zoe.ended()).code, 0);
    await ben.line(/-- zora left #lobby$/);
    ben.type("/quit");
    assert.equal((await ben.ended()).code, 0);
  });

  test("what is piped into chat has arrived when it leaves", async () => {
    await using homes = new Homes();
    const peer = homes.startPeer("ann", "run", "--name", "ann");
    const address = addressOf(await peer.line(READY));
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    const piped = await homes.runPeer("ben", ["chat", "--peer", address, "--no-discovery"], lines.join("\n"));
    assert.equal(piped.code, 0, piped.err);
    const read = objects((await homes.run("ann", ["export", "#lobby", "--json"])).out);
    assert.deepEqual(
      read.map(({ text }) => text),
      lines,
    );
  });

  test("of one name are told apart by a tag", async () => {
    await using homes = new Homes();
    const peer = homes.startPeer("ann", "run", "--name", "ann");
    const address = addressOf(await peer.line(READY));
    for (const home of ["one", "two"]) {
      const other = homes.startPeer(home, "run", "--name", "ben", "--peer", address);
      await other.line(/^ready/);
    }
    const watching = homes.start("ann", "chat");
    await watching.line(/ben·[a-z2-7]{4}.*ben·[a-z2-7]{4}|ben joined/);
    const refused = await homes.run("ann", ["send", "@ben", "hi"]);
    assert.equal(refused.code, 1);
    const [, tag] = /@ben·([a-z2-7]{4}), @ben·[a-z2-7]{4}/.exec(refused.err) ?? [];
    assert.ok(tag, refused.err);
    assert.equal((await homes.run("ann", ["send", `@ben·${tag}`, "hi"])).code, 0);
  });
});
