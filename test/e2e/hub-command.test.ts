// `earshot hub` as its owner runs it: settings, ports, moderation, leaving.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { addressOf, Homes } from "./cli.ts";
import { Crowd } from "./guests.ts";
import type { Running } from "./running.ts";

const LOCAL = ["--bind", "127.0.0.1", "--port", "0", "--no-discovery"] as const;
const startHub = (homes: Homes, ...argv: readonly string[]): Running =>
  homes.startPeer("ann", "hub", "--name", "ann", "--no-discovery", ...argv);
const settingsOf = (homes: Homes): string => join(homes.home("ann"), "hub.toml");

function settle(homes: Homes, text: string): void {
  mkdirSync(homes.home("ann"), { recursive: true });
  writeFileSync(settingsOf(homes), text);
}

test("the first start writes the settings, each with what it means; later ones leave them alone", async () => {
  await using homes = new Homes();
  await startHub(homes).line(/^ready ann \S+ 127\.0\.0\.1:\d+$/);
  const text = readFileSync(settingsOf(homes), "utf8");
  assert.match(text, /^# /m);
  assert.equal(statSync(settingsOf(homes)).mode & 0o777, 0o600);
  assert.deepEqual((await homes.run("ann", ["hub", "--check"])).out, ["hub.toml is fine"]);
});

test("the first words say how guests come in, and how the owner talks", async () => {
  await using homes = new Homes();
  const hub = startHub(homes, "--title", "Room 12");
  const address = addressOf(await hub.line(/^ready /));
  const [, port] = address.split(":");
  const ways = `  with netcat     nc 127.0.0.1 ${port}\n  with Earshot    earshot chat --hub ${address}\n`;
  const browser = `In a browser, http://${address}/ tells them so.\n`;
  assert.ok(hub.errors.startsWith(`"Room 12" is open. Guests come in:\n${ways}${browser}You talk by "earshot chat" in another terminal.`));
});

test("--check tells every problem by line or key, starts nothing, and exits with 1", async () => {
  await using homes = new Homes();
  settle(homes, 'titel = "x"\n[limits]\nguests = -3\n');
  const { code, out, err } = await homes.run("ann", ["hub", "--check"]);
  assert.equal(code, 1);
  assert.equal(out.length, 2);
  assert.match(out.join("\n"), /hub\.toml: limits\.guests: .*not -3/);
  assert.match(out.join("\n"), /hub\.toml: titel: .*title/);
  assert.match(err, /^earshot: [^\n]+\n$/);
  settle(homes, "title = \n");
  assert.match((await homes.run("ann", ["hub", "--check"])).out.join(), /^hub\.toml: line 1, column \d+: /);
});

test("with settings that are wrong it does not start, and tells all that is wrong", async () => {
  await using homes = new Homes();
  settle(homes, "history = 5000\nguests = 3\n");
  const { code, out, err } = await homes.run("ann", ["hub", ...LOCAL]);
  assert.deepEqual([code, out], [1, []]);
  for (const line of [/^earshot: hub\.toml: history: /m, /^earshot: hub\.toml: guests: /m]) assert.match(err, line);
});

test("SIGHUP takes on good settings at once; bad ones change nothing and are told", async () => {
  await using homes = new Homes();
  const hub = startHub(homes);
  const address = addressOf(await hub.line(/^ready /));
  settle(homes, 'title = "Room 12"\nguests = false\n');
  hub.kill("SIGHUP");
  await told(hub, /earshot: hub\.toml was read again/);
  await assert.rejects(new Crowd(address).enter("cat"), { code: "not-allowed" });
  assert.match((await homes.run("ann", ["people"])).out.join("\n"), /Room 12 \(hub\)/);
  settle(homes, "guests = maybe\n");
  hub.kill("SIGHUP");
  await told(hub, /earshot: hub\.toml: line 1.*\nearshot: the settings from before stay\n/);
  await assert.rejects(new Crowd(address).enter("cat"), { code: "not-allowed" });
  hub.kill("SIGTERM");
  assert.equal((await hub.ended()).code, 0);
});

/** Waits until this stands on stderr. */
async function told({ child, errors }: Running, pattern: RegExp): Promise<void> {
  let text = errors;
  if (pattern.test(text)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.stderr?.on("data", (chunk: string) => {
    text += chunk;
    if (pattern.test(text)) resolve();
  });
  await promise;
}

test("--title is how it is called, before the settings", async () => {
  await using homes = new Homes();
  settle(homes, 'title = "by the file"\n');
  const hub = startHub(homes, "--title", "Room 12");
  const address = addressOf(await hub.line(/^ready /));
  await using crowd = new Crowd(address);
  const dan = await crowd.enterByLine("dan");
  assert.match(dan.text, /Room 12/);
  for (const title of ["", "two\nlines"]) assert.equal((await homes.run("ben", ["hub", "--title", title])).code, 2);
});

test("--line is one more port, for lines alone; one that is taken is told", async () => {
  await using homes = new Homes();
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { readonly port: number };
  const refused = await homes.run("ann", ["hub", ...LOCAL, "--line", String(port)]);
  assert.deepEqual([refused.code, refused.out], [1, []]);
  assert.match(refused.err, new RegExp(`^earshot: port ${port} is in use by another program; choose another with --line`, "m"));
  taken.close();
  await startHub(homes, "--line", String(port)).line(/^ready /);
  await using crowd = new Crowd(`127.0.0.1:${port}`);
  await (await crowd.enterByLine("dan")).shows("in #lobby");
});

test("the owner looks after guests by `chat` of the same home; a plain peer has guests of this computer, too", async () => {
  await using homes = new Homes();
  const peer = homes.startPeer("ann", "run", "--name", "ann", "--no-discovery");
  await using crowd = new Crowd(addressOf(await peer.line(/^ready /)));
  const [cat, dan] = await Promise.all([crowd.enter("cat"), crowd.enterByLine("dan")]);
  const ann = homes.start("ann", "chat");
  await ann.line(/-- you are ann/);
  ann.type("/kick cat enough");
  await dan.shows("cat was kicked by ann: enough");
  await crowd.barrier.until(() => cat.states.at(-1) === "closed");
  await assert.rejects(cat.chat.people(), { code: "not-allowed" });
});

test("a second Ctrl+C ends it at once", async () => {
  await using homes = new Homes();
  const hub = startHub(homes);
  const address = addressOf(await hub.line(/^ready /));
  await using crowd = new Crowd(address);
  const deaf = await crowd.enterByLine("deaf");
  deaf.socket.pause();
  hub.kill("SIGINT");
  const refused = () =>
    new Crowd(address).enter("late").then(
      () => false,
      () => true,
    );
  while (!(await refused()));
  hub.kill("SIGINT");
  assert.equal((await hub.ended()).code, 130);
});
