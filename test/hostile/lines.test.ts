// Strangers who send the line gateway what no person types, while a bystander talks on undisturbed.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { LOBBY } from "../../src/core/room.ts";
import { Netcat } from "../../src/gateways/line/testing/netcat.ts";
import { dice } from "../dice.ts";
import { type HubPeer, startHubPeer } from "../line/peer.ts";

let peer: HubPeer;
let bystander: Netcat;
let said = 0;

/** Milliseconds in which the bystander's own line must come back, whatever others do. */
const BEARABLE = 3000;

before(async () => {
  peer = await startHubPeer();
  bystander = await Netcat.enter(peer.port, "ben");
});
after(async () => {
  bystander.socket.destroy();
  await peer[Symbol.asyncDispose]();
});

/** The bystander says something and sees it, in bearable time. */
async function undisturbed(): Promise<void> {
  const text = `all is well ${++said}.`;
  const start = performance.now();
  bystander.type(text);
  await bystander.sees(`<ben> ${text}\n`);
  assert.ok(performance.now() - start < BEARABLE);
}

/** Connects, sends these bytes, ends its input, and answers with all that came. */
async function send(...chunks: readonly (Uint8Array | string)[]): Promise<string> {
  const stranger = new Netcat(peer.port);
  for (const chunk of chunks) stranger.send(chunk);
  stranger.endInput();
  const [text] = await Promise.all([stranger.closed(), undisturbed()]);
  return text;
}

/** What an honest row begins with. */
const ROW = /^(?:\[\d\d:\d\d\??\] | {8}|-- \w+day, )/;

const HOSTILE: readonly (readonly [name: string, text: string])[] = [
  ["NUL", "nu\0l, and\0 more"],
  ["a carriage return", "hidden\rshown"],
  ["an escape that clears the screen", "\x1b[2J\x1b[H\x1b]0;title\x07"],
  ["an 8-bit escape", "\u009b2J\u009d0;title\u009c"],
  ["backspaces", "good\b\b\b\bevil"],
  ["line separators", "a\u2028[14:02] <ben> b\u2029-- ben left\u0085c\u000bd\u000ce"],
  ["text from right to left", "שלום \u202e<neb> ollaw\u202c \u2067x"],
  ["emoji of every kind", "👩‍👩‍👧‍👦🏳️‍🌈🇪🇺👍🏽 ☠️".repeat(20)],
  ["a pile of marks", `e${"\u0301".repeat(500)}`],
  ["10,000 characters", "x".repeat(10_000)],
  ["a path", "../../../etc/passwd"],
  ["markup", "<script>alert(1)</script>"],
  ["a line like those of the hub", "[14:02] -- ben left #lobby"],
  ["a line like another's", "[14:02] <ben> I give up"],
  ["a frame of another protocol", '{"event":"message","from":{"name":"ben"}}'],
  ["a prefix of IRC", ":ben!ben@host PRIVMSG #lobby :hello"],
  ["zero-width letters", "a\u200b\u2060\ufeffb"],
  ["lone halves", "\ud800 \udfff"],
];

