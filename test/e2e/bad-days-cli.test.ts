// Clumsy hands, broken pipes, signals and a peer that dies under its commands: every one ends as scripts may expect.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { openHome } from "../../src/main/home.ts";
import { type Finished, Homes } from "./cli.ts";
import type { Running } from "./running.ts";

const ONE_LINE = /^earshot: [^\n]+\n$/;
const ANN = ["--name", "ann", "--no-discovery"];

describe("clumsy input: one line on stderr, nothing on stdout", () => {
  const long = "x".repeat(10_000);
  const cases: Record<string, readonly [code: number, argv: readonly string[], input?: string | Uint8Array]> = {
    "an empty text": [2, ["send", "#lobby", ""]],
    "a text of spaces": [2, ["send", "#lobby", " \t  "]],
    "a text of invisible controls": [2, ["send", "#lobby", "\u001b\u0007\u0008"]],
    "empty input": [2, ["send", "#lobby", "-"], ""],
    "a text of a megabyte": [1, ["send", "#lobby", "-"], long.repeat(100)],
    "a megabyte of empty lines": [2, ["send", "#lobby", "-"], "\n".repeat(999_999)],
    "a megabyte of empty lines before a word": [1, ["send", "#lobby", "-"], `${"\n".repeat(999_998)}x`],
    "a target without # or @": [2, ["send", "lobby", "hi"]],
    "an empty target": [2, ["send", "", "hi"]],
    "a bare #": [2, ["send", "#", "hi"]],
    "a bare @": [2, ["send", "@", "hi"]],
    nobody: [1, ["send", "@nobody", "hi"]],
    "a room that climbs": [2, ["send", "#../../etc", "hi"]],
    "a room of 10,000 letters": [2, ["send", `#${long}`, "hi"]],
    "a room of two lines": [2, ["chat", "a\nb"]],
    "a name of controls": [2, ["send", "#lobby", "hi", "--name", "\u001b[2J"]],
    "a name of 10,000 letters": [2, ["send", "#lobby", "hi", "--name", long]],
    "a limit that is no whole number": [2, ["history", "#lobby", "--limit", "1e9"]],
    "a negative limit": [2, ["history", "#lobby", "--limit", "-1"]],
    "a time that is none": [2, ["history", "#lobby", "--since", "nonsense"]],
    "a port out of range": [2, ["run", "--port", "65536"]],
    "a peer that is no address": [2, ["run", "--peer", "a:b:c"]],
    "an address of another computer": [1, ["run", "--bind", "192.0.2.1"]],
    "an empty network": [2, ["run", "--network", ""]],
    "a network of 300 letters": [2, ["run", "--network", long.slice(0, 300)]],
    "an empty home": [2, ["id", "--home", ""]],
    "an unknown option": [2, ["run", "--frobnicate"]],
  };
  for (const [what, [code, argv, input = ""]] of Object.entries(cases)) {
    test(`${what} ends with ${code}`, async () => {
      await using homes = new Homes();
      const finished = await withInput(
        homes.start("ann", ...argv, ...(argv.includes("--name") ? [] : ["--name", "ann"]), ...own(homes, argv)),
        input,
      );
      assert.deepEqual([finished.code, finished.out], [code, []], finished.err);
      assert.match(finished.err, ONE_LINE);
      assert.ok(
        finished.err.length < 400 && !/[\u0000-\u0009\u000b-\u001f]/.test(finished.err),
        "short, and nothing that moves a terminal",
      );
    });
  }
});

describe("odd input that is fine", () => {
  const cases: Record<string, readonly [text: string | Uint8Array, stored: string]> = {
    "bytes that are no UTF-8": [Uint8Array.of(0x61, 0xff, 0xfe, 0x62, 0x0a), "a\ufffd\ufffdb"],
    "escapes that would move a terminal": ["a\u001b[31mred\u0000\u0007z\n", "a[31mredz"],
    "letters from right to left, and pictures": ["שלום 👩‍👩‍👧 \u202eevil\u202c", ""],
  };
  for (const [what, [text, stored]] of Object.entries(cases)) {
    test(what, async () => {
      await using homes = new Homes();
      const sent = await withInput(homes.startPeer("ann", "send", "#lobby", "-", ...ANN), text);
      assert.equal(sent.code, 0, sent.err);
      const [line = ""] = (await homes.runPeer("ann", ["history", "#lobby", "--no-discovery"])).out;
      assert.ok(line.endsWith(stored), JSON.stringify(line));
      assert.ok(!/[\u0000-\u001f\u202e]/.test(line), JSON.stringify(line));
    });
  }

  test("rooms named in pictures, in letters from right to left; limits beyond all that was said", async () => {
    await using homes = new Homes();
    for (const room of ["#😀", "#שלום", "#日本"]) {
      assert.equal((await homes.runPeer("ann", ["send", room, "hi", ...ANN])).code, 0);
      const { code, out } = await homes.runPeer("ann", ["history", room, "--limit", "1000000000", "--no-discovery"]);
      assert.deepEqual([code, out.length], [0, 1]);
    }
  });
});

