import assert from "node:assert/strict";
import { test } from "node:test";
import type { TLSSocket } from "node:tls";
import { LOBBY } from "../../core/room.ts";
import { encodeFrame } from "../../wire/link.ts";
import { acceptLink, dialLink } from "./establish.ts";
import { follow, Inbox, linked, listen, optionsOf } from "./fixtures.ts";
import { HIGH_WATER } from "./link.ts";

const TYPING = { kind: "typing", room: LOBBY, as: null } as const;
const typing = (as: string) => ({ kind: "typing", room: LOBBY, as }) as const;
/** A frame of about 64 KiB. */
const BULK = { kind: "presence", records: Array.from({ length: 64 }, () => new Uint8Array(1_000)) } as const;

test("both ends know whom they are linked to", async (t) => {
  const [ann, bob] = [optionsOf({ port: 1111 }), optionsOf({ port: 2222 })];
  const { dialed, accepted } = await linked(t, ann, bob);
  assert.equal(dialed.peer, bob.identity.id);
  assert.equal(accepted.peer, ann.identity.id);
  assert.deepEqual([dialed.dialed, accepted.dialed], [true, false]);
  assert.deepEqual([dialed.hello.port, accepted.hello.port], [2222, 1111]);
  assert.deepEqual(accepted.hello.instance, ann.instance);
  assert.equal(accepted.remote.host, "127.0.0.1");
});

test("frames arrive in order, also those sent before the other side started", async (t) => {
  const { dialed, accepted } = await linked(t);
  follow(dialed);
  for (let i = 0; i < 500; i += 1) dialed.send(typing(`guest${i}`));
  const { frames } = follow(accepted);
  for (let i = 0; i < 500; i += 1) assert.deepEqual(await frames.take(), typing(`guest${i}`));
});

test("one encoding serves many links", async (t) => {
  const pairs = [await linked(t), await linked(t)];
  const bytes = encodeFrame(TYPING);
  for (const { dialed, accepted } of pairs) {
    const { frames } = follow(accepted);
    follow(dialed);
    dialed.sendEncoded(bytes);
    assert.deepEqual(await frames.take(), TYPING);
  }
});

test("a ping at the start tells round trip and skew", async (t) => {
  const threeHours = 3 * 3_600_000_000;
  const { dialed, accepted } = await linked(t, optionsOf(), optionsOf({ clock: () => Date.now() * 1_000 + threeHours }));
  follow(dialed);
  follow(accepted);
  while (dialed.roundTrip === null) await new Promise((resolve) => setImmediate(resolve));
  assert.ok((dialed.roundTrip ?? -1) >= 0);
  assert.ok(Math.abs((dialed.skew ?? 0) - threeHours) < 1_000_000);
});

test("a goodbye reaches the other side with its reason, after what was sent before it", async (t) => {
  const { dialed, accepted } = await linked(t);
  const ours = follow(dialed);
  const theirs = follow(accepted);
  dialed.send(TYPING);
  dialed.close("leaving", "good night");
  assert.deepEqual(await ours.endings.take(), { code: "leaving", text: "good night", ours: true });
  assert.deepEqual(await theirs.frames.take(), TYPING);
  assert.deepEqual(await theirs.endings.take(), { code: "leaving", text: "good night", ours: false });
});

test("after the end nothing is told, and sending is refused", async (t) => {
  const { dialed, accepted } = await linked(t);
  const theirs = follow(accepted);
  const ours = follow(dialed);
  for (let i = 0; i < 100; i += 1) accepted.send(TYPING);
  dialed.close("leaving", "");
  dialed.close("slow", "");
  await theirs.endings.take();
  assert.equal(dialed.send(TYPING), false);
  assert.equal(ours.frames.size, 0);
  assert.equal(ours.endings.size, 1);
});

test("a connection that breaks is told as lost", async (t) => {
  const bob = optionsOf();
  const sockets = new Inbox<TLSSocket>();
  const address = await listen(t, bob.identity, (socket) => {
    sockets.put(socket);
    void acceptLink(socket, bob);
  });
  const { endings } = follow(await dialLink(address, optionsOf()));
  (await sockets.take()).destroy();
  assert.equal((await endings.take()).code, "lost");
});

