// WebSocket as attackers speak it: a typed error or a closed connection, and people talk on.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { Client } from "../web/client.ts";
import { BINARY, CLOSE, CONTINUATION, closeCodeOf, type FrameShape, frame, openRaw, PING, PONG, TEXT } from "./frames.ts";
import { gone, Stand } from "./stand.ts";

let stand: Stand;
before(async () => {
  stand = await Stand.begin({ beat: 1_500 });
});
after(() => stand[Symbol.asyncDispose]());

const HALF_A_MEGABYTE = 1 << 19;

const DEADLY: readonly (readonly [string, readonly FrameShape[], number])[] = [
  ["a frame that is too large", [{ opcode: TEXT, payload: "x".repeat(HALF_A_MEGABYTE * 2) }], 1009],
  ["a frame that says it is too large", [{ opcode: TEXT, length: 2 ** 40 }], 1009],
  ["a frame that says it is beyond all numbers", [{ opcode: TEXT, length: Number.MAX_SAFE_INTEGER * 512 }], 1009],
  [
    "fragments that are too much together",
    [
      { opcode: TEXT, fin: false },
      ...Array.from({ length: 70 }, () => ({ opcode: CONTINUATION, fin: false, payload: "x".repeat(10_000) })),
    ],
    1009,
  ],
  [
    "fragments without end",
    [{ opcode: TEXT, fin: false }, ...Array.from({ length: 40_000 }, () => ({ opcode: CONTINUATION, fin: false, payload: "x" }))],
    1008,
  ],
  ["bytes that are no UTF-8", [{ opcode: TEXT, payload: Uint8Array.of(0x7b, 0xc0, 0xaf) }], 1007],
  ["half a surrogate", [{ opcode: TEXT, payload: Uint8Array.of(0xed, 0xa0, 0x80) }], 1007],
  ["what is not masked", [{ opcode: TEXT, masked: false, payload: '{"id":1,"method":"people"}' }], 1002],
  ["a reserved bit", [{ opcode: TEXT, reserved: 1, payload: "x" }], 1002],
  ["the bit of compression that nobody offered", [{ opcode: TEXT, reserved: 4, payload: deflateRawSync("x".repeat(1_000_000)) }], 1002],
  ["a reserved opcode", [{ opcode: 0x3, payload: "x" }], 1002],
  ["a reserved opcode of control", [{ opcode: 0xb, payload: "x" }], 1002],
  ["a continuation of nothing", [{ opcode: CONTINUATION, payload: "x" }], 1002],
  [
    "a text inside a text",
    [
      { opcode: TEXT, fin: false, payload: "{" },
      { opcode: TEXT, payload: "}" },
    ],
    1002,
  ],
  ["a ping that is too long", [{ opcode: PING, payload: "x".repeat(126) }], 1002],
  ["a ping in fragments", [{ opcode: PING, fin: false, payload: "x" }], 1002],
  ["a goodbye of one byte", [{ opcode: CLOSE, payload: Uint8Array.of(3) }], 1002],
  ["a goodbye with a code that is none", [{ opcode: CLOSE, payload: Uint8Array.of(0x03, 0xed) }], 1002],
  ["a goodbye that is no UTF-8", [{ opcode: CLOSE, payload: Uint8Array.of(0x03, 0xe8, 0xff) }], 1007],
  ["binary", [{ opcode: BINARY, payload: "{}" }], 1003],
  ["no JSON", [{ opcode: TEXT, payload: "<script>alert(1)</script>" }], 1002],
  ["JSON deeper than any stack", [{ opcode: TEXT, payload: "[".repeat(200_000) }], 1002],
  ["an array of requests", [{ opcode: TEXT, payload: '[{"id":1,"method":"people"}]' }], 1002],
];

const UNKNOWN: readonly (readonly [string, string])[] = [
  ["an unknown method", '{"id":7,"method":"fly"}'],
  ["a method of all objects", '{"id":7,"method":"__proto__"}'],
  ["another of them", '{"id":7,"method":"constructor","params":{}}'],
  ["a method that is no text", '{"id":7,"method":{"a":1}}'],
  ["parameters that are none", '{"id":7,"method":"say","params":[1,2]}'],
  ["a prototype as a parameter", '{"id":7,"method":"say","params":{"__proto__":{"room":"#lobby"},"text":"x"}}'],
  ["a number for a text", '{"id":7,"method":"say","params":{"room":"#lobby","text":1}}'],
  ["a text that is too long", JSON.stringify({ id: 7, method: "say", params: { room: "#lobby", text: "x".repeat(100_000) } })],
  ["too much history", '{"id":7,"method":"history","params":{"room":"#lobby","limit":1e99}}'],
];

