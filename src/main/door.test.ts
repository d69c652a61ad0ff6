// The door tells protocols apart, and bears silence, garbage and floods.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { after, describe, it } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { createIdentity } from "../core/identity.ts";
import { credentialsOf } from "../mesh/link/certificate.ts";
import { tlsClientOptions, tlsServerOptions } from "../mesh/link/tls.ts";
import { type DoorOptions, openDoor } from "./door.ts";
import { openLinePort } from "./line-port.ts";
import type { Door } from "./listening.ts";

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

describe("the door, for people who come by TLS", () => {
  const people = { peopleTls: async () => credentialsOf(identity), silence: 20 };
  const answering: DoorOptions["gateways"] = {
    http: (socket) => void socket.end("http"),
    irc: (socket) => void socket.end("irc"),
    line: (socket) => void socket.end("line"),
  };
  const cases: readonly (readonly [string, readonly string[], string, string])[] = [
    ["http/1.1 to the web gateway, before a word is said", ["h2", "http/1.1"], "", "http"],
    ["a request without ALPN", [], "GET / HTTP/1.1\r\n", "http"],
    ["IRC that asks for itself", ["irc"], "CAP LS 302\r\n", "irc"],
    ["IRC without ALPN", [], "NICK ann\r\n", "irc"],
    ["a line", [], "ann\n", "line"],
    ["silence", [], "", "line"],
    ["nonsense in TLS to nobody", [], "\x16\x03\x01\x00\x00", ""],
    ["nothing but unknown protocols to nobody", ["h2", "spdy/3"], "GET / HTTP/1.1\r\n", ""],
  ];
  for (const [name, ALPNProtocols, said, answer] of cases) {
    it(`hands on ${name}`, async () => {
      const door = await open({ ...people, gateways: answering });
      const socket = connectTls({
        port: door.address.port,
        host: "127.0.0.1",
        rejectUnauthorized: false,
        ALPNProtocols: [...ALPNProtocols],
      });
      socket.on("error", () => {}).write(said, "latin1");
      assert.equal(await readAll(socket), answer);
    });
  }

  it("asks them for no certificate, and links for theirs", async () => {
    const door = await open({
      ...people,
      gateways: answering,
      onLink: (socket) => socket.end(socket.getPeerX509Certificate() ? "key" : "none"),
    });
    const link = connectTls({ port: door.address.port, host: "127.0.0.1", ...tlsClientOptions(createIdentity()) });
    assert.equal(await readAll(link), "key");
    const { promise: shown, resolve } = Promise.withResolvers<unknown>();
    const other = await open({ ...people, gateways: { http: (socket) => resolve((socket as TLSSocket).getPeerX509Certificate()) } });
    const own = { ...credentialsOf(createIdentity()), rejectUnauthorized: false };
    const browser = connectTls({ port: other.address.port, host: "127.0.0.1", ...own, ALPNProtocols: ["http/1.1"] }).on("error", () => {});
    assert.equal(await shown, undefined);
    browser.destroy();
  });

  it("closes them when their certificate cannot be had, and tries again for the next", async () => {
    let asked = 0;
    const failing = async () => {
      if (asked++ === 0) throw new Error("no disk");
      return credentialsOf(identity);
    };
    const lines: string[] = [];
    const door = await open({ ...people, gateways: answering, peopleTls: failing, log: (line) => lines.push(line) });
    const dialTls = () =>
      connectTls({ port: door.address.port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] }).on(
        "error",
        () => {},
      );
    assert.equal(await readAll(dialTls()), "");
    assert.equal(await readAll(dialTls()), "http");
    assert.match(lines.join(), /no disk/);
  });

  it("waits for a hello that comes in pieces, beyond a person's silence", async () => {
    const door = await open({ ...people, gateways: answering });
    const slowWay = createTcpServer((near) => {
      const far = dial(door).setNoDelay();
      far.pipe(near.on("error", () => {}));
      near.once("data", (chunk: Buffer) => {
        near.pause();
        far.write(chunk.subarray(0, 3));
        setTimeout(() => near.pipe(far).write(chunk.subarray(3)), 60);
      });
    }).listen(0, "127.0.0.1");
    await once(slowWay, "listening");
    const { port } = slowWay.address() as AddressInfo;
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] }).on("error", () => {});
    assert.equal(await readAll(socket), "http");
    slowWay.close();
  });
});

describe("who may use the gateways", () => {
  it("is asked anew for every connection", async () => {
    let asked = 0;
    const openTo = () => (asked++ % 2 ? "network" : "computer");
    const door = await open({ openTo, gateways: { line: (socket) => void socket.end("hello\n") } });
    for (let i = 0; i < 3; i++) await readAll(dial(door).end("x\n"));
    assert.equal(asked, 3);
  });
});

describe("a port for lines", () => {
  it("hands over at once, whatever comes first, and bounds who does not settle", async () => {
    const port = await openLinePort({
      port: 0,
      bind: "127.0.0.1",
      limits: { patience: 50 },
      gateway: (socket) => void socket.write("name?\n"),
    });
    doors.push(port);
    const start = performance.now();
    assert.equal(await readAll(dial(port)), "name?\n");
    assert.ok(performance.now() - start >= 45);
  });
});