test("two thousand lines of nonsense typed into chat, commands among them, crash nothing and move no terminal", async () => {
  await using homes = new Homes();
  const words = [
    "/nick",
    "/msg",
    "/join",
    "/leave",
    "/who",
    "/topic",
    "/me",
    "/away",
    "/back",
    "/status",
    "/history",
    "/help",
    "/",
    "//",
    "/x",
    "#tea",
    "@ann",
    "ann",
  ];
  const odd = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(...words, "\u001b[2J", "\u202e", "9".repeat(400), "\u0000", "\r"),
  );
  const line = fc.array(odd, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(" ").replace(/\n/g, ""));
  const lines = fc.sample(line, { numRuns: 2_000, seed: 7 }).filter((text) => !/^\s*(\/quit|\/exit|exit)/.test(text));
  const { code, out, err } = await withInput(
    homes.startPeer("ann", "chat", ...ANN),
    `${lines.join("\n")}\n${"long ".repeat(50_000)}\nlast words\n`,
  );
  assert.deepEqual([code, err], [0, ""]);
  assert.ok(out.some((text) => text.endsWith("last words")));
  assert.ok(out.filter((text) => /> long long/.test(text)).length > 1, "a line too long for one message becomes several");
  assert.deepEqual(
    out.filter((text) => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u.test(text)),
    [],
  );
});

describe("surroundings", () => {
  for (const command of [["tail"], ["run"], ["chat"], ["history", "#lobby"], ["people"], ["rooms"]]) {
    test(`${command[0]} ends with 0 when nobody reads it`, async () => {
      await using homes = new Homes();
      const running = homes.startPeer("ann", ...command, ...ANN);
      running.child.stdout?.destroy();
      if (command[0] === "chat") running.type("hello");
      running.eof();
      if (command[0] === "tail" || command[0] === "run") {
        while (running.child.exitCode === null && openHome(homes.home("ann")).running() === null) await pause(20);
        running.kill("SIGTERM");
      }
      assert.deepEqual([await running.ended(), running.errors], [{ code: 0, signal: null }, ""]);
    });
  }

  test("signals at any moment, once or twice, end a peer at once, and the home is free again", async () => {
    await using homes = new Homes();
    for (let i = 0; i < 20; i++) {
      const running = homes.startPeer("ann", "run", ...ANN);
      await pause(i * 12);
      const signal = i % 2 === 0 ? "SIGTERM" : "SIGINT";
      running.kill(signal);
      if (i % 3 === 0) running.kill(signal);
      const { code, signal: by } = await running.ended(5_000);
      const began = running.lines.length > 0;
      assert.ok(began ? code === 0 || (i % 3 === 0 && code !== 1) : code !== 1, `${code} ${by} ${running.errors}`);
      assert.equal(running.errors, "");
    }
    assert.equal((await homes.runPeer("ann", ["send", "#lobby", "hi", "--no-discovery"])).code, 0);
  });
});

describe("the peer of a home dies under its commands", () => {
  test("they find its successor: what was typed meanwhile is said, once, and what is followed goes on", async () => {
    await using homes = new Homes();
    const first = homes.startPeer("ann", "run", ...ANN);
    await first.line(/^ready /);
    const [chat, tail] = [homes.start("ann", "chat"), homes.start("ann", "tail", "--json")];
    await chat.line(/you are ann/);
    const before = await typedUntilFollowed(chat, tail);
    first.kill();
    await first.ended();
    chat.type("meanwhile");
    const second = homes.startPeer("ann", "run", ...ANN);
    await second.line(/^ready /);
    await Promise.all([chat.line(/> meanwhile/), tail.line(/"meanwhile"/)]);
    chat.type("/quit");
    assert.equal((await chat.ended()).code, 0);
    const { out } = await homes.run("ann", ["history", "#lobby"]);
    assert.deepEqual(
      out.map((line) => line.replace(/^.*> /, "")),
      [...before, "meanwhile"],
    );
  });

  test("without a successor they say so and end with 1, and chat gives back what was not said", async () => {
    await using homes = new Homes();
    const peer = homes.startPeer("ann", "run", ...ANN);
    await peer.line(/^ready /);
    const chat = homes.start("ann", "chat");
    const tail = homes.start("ann", "tail");
    const others = [tail, homes.start("ann", "send", "#lobby", "hi", "--wait", "delivered")];
    await chat.line(/> hi/);
    await typedUntilFollowed(chat, tail);
    peer.kill();
    await peer.ended();
    chat.type("unheard");
    await chat.line(/not said/);
    await chat.line(/unheard/);
    for (const running of [chat, ...others]) {
      assert.equal((await running.ended()).code, 1);
      assert.match(running.errors, ONE_LINE);
    }
  });
});

/** Types into chat until the other process, which says nothing of its start, shows something. Answers with what was typed. */
async function typedUntilFollowed(chat: Running, other: Running): Promise<readonly string[]> {
  const typed: string[] = [];
  while (other.lines.length === 0) {
    const text = `before ${typed.length}.`;
    chat.type(text);
    typed.push(text);
    await chat.line(new RegExp(`> ${text}`));
  }
  return typed;
}

/** Options that keep a command to loopback and its own network, where it gives none itself. */
function own(homes: Homes, argv: readonly string[]): readonly string[] {
  if (argv[0] === "id") return [];
  const options = { "--bind": "127.0.0.1", "--port": "0", "--network": homes.network };
  return Object.entries(options).flatMap(([option, value]) => (argv.includes(option) ? [] : [option, value]));
}

async function withInput(running: Running, input: string | Uint8Array): Promise<Finished> {
  running.child.stdin?.end(input);
  return { ...(await running.ended()), out: running.lines, err: running.errors };
}
