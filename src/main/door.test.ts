// The door tells protocols apart, and bears silence, garbage and floods.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { after, describe, it } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { createIdentity } from "../core/identity.ts";
import { tlsClientOptions, tlsServerOptions } from "../mesh/link/tls.ts";
import { type Door, type DoorOptions, openDoor } from "./door.ts";
import { isLoopback, isThisComputer } from "./waiting.ts";

const identity = createIdentity();
const doors: Door[] = [];
after(() => Promise.all(doors.map((door) => door.close())));

async function open(options: Partial<DoorOptions> = {}): Promise<Door> {
  const door = await openDoor({
    port: 0,
    bind: "127.0.0.1",
    tls: async () => tlsServerOptions(identity),
    onLink: (socket) => socket.end("link"),
    ...options,
  });
  doors.push(door);
  return door;
}

function dial(door: Door): Socket {
  return connect(door.address.port, "127.0.0.1").on("error", () => {});
}

/** All that comes until the connection closes. */
async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

describe("the door", () => {
  it("hands a TLS connection that asks for links to the mesh", async () => {
    const door = await open();
    const socket = connectTls({ port: door.address.port, host: "127.0.0.1", ...tlsClientOptions(createIdentity()) });
    assert.equal(await readAll(socket), "link");
  });

  it("carries what a link sends in both directions, however it is cut", async () => {
    const total = 3_000_000;
    const door = await open({ onLink: (socket: TLSSocket) => void socket.pipe(socket) });
    const socket = connectTls({ port: door.address.port, host: "127.0.0.1", ...tlsClientOptions(createIdentity()) });
    socket.end(Buffer.alloc(total, "x"));
    assert.equal((await readAll(socket)).length, total);
  });

  it("closes TLS that asks for anything else", async () => {
    const door = await open();
    const socket = connectTls({ port: door.address.port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["h2"] }).on(
      "error",
      () => {},
    );
    assert.equal(await readAll(socket), "");
  });

  it("hands HTTP to its gateway with nothing lost, byte by byte, too", async () => {
    const http = createServer((request, response) => request.pipe(response.setHeader("connection", "close")));
    const door = await open({
      gateways: {
        http: (socket, settled) => {
          settled();
          http.emit("connection", socket);
          socket.resume();
        },
      },
    });
    const request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    const whole = dial(door);
    whole.write(request);
    assert.match(await readAll(whole), /200 OK.*hello/s);
    const slow = dial(door).setNoDelay();
    for (const byte of request) {
      slow.write(byte);
      await new Promise(setImmediate);
    }
    assert.equal((await readAll(slow)).match(/^[a-z]$/gm)?.join(""), "hello");
  });

  it("takes silence for a person at a line", async () => {
    const door = await open({ silence: 20, gateways: { line: (socket) => void socket.end("hello\n") } });
    assert.equal(await readAll(dial(door)), "hello\n");
  });

  it("closes what has no gateway", async () => {
    const door = await open();
    const socket = dial(door);
    socket.write("NICK ann\r\n");
    assert.equal(await readAll(socket), "");
  });

  it("drops a connection that does not settle in time", async () => {
    const door = await open({ limits: { patience: 30 }, gateways: { line: () => {} } });
    const half = dial(door);
    half.write("\x16\x03\x01\x02");
    const name = dial(door);
    name.write("ann\n");
    assert.deepEqual(await Promise.all([readAll(half), readAll(name)]), ["", ""]);
  });

  it("drops the oldest of too many unknown connections, and still lets links in", async () => {
    const door = await open({ limits: { all: 20 } });
    const silent = Array.from({ length: 100 }, () => dial(door));
    await Promise.all(silent.slice(0, 80).map(readAll));
    const link = connectTls({ port: door.address.port, host: "127.0.0.1", ...tlsClientOptions(createIdentity()) });
    assert.equal(await readAll(link), "link");
    for (const socket of silent) socket.destroy();
  });

  it("survives garbage in every shape", async () => {
    const door = await open({ silence: 20 });
    const shapes = [
      "\x16\x03\x01\xff\xff",
      "\x16\x03\x03\x00\x05hello",
      "\x00",
      "\xff".repeat(70_000),
      "CAP",
      "GET ",
      "\x80\x2e\x01\x00\x02",
    ];
    await Promise.all(shapes.map((shape) => readAll(dial(door).end(shape, "latin1"))));
    const link = connectTls({ port: door.address.port, host: "127.0.0.1", ...tlsClientOptions(createIdentity()) });
    assert.equal(await readAll(link), "link");
  });

  it("says in one line that the port is taken", async () => {
    const door = await open();
    await assert.rejects(open({ port: door.address.port }), {
      code: "in-use",
      message: /^port \d+ is in use by another program; .*--port/,
    });
  });

  it("says that an address cannot be listened on", async () => {
    await assert.rejects(open({ bind: "192.0.2.1" }), { code: "bad-input", message: /192\.0\.2\.1/ });
  });

  it("tells this computer from others", () => {
    const cases = [
      ["127.0.0.1", "127.0.0.1", true],
      ["::ffff:127.1.2.3", "::ffff:127.0.0.1", true],
      ["::1", "::1", true],
      ["10.77.0.1", "10.77.0.1", true],
      ["10.77.0.2", "10.77.0.1", false],
      ["::ffff:10.77.0.2", "::ffff:10.77.0.1", false],
      ["fd77::2", "fd77::1", false],
      [undefined, undefined, false],
    ] as const;
    for (const [remoteAddress, localAddress, expected] of cases) {
      assert.equal(isThisComputer({ remoteAddress, localAddress }), expected, `${remoteAddress} at ${localAddress}`);
    }
  });

  it("closes in time, whoever holds on to a connection", async () => {
    const door = await open({ gateways: { line: (_, settled) => settled() } });
    const socket = dial(door);
    socket.write("ann\n");
    await new Promise((resolve) => socket.once("connect", resolve));
    await door.close();
    assert.equal(await readAll(socket), "");
  });

  it("listens on all interfaces when none is named", async () => {
    const door = await open({ bind: null });
    const socket = connectTls({ port: door.address.port, host: "127.0.0.1", ...tlsClientOptions(createIdentity()) });
    assert.equal(await readAll(socket), "link");
  });
});

describe("isLoopback", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    it(`holds for ${address}`, () => assert.ok(isLoopback(address)));
  for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "::", "127.example", undefined]) {
    it(`does not hold for ${address}`, () => assert.ok(!isLoopback(address)));
  }
});