describe("WebSocket as attackers speak it", () => {
  for (const [name, shapes, code] of DEADLY) {
    it(`closes on ${name} with ${code}`, async () => {
      const { socket } = await openRaw(stand);
      for (const shape of shapes) socket.write(frame(shape));
      assert.equal(await closeCodeOf(socket), code);
    });
  }

  for (const [name, request] of UNKNOWN) {
    it(`answers ${name} by a typed error`, async () => {
      const client = new Client(stand);
      await client.until(({ event }) => event === "welcome");
      client.socket.send(request);
      const { error } = await client.until(({ id }) => id === 7);
      assert.match((error as { code: string }).code, /^(bad-input|too-large)$/);
      client.socket.terminate();
    });
  }

  it("agrees to no compression, so that no bomb can be sent", async () => {
    const { socket, head } = await openRaw(stand, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
    assert.match(head, /^HTTP\/1\.1 101 /);
    assert.doesNotMatch(head, /extensions/i);
    socket.write(frame({ opcode: TEXT, reserved: 4, payload: deflateRawSync(Buffer.alloc(100_000_000)) }));
    assert.equal(await closeCodeOf(socket), 1002);
  });

  it("drops who sends half a frame and falls silent", async () => {
    const { socket } = await openRaw(stand);
    socket.write(frame({ opcode: TEXT, payload: "{", length: 100_000 }));
    assert.equal(await closeCodeOf(socket), 1006);
  });

  it("holds little for who pings without end and reads nothing", async () => {
    const { socket } = await openRaw(stand);
    socket.pause();
    const before = process.memoryUsage().rss;
    const pings = Buffer.concat(Array.from({ length: 1_000 }, () => frame({ opcode: PING, payload: "x".repeat(125) })));
    for (let i = 0; i < 300 && !socket.destroyed; i++) {
      if (!socket.write(pings)) await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), gone(socket)]);
    }
    assert.ok(process.memoryUsage().rss < before + 100 * (1 << 20));
    socket.destroy();
  });

  it("lets nobody who never reads run up answers", async () => {
    const { socket } = await openRaw(stand);
    socket.pause();
    const before = process.memoryUsage().rss;
    for (let id = 1; id <= 10_000 && !socket.destroyed; id++) {
      socket.write(frame({ opcode: TEXT, payload: JSON.stringify({ id, method: "people" }) }));
      if (id % 500 === 0) await new Promise(setImmediate);
    }
    assert.ok(process.memoryUsage().rss < before + 200 * (1 << 20));
    socket.destroy();
  });

  it("answers ten thousand requests in flight, each by a result or a typed error", async () => {
    const client = new Client(stand);
    await client.until(({ event }) => event === "welcome");
    for (let id = 1; id <= 10_000; id++) {
      client.socket.send(JSON.stringify({ id, method: id % 3 ? "rooms" : "fly", params: {} }));
    }
    await client.until(({ id }) => id === 10_000 || id === 9_999);
    const answered = () => new Set(client.frames.map(({ id }) => id).filter((id) => typeof id === "number")).size;
    while (answered() < 10_000) await new Promise(setImmediate);
    client.socket.terminate();
  });

  it("gives back script in every text as text", async () => {
    const client = new Client(stand);
    await client.until(({ event }) => event === "welcome");
    const script = `<script>alert("1")</script><img src=x onerror=alert(1)>&lt;`;
    const said = await client.ask(1, "say", { room: "#lobby", text: script });
    assert.equal((said.result as { text: string }).text, script);
    for (const [id, method, params] of [
      [2, "status", { status: "away", text: "<svg onload=alert(1)>" }],
      [3, "rename", { name: "<b>ann</b>" }],
      [4, "topic", { room: "#lobby", text: script }],
      [5, "join", { room: "#<script>" }],
    ] as const) {
      assert.ok(await client.ask(id, method, params));
    }
    client.socket.terminate();
    const page = await stand.exchange(`GET / HTTP/1.1\r\nHost: localhost:${stand.port}\r\n\r\n`);
    assert.doesNotMatch(page, /alert|onerror|onload/, "no page is made of what people say");
  });

  it("bears frames of any shape", async (t) => {
    const seed = Date.now() & 0xffffff;
    t.diagnostic(`seed ${seed}`);
    const shape = fc.record({
      opcode: fc.oneof(fc.constantFrom(TEXT, CONTINUATION, PING, PONG, CLOSE), fc.nat(15)),
      payload: fc.oneof(fc.uint8Array({ maxLength: 130 }), fc.json(), fc.constant('{"id":1,"method":"people"}')),
      fin: fc.boolean(),
      masked: fc.nat(9).map((n) => n > 0),
      reserved: fc.nat(20).map((n) => (n > 7 ? 0 : n)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(shape, { minLength: 1, maxLength: 6 }), async (shapes) => {
        const { socket } = await openRaw(stand);
        const closing = closeCodeOf(socket);
        for (const each of shapes) socket.write(frame(each));
        socket.end(frame({ opcode: CLOSE, payload: Uint8Array.of(0x03, 0xe8) }));
        const code = await closing;
        assert.ok([1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009].includes(code) || (code >= 3000 && code < 5000), `${code}`);
      }),
      { numRuns: 100, seed },
    );
  });
});
