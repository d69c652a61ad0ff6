// The command line as the guest of a hub: real processes, a real hub, nothing installed at the guest's but the program.

import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { addressOf, Homes } from "./cli.ts";
import type { Running } from "./running.ts";

/** A hub "Room 12" of dora's on loopback, and its place. */
async function startHub(homes: Homes): Promise<{ readonly place: string; readonly running: Running }> {
  const running = homes.startPeer("dora", "hub", "--name", "dora", "--title", "Room 12", "--no-discovery");
  return { place: addressOf(await running.line(/^ready /)), running };
}

/** The same hub once more, where it was. */
async function startAgain(homes: Homes, place: string): Promise<Running> {
  const port = place.slice(place.lastIndexOf(":") + 1);
  const peer = ["--bind", "127.0.0.1", "--port", port, "--network", homes.network, "--no-discovery"];
  const running = homes.start("dora", "hub", ...peer);
  await running.line(/^ready /);
  return running;
}

const texts = (lines: readonly string[]) => lines.map((line) => line.replace(/^\[\d\d:\d\d\] /, ""));

describe("commands with --hub", () => {
  test("talk and read as one and the same guest, without a key or a peer", async () => {
    await using homes = new Homes();
    const { place } = await startHub(homes);
    const guest = (...argv: readonly string[]) => homes.run("gus", [...argv, "--hub", place]);
    const sent = await guest("send", "#lobby", "good", "morning", "--name", "gus");
    assert.deepEqual([sent.code, sent.err], [0, ""]);
    assert.equal((await guest("send", "@dora", "psst")).code, 0);
    assert.deepEqual(texts((await guest("history", "#lobby")).out), ["<gus> good morning"]);
    assert.deepEqual(texts((await homes.run("dora", ["history", "@gus"])).out), ["*gus* psst"]);
    const people = (await guest("people")).out;
    assert.deepEqual(people, ["●  dora       here  Room 12 (hub)", "●  gus (you)  here  guest of Room 12"]);
    assert.match((await guest("rooms")).out.join("\n"), /^#lobby .*\n@dora .*\nRoom 12 \(hub\) +1 guest +hub of dora$/);
    const file = (name: string) => join(homes.home("gus"), name);
    assert.deepEqual([existsSync(file("key.pem")), existsSync(file("history.db"))], [false, false]);
    assert.equal(statSync(file("hubs.json")).mode & 0o777, 0o600);
  });

  test("of one home at once are one guest; another name is another guest", async () => {
    await using homes = new Homes();
    const { place } = await startHub(homes);
    const chat = homes.start("gus", "chat", "--hub", place, "--name", "gus");
    await chat.line(/you are gus/);
    const send = (name: string, text: string) => homes.run("gus", ["send", "#lobby", text, "--name", name, "--hub", place]);
    const sent = await Promise.all([send("gus", "one"), send("hal", "two"), send("ida", "three"), send("ida", "four")]);
    assert.deepEqual(
      sent.map(({ code, err }) => [code, err]),
      Array(4).fill([0, ""]),
    );
    await chat.until((lines) => texts(lines).filter((line) => line.startsWith("<")).length === 4);
    const said = texts(chat.lines).filter((line) => line.startsWith("<"));
    assert.deepEqual(said.sort(), ["<gus> one", "<hal> two", "<ida> four", "<ida> three"]);
  });

  test("tail follows, in JSON too", async () => {
    await using homes = new Homes();
    const { place } = await startHub(homes);
    const tail = homes.start("gus", "tail", "--json", "--hub", place, "--name", "gus");
    const chat = homes.start("dora", "chat");
    await chat.line(/gus/); // is here, though it may not follow yet
    let line: string | null = null;
    while (line === null) {
      chat.type("one");
      line = await tail.line(/"message"/, 200).catch(() => null);
    }
    const { from, text } = JSON.parse(line) as { readonly from: { readonly name: string }; readonly text: string };
    assert.deepEqual([from.name, text], ["dora", "one"]);
    tail.kill("SIGINT");
    assert.equal((await tail.ended()).code, 0);
  });

  test("a member gives the password, by the environment where nobody can be asked", async () => {
    await using homes = new Homes();
    const { place } = await startHub(homes);
    const registered = await homes.run("gus", ["chat", "--hub", place, "--name", "gus"], "/register correct horse battery\n");
    assert.equal(registered.code, 0, registered.err);
    const stranger = await homes.run("other", ["people", "--hub", place, "--name", "gus"]);
    assert.equal(stranger.code, 1);
    assert.match(stranger.err, /^earshot: [^\n]*password[^\n]*\n$/i);
    const member = homes.start("third", "people", "--hub", place, "--name", "gus", "--log", "silent");
    assert.equal((await member.ended()).code, 1);
    const withPassword = homes.startWith({ EARSHOT_PASSWORD: "correct horse battery" }, "third", "people", "--hub", place);
    assert.equal((await withPassword.ended()).code, 0, withPassword.errors);
  });
});

describe("what keeps a guest out is one line", () => {
  async function refusal(homes: Homes, place: string, name = "gus"): Promise<string> {
    const { code, out, err } = await homes.run(name, ["people", "--hub", place, "--name", name]);
    assert.deepEqual([code, out], [1, []]);
    assert.match(err, /^earshot: [^\n]+\n$/);
    return err;
  }

  test("nothing listens there, or no Earshot", async () => {
    await using homes = new Homes();
    const server = createServer((_, response) => void response.writeHead(404).end()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    assert.match(await refusal(homes, `127.0.0.1:${port}`), /is no hub \(HTTP 404\)/);
    await new Promise((resolve) => server.close(resolve));
    assert.match(await refusal(homes, `127.0.0.1:${port}`), /nothing listens at/);
  });

  test("the name is taken", async () => {
    await using homes = new Homes();
    const { place } = await startHub(homes);
    const chat = homes.start("gus", "chat", "--hub", place, "--name", "gus");
    await chat.line(/you are gus/);
    const { code, err } = await homes.run("other", ["send", "#lobby", "hi", "--hub", place, "--name", "GUS"]);
    assert.equal(code, 1);
    assert.match(err, /^earshot: [^\n]*GUS[^\n]* is taken[^\n]*\n$/);
  });

  test("the hub has another key than before", async () => {
    await using homes = new Homes();
    const { place } = await startHub(homes);
    assert.equal((await homes.run("gus", ["people", "--hub", place, "--name", "gus"])).code, 0);
    const path = join(homes.home("gus"), "hubs.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(/"key": "\w{8}/, '"key": "00000000'));
    const err = await refusal(homes, place);
    assert.match(err, /another key than before.*remove "127\.0\.0\.1:\d+" from hubs\.json/);
  });

  test("one is kicked: chat ends and says why", async () => {
    await using homes = new Homes();
    const { place } = await startHub(homes);
    const guest = homes.start("gus", "chat", "--hub", place, "--name", "gus");
    await guest.line(/you are gus/);
    const owner = homes.start("dora", "chat");
    await owner.line(/you are dora/);
    owner.type("/kick gus enough");
    assert.equal((await guest.ended()).code, 1);
    assert.match(guest.errors, /^earshot: [^\n]*enough[^\n]*\n$/);
  });
});

describe("chat --hub", () => {
  test("comes back when the hub was killed: nothing typed is lost, nothing said twice", async () => {
    await using homes = new Homes();
    const { place, running } = await startHub(homes);
    const chat = homes.start("gus", "chat", "--hub", place, "--name", "gus");
    await chat.line(/you are gus/);
    chat.type("before");
    await chat.line(/<gus> before/);
    running.kill("SIGKILL");
    await running.ended();
    await chat.line(/-- connection lost, trying again$/);
    for (const text of ["one", "two", "three"]) chat.type(text);
    const again = await startAgain(homes, place);
    await chat.line(/-- back$/);
    await chat.line(/<gus> three/);
    again.kill("SIGTERM");
    await again.ended();
    await chat.line(/-- connection lost, trying again$/);
    await startAgain(homes, place);
    chat.type("four");
    await chat.line(/<gus> four/);
    chat.type("/quit");
    assert.equal((await chat.ended()).code, 0);
    const history = await homes.run("gus", ["history", "#lobby", "--hub", place]);
    assert.deepEqual(texts(history.out), ["<gus> before", "<gus> one", "<gus> two", "<gus> three", "<gus> four"]);
    assert.equal(texts(chat.lines).filter((line) => line === "-- connection lost, trying again").length, 2);
    assert.equal(texts(chat.lines).filter((line) => line.startsWith("<gus> one")).length, 1);
  });

  test("ended while the hub is away tells what was not said", async () => {
    await using homes = new Homes();
    const { place, running } = await startHub(homes);
    const chat = homes.start("gus", "chat", "--hub", place, "--name", "gus");
    await chat.line(/you are gus/);
    running.kill("SIGKILL");
    await chat.line(/-- connection lost/);
    chat.type("is anybody there?");
    chat.type("/who");
    await chat.line(/nobody|●/i);
    chat.kill("SIGINT");
    assert.equal((await chat.ended()).code, 0);
    assert.match(chat.lines.join("\n"), /-- not said, since the hub does not answer:\n +is anybody there\?$/m);
  });

  test("says a whole file in its order, faster than the hub allows", async () => {
    await using homes = new Homes();
    const { place } = await startHub(homes);
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    const { code, out } = await homes.run("gus", ["chat", "--hub", place, "--name", "gus"], `${lines.join("\n")}\n`);
    assert.equal(code, 0);
    assert.ok(!out.some((line) => line.includes("not said")), out.join("\n"));
    const history = await homes.run("gus", ["history", "#lobby", "--hub", place, "--limit", "99"]);
    assert.deepEqual(
      texts(history.out),
      lines.map((line) => `<gus> ${line}`),
    );
  });
});

describe("examples/bot.ts", () => {
  const BOT = fileURLToPath(new URL("../../examples/bot.ts", import.meta.url));

  test("answers as the owner's bot and as a guest of a hub", async () => {
    await using homes = new Homes();
    const { place } = await startHub(homes);
    const bots = [homes.startProgram(BOT, "dora"), homes.startProgram(BOT, "bot", place, "clock")];
    await Promise.all(bots.map((bot) => bot.line(/^listening as (dora|clock)$/)));
    const chat = homes.start("gus", "chat", "--hub", place, "--name", "gus");
    await chat.line(/you are gus/);
    chat.type("!time");
    await chat.until((lines) => ["dora", "clock"].every((name) => lines.some((line) => new RegExp(`<${name}> \\d+:\\d\\d`).test(line))));
  });
});