test("a handler that throws ends its own link and nothing else", async (t) => {
  const errors = new Inbox<string>();
  const log = { error: errors.put, warn: () => {}, info: () => {}, debug: () => {} };
  const { dialed, accepted } = await linked(t, optionsOf(), optionsOf({ log }));
  const broken = follow(accepted, {
    frame: () => {
      throw new Error("a bug");
    },
  });
  const { endings } = follow(dialed);
  dialed.send(TYPING);
  assert.match(await errors.take(), /a bug/);
  assert.equal((await broken.endings.take()).ours, true);
  assert.equal((await endings.take()).code, "protocol");
});

const nonsense: readonly (readonly [string, Uint8Array])[] = [
  ["a malformed frame", Uint8Array.of(0, 0, 0, 3, 11, 0xff, 0xff)],
  ["an empty frame", Uint8Array.of(0, 0, 0, 0)],
  ["a frame that announces 4 GiB", Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1)],
  [
    "a second hello",
    encodeFrame({
      kind: "hello",
      versions: [1],
      network: "lan",
      proof: new Uint8Array(32),
      port: 1,
      clock: 1,
      instance: new Uint8Array(8),
    }),
  ],
];
for (const [name, bytes] of nonsense) {
  test(`${name} ends the link with "protocol"`, async (t) => {
    const { dialed, accepted } = await linked(t);
    const ours = follow(dialed);
    const theirs = follow(accepted);
    dialed.sendEncoded(bytes);
    assert.equal((await theirs.endings.take()).code, "protocol");
    assert.equal((await ours.endings.take()).code, "protocol");
  });
}

test("a frame of a later version is passed over", async (t) => {
  const { dialed, accepted } = await linked(t);
  follow(dialed);
  const { frames } = follow(accepted);
  dialed.sendEncoded(Uint8Array.of(0, 0, 0, 2, 250, 7));
  dialed.send(TYPING);
  assert.deepEqual(await frames.take(), TYPING);
});

test("a flood of pings is answered now and then only", async (t) => {
  const { dialed, accepted } = await linked(t);
  follow(dialed);
  const { frames } = follow(accepted);
  for (let nonce = 0; nonce < 5_000; nonce += 1) dialed.send({ kind: "ping", nonce, clock: 1 });
  dialed.send(TYPING);
  await frames.take();
  assert.ok(accepted.buffered < 2_000, `${accepted.buffered} bytes of answers wait`);
});

test("a silent peer is dropped as dead, an idle one is not", async (t) => {
  const pulse = { idle: 100, dead: 500 };
  const idle = await linked(t, optionsOf({ pulse }), optionsOf({ pulse }));
  const kept = [follow(idle.dialed), follow(idle.accepted)];
  const silent = await linked(t, optionsOf({ pulse }), optionsOf({ pulse }));
  const { endings } = follow(silent.dialed);
  assert.equal((await endings.take()).code, "timeout");
  assert.ok(kept.every((end) => end.endings.size === 0));
});

test("a full queue asks to wait and tells when there is room", async (t) => {
  const { dialed, accepted } = await linked(t);
  const { drains } = follow(dialed);
  while (dialed.send(BULK));
  assert.ok(dialed.buffered > HIGH_WATER);
  assert.equal(dialed.send(TYPING), false);
  follow(accepted);
  await drains.take();
  assert.ok(dialed.buffered < HIGH_WATER);
  assert.equal(dialed.send(TYPING), true);
});

test("a reader for whom too much is queued is dropped as slow", async (t) => {
  const { dialed } = await linked(t);
  const { endings } = follow(dialed);
  let sent = 0;
  for (; sent < 2_000 && endings.size === 0; sent += 1) dialed.send(BULK);
  assert.equal((await endings.take()).code, "slow");
  assert.ok(sent * 64_000 < 20 << 20);
});

test("a reader that takes nothing for long is dropped as slow", async (t) => {
  const pulse = { idle: 30, dead: 60_000, stalled: 120 };
  const { dialed } = await linked(t, optionsOf({ pulse }));
  const { endings } = follow(dialed);
  for (let i = 0; i < 200; i += 1) dialed.send(BULK);
  assert.equal((await endings.take()).code, "slow");
});

test("a paused link tells nothing until it is resumed, and holds the sender back", async (t) => {
  const { dialed, accepted } = await linked(t);
  const { drains } = follow(dialed);
  const { frames } = follow(accepted);
  dialed.send(TYPING);
  await frames.take();
  accepted.pause();
  let sent = 0;
  while (dialed.send(BULK)) sent += 1;
  assert.equal(drains.size + frames.size, 0);
  accepted.resume();
  await drains.take();
  for (; sent > 0; sent -= 1) await frames.take();
});
