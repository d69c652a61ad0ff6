// What TLS clients ask for in their hello, as Node's own client writes it, and as nobody should.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { before, describe, it } from "node:test";
import { connect } from "node:tls";
import fc from "fast-check";
import { MAX_HELLO, readHello } from "./client-hello.ts";

/** The first bytes of a client that offers these protocols. */
async function helloWith(protocols: readonly string[]): Promise<Uint8Array> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const client = connect({ port: address.port, host: "127.0.0.1", ALPNProtocols: [...protocols], servername: "localhost" });
  client.on("error", () => {});
  const [socket] = await once(server, "connection");
  const [bytes] = await once(socket, "data");
  socket.destroy();
  client.destroy();
  server.close();
  return new Uint8Array(bytes);
}

/** The same hello, spread over records of so many bytes. */
function inRecords(hello: Uint8Array, size: number): Uint8Array {
  const message = hello.subarray(5);
  const parts: number[] = [];
  for (let at = 0; at < message.length; at += size) {
    const piece = message.subarray(at, at + size);
    parts.push(0x16, 3, 1, piece.length >> 8, piece.length & 0xff, ...piece);
  }
  return Uint8Array.from(parts);
}

describe("readHello", () => {
  let hello: Uint8Array;
  before(async () => {
    hello = await helloWith(["earshot/1", "http/1.1"]);
  });

  it("finds what is offered, in its order", () => {
    assert.deepEqual(readHello(hello), { kind: "hello", protocols: ["earshot/1", "http/1.1"] });
  });

  it("finds nothing where nothing is offered", async () => {
    assert.deepEqual(readHello(await helloWith([])), { kind: "hello", protocols: [] });
  });

  it("puts together what is spread over records", () => {
    for (const size of [200, 500, 10_000]) {
      assert.deepEqual(readHello(inRecords(hello, size)), { kind: "hello", protocols: ["earshot/1", "http/1.1"] });
    }
    assert.equal(readHello(inRecords(hello, 3)).kind, "malformed", "over too many");
  });

  it("waits for all of it, and does not mind what follows", () => {
    for (let length = 0; length < hello.length; length++) assert.equal(readHello(hello.subarray(0, length)).kind, "undecided", `${length}`);
    assert.equal(readHello(Uint8Array.of(...hello, 1, 2, 3)).kind, "hello");
  });

  it("takes no other message and no record that is empty or too long", () => {
    const shapes = [
      [0x16, 3, 1, 0, 4, 2, 0, 0, 0],
      [0x17, 3, 1, 0, 4, 1, 0, 0, 0],
      [0x16, 3, 1, 0, 0, 0x16, 3],
      [0x16, 3, 1, 0xff, 0xff, 1],
      [0x16, 3, 1, 0, 4, 1, 0xff, 0, 0],
    ];
    for (const shape of shapes) assert.equal(readHello(Uint8Array.from(shape)).kind, "malformed", `${shape}`);
  });

  it("never throws, never takes back an answer, and always has one in time", () => {
    const changed = fc
      .tuple(fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 8 }), fc.nat(2000))
      .map(([changes, length]) => changes.reduce((bytes, [at, byte]) => bytes.with(at % bytes.length, byte), hello).subarray(0, length));
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 300 })), fc.nat(300), (bytes, cut) => {
        const [early, late] = [readHello(bytes.subarray(0, cut)), readHello(bytes)];
        assert.ok(early.kind === "undecided" || cut > bytes.length || early.kind === late.kind);
        const padded = new Uint8Array(Math.max(MAX_HELLO, bytes.length));
        padded.set(bytes);
        assert.notEqual(readHello(padded).kind, "undecided");
      }),
      { numRuns: 3000 },
    );
  });
});
