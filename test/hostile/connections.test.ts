// What strangers may do to the door of a running peer: nothing that the people on it notice.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { createIdentity } from "../../src/core/identity.ts";
import { tlsClientOptions } from "../../src/mesh/link/tls.ts";
import { dice } from "../dice.ts";
import { noMemory, Siege } from "./siege.ts";

const MOST_GROWTH = 120;

test("a thousand connections that talk nonsense harm nobody", { skip: noMemory }, async () => {
  await using siege = await Siege.begin();
  const before = siege.memory();
  const random = dice(1);
  const attack = inTurn(1_000, 50, async () => {
    const socket = knock(siege.port);
    socket.write(nonsense(random));
    await closed(socket, 300);
  });
  const longest = await siege.talk(10);
  await attack;
  await siege.talk(3);
  assert.ok(siege.memory() < before + MOST_GROWTH, `memory: ${before} → ${siege.memory()} MB, slowest line ${longest} ms`);
});

test("five hundred who connect and say nothing harm nobody, and a new peer still gets in", { skip: noMemory }, async () => {
  await using siege = await Siege.begin();
  const before = siege.memory();
  const silentOnes = Array.from({ length: 500 }, () => knock(siege.port));
  const halves = Array.from({ length: 500 }, () => {
    const socket = knock(siege.port);
    socket.write(Uint8Array.of(0x16, 0x03, 0x01));
    return socket;
  });
  await siege.talk(5);
  const guest = await siege.intrude();
  assert.equal(await guest.settled(), "answered");
  for (const socket of [...silentOnes, ...halves]) socket.destroy();
  assert.ok(siege.memory() < before + MOST_GROWTH, `memory: ${before} → ${siege.memory()} MB`);
});

test("a TLS hello that comes a byte at a time is cut off in time", async () => {
  await using siege = await Siege.begin();
  const socket = knock(siege.port);
  const start = performance.now();
  const hello = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03];
  const drip = setInterval(() => socket.write(Uint8Array.of(hello.shift() ?? 0)), 100);
  await Promise.all([once(socket, "close"), siege.talk(3)]);
  clearInterval(drip);
  assert.ok(performance.now() - start < 12_000);
});

test("strangers who shake hands and then say no hello are cut off, and do not keep others out", { skip: noMemory }, async () => {
  await using siege = await Siege.begin();
  const before = siege.memory();
  const sockets = Array.from({ length: 200 }, () => {
    const socket = connectTls({ ...tlsClientOptions(createIdentity()), host: "127.0.0.1", port: siege.port });
    socket.on("error", () => {});
    return socket;
  });
  await Promise.all(sockets.map((socket) => Promise.race([once(socket, "secureConnect"), once(socket, "close")])));
  sockets[0]?.write(Uint8Array.of(0x7f, 0xff, 0xff, 0xff, 1));
  await siege.talk(5);
  await siege.intrude().then((guest) => guest.leave());
  await Promise.all(sockets.map((socket) => (socket.destroyed ? null : once(socket.resume(), "close"))));
  assert.ok(siege.memory() < before + MOST_GROWTH, `memory: ${before} → ${siege.memory()} MB`);
});

function knock(port: number): Socket {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => {}).resume();
  return socket;
}

/** Resolves when the socket is closed; ends it after so long. */
async function closed(socket: Socket, within: number): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), within);
  await once(socket, "close");
  clearTimeout(timer);
}

/** Runs `act` so often, a few at a time. */
async function inTurn(times: number, atOnce: number, act: () => Promise<void>): Promise<void> {
  let left = times;
  const work = async () => {
    while (left-- > 0) await act();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

const STARTS = [
  "",
  "\x16\x03\x01",
  "GET / HTTP/1.1\r\n",
  "NICK ",
  "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
  "POST /",
];

function nonsense(random: () => number): Buffer {
  const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 600) }, () => Math.floor(random() * 256)));
  return Buffer.concat([Buffer.from(STARTS[Math.floor(random() * STARTS.length)] ?? "", "latin1"), bytes]);
}