describe("whatever is said, no row of anybody's can be taken for another's", () => {
  for (const [name, text] of HOSTILE) {
    it(name, async () => {
      const [from, start] = [bystander.raw.length, bystander.text.length];
      await send(`mallory\n${text}\n`);
      await bystander.shows("-- mallory left #lobby\n", () => start);
      for (const row of bystander.raw.slice(from).split("\n").slice(0, -1)) {
        assert.match(row, ROW);
        assert.doesNotMatch(row, /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        const told = row.replace(ROW, "");
        if (told.startsWith("<ben>")) assert.match(told, /^<ben> all is well \d+\.$/);
        if (told.startsWith("-- ")) assert.match(told, /^-- mallory (joined|left) #lobby$/);
      }
    });
  }
});

describe("no name can be taken for another's, or for news", () => {
  const names = [
    "ben",
    "BEN",
    "Ьen",
    "ben\u200b",
    "ben> hi <ben",
    "*ben*",
    "-- ben",
    "\x1b[1mben",
    "ben\rann",
    "../ben",
    "#lobby",
    "olga",
    "hub",
    "",
  ];
  for (const name of names) {
    it(JSON.stringify(name), async () => {
      const from = bystander.raw.length;
      await send(`${name}\nit is me\n`);
      await undisturbed();
      const rows = bystander.raw.slice(from).split("\n");
      assert.deepEqual(
        rows.filter((row) => /<(?:ben|BEN|Ьen|olga)> (?!all is well)/.test(row) || /\*ben\* |^\S+ -- ben /.test(row)),
        [],
      );
    });
  }
});

describe("bytes that are no lines", () => {
  it("a megabyte without an end is refused, and the connection goes on", async () => {
    const text = await send("long\n", "x".repeat(1 << 20), "\nstill here\n");
    assert.match(text, /-- that line is longer than 60,000 bytes and was not said\n.*<long> still here\n/s);
  });

  it("megabytes without an end close the connection", async () => {
    const text = await send("longer\n", "x".repeat(5 << 20), "\nstill here\n");
    assert.match(text, /-- megabytes without an end of line: goodbye\n$/);
  });

  it("Latin-1 and UTF-16 are answered politely", async () => {
    const text = await send("latin\n", Buffer.from("café\n", "latin1"), "ok\n", Buffer.from("\ufeffgrüße\n", "utf16le"), "\nutf8 ✓\n");
    assert.equal(text.match(/-- that line is not UTF-8 and was not said; set your terminal to UTF-8\n/g)?.length, 2);
    assert.match(text, /<latin> utf8 ✓\n/);
  });

  it("any bytes at all harm nobody", async () => {
    const random = dice(3);
    const nonsense = () => Uint8Array.from({ length: 2000 }, () => Math.floor(random() * 256));
    // the door takes what looks like TLS for TLS: a name first
    await Promise.all(Array.from({ length: 20 }, (_, index) => send(`noise${index}\n`, nonsense())));
    await undisturbed();
  });
});

describe("connections that want too much", () => {
  it("three hundred that give no name, and some that are never closed, keep nobody out", async () => {
    const silent = Array.from({ length: 300 }, () => new Netcat(peer.port));
    await Promise.all(silent.map((each) => each.rows(1)));
    const newcomer = await Netcat.enter(peer.port, "newcomer");
    newcomer.type("hello");
    await bystander.sees("<newcomer> hello\n");
    for (const { socket } of [...silent, newcomer]) socket.destroy();
    await undisturbed();
  });

  it("one that never reads is dropped, and nobody waits for it", async () => {
    const deaf = await Netcat.enter(peer.port, "deaf");
    const before = peer.gateway.stats.dropped;
    deaf.socket.pause();
    for (let n = 0; peer.gateway.stats.dropped === before; n++) {
      await peer.engine.chat.say(LOBBY, `${n} ${"x".repeat(50_000)}`);
      if (n % 20 === 0) await undisturbed();
    }
    await undisturbed();
    deaf.socket.destroy();
  });

  it("a flood of lines from one is said in order, beside the talk of others", { timeout: 30_000 }, async () => {
    const flooder = await Netcat.enter(peer.port, "flood");
    const lines = Array.from({ length: 3000 }, (_, index) => `drop ${index}`);
    flooder.type(...lines);
    for (let n = 0; n < 5; n++) await undisturbed();
    flooder.endInput();
    const text = await flooder.closed();
    assert.deepEqual(
      [...text.matchAll(/^<flood> (.*)$/gm)].map(([, line]) => line),
      lines,
    );
  });

  it("a flood beyond what the hub takes is slowed, told so, and not lost", { timeout: 30_000 }, async () => {
    const strict = await startHubPeer({ limits: { ...peer.settings.limits, "messages-per-10-seconds": 20 } });
    const [flooder, other] = [await Netcat.enter(strict.port, "flood"), await Netcat.enter(strict.port, "other")];
    flooder.type(...Array.from({ length: 26 }, (_, index) => `drop ${index}`), "exit");
    other.type("hello");
    await other.sees("<other> hello\n");
    const text = await flooder.closed();
    assert.match(text, /-- that is faster than this hub takes/);
    const heard = [...text.matchAll(/^<flood> drop (\d+)$/gm)].map(([, n]) => Number(n));
    assert.deepEqual(
      heard,
      Array.from({ length: 26 }, (_, index) => index),
    );
    other.socket.destroy();
    await strict[Symbol.asyncDispose]();
  });
});
