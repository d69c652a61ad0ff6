// Connections that are no use to anybody, by the thousand: they cost little, are dropped in time, and people talk on.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { gone, readAll, Stand } from "./stand.ts";

const PATIENCE = 1_000;
const MEGABYTE = 1 << 20;

let stand: Stand;
before(async () => {
  stand = await Stand.begin({ silence: 60, limits: { patience: PATIENCE, all: 400 } });
});
after(() => stand[Symbol.asyncDispose]());

const request = (): string => `GET /healthz HTTP/1.1\r\nHost: localhost:${stand.port}\r\n\r\n`;

/** How a connection may begin and then say no more. */
const HALVES: readonly (readonly [string, string])[] = [
  ["a request", "GET /healthz HTT"],
  ["a request without its end", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "],
  ["a body that was announced", "POST / HTTP/1.1\r\nContent-Length: 9\r\n"],
  ["a TLS record", "\x16\x03\x01\x02\x00"],
  ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ["a WebSocket", "GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"],
];

async function dropped(sockets: readonly Socket[]): Promise<number> {
  const start = performance.now();
  await Promise.all(sockets.map((socket) => gone(socket.resume())));
  return performance.now() - start;
}

describe("connections that are no use to anybody", () => {
  it("are dropped in time, whatever it is that they say half of", async () => {
    const late = await Promise.all(
      HALVES.map(async ([name, half]) => {
        const sockets = Array.from({ length: 20 }, () => stand.knock());
        for (const socket of sockets) socket.write(half, "latin1");
        const took = await dropped(sockets);
        return took < 2 * PATIENCE ? [] : [`${name}: ${took} ms`];
      }),
    );
    assert.deepEqual(late.flat(), []);
  });

  it("are dropped in time after a TLS handshake and no word, or half a request", async () => {
    const sockets = Array.from({ length: 20 }, () => stand.knockTls("http/1.1"));
    await Promise.all(sockets.map((socket) => once(socket, "secureConnect")));
    for (const socket of sockets.slice(10)) socket.write("GET / HT");
    assert.ok((await dropped(sockets)) < 2 * PATIENCE);
  });

  it("keep nobody out, though they are a thousand", async () => {
    const before = process.memoryUsage().rss;
    const sockets = Array.from({ length: 1_000 }, (_, i) => {
      const socket = stand.knock();
      socket.write(HALVES[i % HALVES.length]?.[1] ?? "", "latin1");
      return socket.resume();
    });
    for (let i = 0; i < 5; i++) assert.match(await stand.exchange(request()), /^HTTP\/1\.1 200 /);
    assert.match(await stand.exchange(request(), stand.knockTls("http/1.1")), /^HTTP\/1\.1 200 /);
    assert.ok((await dropped(sockets)) < 2 * PATIENCE);
    assert.ok(process.memoryUsage().rss < before + 150 * MEGABYTE);
  });

  it("cannot make a TLS hello last, a byte at a time", async () => {
    const socket = stand.knock().setNoDelay();
    const start = performance.now();
    socket.write("\x16\x03\x01\x02\x00", "latin1");
    const drip = setInterval(() => socket.write("\x01"), 50);
    await gone(socket.resume());
    clearInterval(drip);
    const took = performance.now() - start;
    assert.ok(took > PATIENCE / 2 && took < 2 * PATIENCE, `${took} ms`);
  });

  it("are closed at once for a flood of garbage behind a good beginning", async () => {
    const garbage = "\xff\x00\x80".repeat(100_000);
    for (const start of ["\x16\x03\x01\x02\x00", "\x16\x03\x03\xff\xff", "GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\n"]) {
      const took = performance.now();
      assert.doesNotMatch(await stand.exchange(start + garbage), /^HTTP\/1\.1 [23]/);
      assert.ok(performance.now() - took < PATIENCE, JSON.stringify(start));
    }
  });

  it("may begin with any bytes, plain or in TLS", async (t) => {
    const seed = Date.now() & 0xffffff;
    t.diagnostic(`seed ${seed}`);
    const opening = fc.constantFrom(
      "",
      "\x16\x03\x01",
      "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03",
      "GET ",
      "GET / HTTP/1.1\r\n",
      "CAP LS",
      "NICK ",
      "\n",
    );
    const bytes = fc.tuple(opening, fc.uint8Array({ maxLength: 100 })).map(([start, rest]) => start + Buffer.from(rest).toString("latin1"));
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (given, inTls) => {
        const socket = inTls ? stand.knockTls() : stand.knock();
        socket.end(given, "latin1");
        assert.match(await readAll(socket), /^$|^HTTP\/1\.1 4/);
      }),
      { numRuns: 150, seed },
    );
  });
});
