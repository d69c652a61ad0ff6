// The web gateway as strangers meet it: over real sockets, with good manners and with bad ones.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import type { WebSocket } from "ws";
import { Client } from "../../../test/web/client.ts";
import { openEngine, startWebPeer, type WebPeer } from "../../../test/web/peer.ts";
import type { Chat, ChatEvent, Watcher } from "../../core/ports/chat.ts";

let peer: WebPeer;
let bystander: Client;

async function enter(to: WebPeer = peer): Promise<Client> {
  const client = new Client(to);
  await client.until(({ event }) => event === "welcome");
  return client;
}

before(async () => {
  peer = await startWebPeer({ silence: 50 });
  bystander = await enter();
});
after(async () => {
  assert.ok("result" in (await bystander.ask(1, "people")), "a client that minds its own business feels nothing of all this");
  bystander.socket.close();
  await peer.close();
});

/** What comes back for these bytes until the connection closes. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(peer.port, "127.0.0.1").on("error", () => {});
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.write(bytes, "latin1");
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

const head = (target: string, ...headers: readonly string[]) =>
  `GET ${target} HTTP/1.1\r\nHost: localhost:${peer.port}\r\n${headers.map((header) => `${header}\r\n`).join("")}\r\n`;

const UPGRADE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];

describe("over HTTP", () => {
  const cases: readonly (readonly [string, () => string, RegExp])[] = [
    ["tells that it is well", () => head("/healthz"), /^HTTP\/1\.1 200 .*\r\n\r\nok\n$/s],
    ["has nothing else", () => head("/../../etc/passwd"), /^HTTP\/1\.1 404 /],
    ["tells a foreign host name nothing", () => "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", /^HTTP\/1\.1 403 /],
    ["tells a foreign page nothing", () => head("/healthz", "Origin: https://evil.example"), /^HTTP\/1\.1 403 /],
    ["wants a token", () => head("/chat", ...UPGRADE, "Sec-WebSocket-Protocol: earshot.v1"), /^HTTP\/1\.1 401 /],
    [
      "wants no foreign page, whatever token it has",
      () => head("/chat", ...UPGRADE, "Origin: null", `Authorization: Bearer ${peer.token}`),
      /^HTTP\/1\.1 403 /,
    ],
    ["wants its protocol", () => head("/chat", ...UPGRADE, `Authorization: Bearer ${peer.token}`), /^HTTP\/1\.1 400 /],
    ["has one WebSocket", () => head("/elsewhere", ...UPGRADE, `Authorization: Bearer ${peer.token}`), /^HTTP\/1\.1 404 /],
    [
      "refuses an upgrade that is no WebSocket",
      () =>
        head("/chat", "Connection: Upgrade", "Upgrade: h2c", "Sec-WebSocket-Protocol: earshot.v1", `Authorization: Bearer ${peer.token}`),
      /^HTTP\/1\.1 4\d\d /,
    ],
    ["refuses two hosts", () => head("/healthz", "Host: evil.example"), /^HTTP\/1\.1 [34]\d\d /],
    ["refuses two lengths", () => head("/healthz", "Content-Length: 1", "Content-Length: 2"), /^HTTP\/1\.1 400 /],
    ["refuses a length beside chunks", () => head("/healthz", "Content-Length: 5", "Transfer-Encoding: chunked"), /^HTTP\/1\.1 400 /],
    ["refuses a bare line feed in a header", () => head("/healthz", "X: a\nY: b\x00"), /^HTTP\/1\.1 400 /],
    ["refuses headers without end", () => head("/healthz", `X: ${"x".repeat(20_000)}`), /^HTTP\/1\.1 431 /],
  ];
  for (const [name, bytes, answer] of cases) it(name, async () => assert.match(await exchange(bytes()), answer));

  it("answers one request per connection", async () => {
    const answers = await exchange(head("/healthz") + head("/healthz"));
    assert.equal(answers.match(/HTTP\/1\.1 \d/g)?.length, 1);
  });

  it("survives garbage after a verb", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), async (garbage) => {
        await exchange(`GET /${garbage}\r\n\r\n\r\n`);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a session", () => {
  it("answers errors by their code, and goes on", async () => {
    const client = await enter();
    assert.deepEqual((await client.ask(1, "join", { room: "#" })).error, {
      code: "bad-input",
      detail: "# is not a room: use #name, or @ and a person",
    });
    assert.match(JSON.stringify(await client.ask(2, "fly")), /"bad-input".*no method/);
    assert.ok("result" in (await client.ask(3, "rooms")));
    client.socket.close();
  });

  it("runs a request with a known nonce once, also for another session", async () => {
    const [one, other] = [await enter(), await enter()];
    const first = await one.ask(1, "say", { room: "#once", text: "hello" }, "nonce-0001");
    const again = await other.ask(9, "say", { room: "#once", text: "hello" }, "nonce-0001");
    assert.deepEqual(first.result, again.result);
    assert.equal(
      (await peer.chat.history((await peer.chat.rooms()).find(({ name }) => name === "once")?.room as never, { limit: 5 })).length,
      1,
    );
    one.socket.close();
    other.socket.close();
  });

  it("says things in the order in which it was asked to", async () => {
    const client = await enter();
    for (let id = 1; id <= 2000; id++)
      client.socket.send(JSON.stringify({ id, method: "say", params: { room: "#order", text: String(id) } }));
    await client.until(({ id }) => id === 2000);
    const history = (await client.ask(2001, "history", { room: "#order", limit: 10_000 })).result as { text: string }[];
    assert.deepEqual(
      history.map(({ text }) => Number(text)),
      Array.from({ length: 2000 }, (_, index) => index + 1),
    );
    client.socket.close();
  });

  it("answers ten thousand requests at once, and refuses that many that wait", async () => {
    const client = await enter();
    const { id } = (await client.ask(1, "say", { room: "#lobby", text: "x" })).result as { id: string };
    for (let n = 0; n < 10_000; n++)
      client.socket.send(JSON.stringify({ id: 10 + n, method: n % 2 ? "delivered" : "rooms", params: n % 2 ? { id } : {} }));
    await client.until((frame) => frame.id === 10 + 9998);
    await client.until((frame) => frame.id === 10 + 9999);
    const busy = client.frames.filter(({ error }) => (error as { code?: string } | undefined)?.code === "busy");
    assert.equal(busy.length, 5000 - 256);
    client.socket.close();
  });

  it("refuses the id of a request that is under way", async () => {
    const client = await enter();
    await client.ask(1, "watch");
    client.frames.length = 0;
    assert.match(JSON.stringify(await client.ask(1, "watch")), /under way/);
    client.socket.close();
  });

  it("bounds watches", async () => {
    const client = await enter();
    for (let id = 1; id <= 64; id++) assert.ok("result" in (await client.ask(id, "watch")));
    assert.equal(((await client.ask(65, "watch")).error as { code: string }).code, "busy");
    await client.ask(66, "unwatch", { watch: 3 });
    assert.ok("result" in (await client.ask(67, "watch")));
    client.socket.close();
  });

  const deadly: readonly (readonly [string, (socket: WebSocket) => void, number])[] = [
    ["no JSON", (socket) => socket.send("{"), 1002],
    ["a request without id", (socket) => socket.send('{"method":"people"}'), 1002],
    ["binary", (socket) => socket.send(Uint8Array.of(1, 2)), 1003],
    ["more than a request may hold", (socket) => socket.send("x".repeat(600_000)), 1009],
    ["bytes that are no UTF-8", (socket) => socket.send(Uint8Array.of(0xc3, 0x28), { binary: false }), 1007],
  ];
  for (const [name, send, code] of deadly) {
    it(`is closed with ${code} for ${name}`, async () => {
      const client = await enter();
      send(client.socket);
      assert.equal(await client.closed(), code);
    });
  }

  it("survives any JSON as parameters of any method", async () => {
    const client = await enter();
    let id = 0;
    const method = fc.constantFrom(
      "say",
      "edit",
      "react",
      "join",
      "history",
      "search",
      "delivered",
      "cancel",
      "unwatch",
      "markRead",
      "__proto__",
    );
    await fc.assert(
      fc.asyncProperty(method, fc.jsonValue(), async (name, params) => {
        assert.ok(await client.ask(++id, name, params));
      }),
      { numRuns: 200 },
    );
    client.socket.close();
  });
});

describe("a reader that falls behind", () => {
  it("is told so with the place to resume from, and others are not held up", async () => {
    const watchers = new Set<Watcher>();
    const engine = await openEngine();
    const flooding: Chat = Object.create(engine, {
      self: { value: () => engine.self() },
      close: { value: () => engine.close() },
      watch: {
        value: async (watcher: Watcher) => {
          watchers.add(watcher);
          return { cursor: 0, stop: () => watchers.delete(watcher) };
        },
      },
    });
    const flood = await startWebPeer({ chat: flooding });
    const [slow, quick] = [await enter(flood), await enter(flood)];
    await slow.ask(1, "watch");
    await quick.ask(1, "watch");
    slow.socket.pause();
    const at = "2026-11-21T10:30:00.000Z";
    const by = engine.self();
    let cursor = 0;
    while (watchers.size === 2 && cursor < 10_000) {
      const event = { cursor: ++cursor, kind: "topic", room: "#lobby", text: "x".repeat(10_000), by, at } as unknown as ChatEvent;
      for (const watcher of watchers) watcher.event(event);
      await new Promise(setImmediate);
    }
    assert.equal(watchers.size, 1);
    slow.socket.resume();
    const end = await slow.until(({ event }) => event === "end");
    assert.deepEqual(end, { event: "end", watch: 1, why: "busy", cursor });
    const held = slow.frames.flatMap(({ events }) => (events ?? []) as { cursor: number }[]).length;
    assert.equal(held, cursor);
    await quick.until(({ events }) => ((events ?? []) as { cursor: number }[]).at(-1)?.cursor === cursor);
    slow.socket.close();
    quick.socket.close();
    await flood.close();
    await engine.close();
  });
});

describe("on leaving", () => {
  it("answers what is under way, and waits for no client that does not let go", async () => {
    const leaving = await startWebPeer();
    const [talking, stuck] = [await enter(leaving), await enter(leaving)];
    stuck.socket.pause();
    const said = talking.ask(1, "say", { room: "#lobby", text: "last words" });
    await talking.ask(2, "typing", { room: "#lobby" });
    await leaving.close();
    assert.ok("result" in (await said));
    assert.equal(await talking.closed(), 1001);
    stuck.socket.terminate();
  });
});

describe("signs of life", () => {
  it("come to who answers, and who does not is dropped", async () => {
    const quiet = await startWebPeer({ beat: 20 });
    const alive = await enter(quiet);
    const dead = await enter(quiet);
    dead.socket.pause();
    const beats = () => alive.frames.filter(({ event }) => event === "beat").length;
    await alive.until(() => beats() >= 5);
    dead.socket.resume();
    assert.equal(await dead.closed(), 1006);
    assert.equal(alive.closeCode, 0);
    await quiet.close();
    assert.equal(await alive.closed(), 1001);
  });
});
