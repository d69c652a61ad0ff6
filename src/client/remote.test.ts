// A chat over WebSocket bears the loss of its connection: nothing missed, nothing twice.

import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { after, describe, it } from "node:test";
import { WebSocket } from "ws";
import { openEngine, startWebPeer, type WebPeer } from "../../test/web/peer.ts";
import type { Chat, ChatEvent } from "../core/ports/chat.ts";
import { LOBBY } from "../core/room.ts";
import { type ConnectionState, connectChat } from "./remote.ts";
import { dialBy } from "./socket.ts";

const dial = dialBy(WebSocket);
const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

async function startPeer(options: Parameters<typeof startWebPeer>[0] = {}): Promise<WebPeer> {
  const peer = await startWebPeer(options);
  closers.push(peer.close);
  return peer;
}

/** A way to a peer that can be cut: the client thinks that it talks to the peer itself. */
async function cuttable(port: number): Promise<{ readonly port: number; cut(): void; swallowAnswers(): void }> {
  const sockets = new Set<Socket>();
  let swallow = false;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.on("data", (chunk) => far.write(chunk.toString("latin1").replace(/Host: 127.0.0.1:\d+/i, `Host: 127.0.0.1:${port}`), "latin1"));
    far.on("data", (chunk) => swallow || near.write(chunk));
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        near.destroy();
        far.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    swallow = false;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  closers.push(async () => {
    server.close();
    cut();
  });
  const address = server.address();
  assert.ok(address && typeof address === "object");
  return {
    port: address.port,
    cut,
    swallowAnswers: () => {
      swallow = true;
    },
  };
}

/** Texts of messages as a watcher hears them, and a way to wait for the one that is expected last. */
function listener() {
  const texts: string[] = [];
  const waiting = new Map<string, () => void>();
  return {
    texts,
    event(event: ChatEvent) {
      if (event.kind !== "message") return;
      texts.push(event.message.text);
      waiting.get(event.message.text)?.();
    },
    until: (text: string) => new Promise<void>((resolve) => (texts.includes(text) ? resolve() : waiting.set(text, resolve))),
  };
}

async function connectTo(port: number, token: string, onState?: (state: ConnectionState) => void): Promise<Chat> {
  const chat = await connectChat({ to: { url: `ws://127.0.0.1:${port}/chat`, token }, dial, ...(onState && { onState }) });
  closers.push(() => chat.close());
  return chat;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

describe("a remote chat", () => {
  it("rejects where nobody answers, and where the token is another", async () => {
    await assert.rejects(connectTo(1, "x"), { code: "unreachable" });
    const peer = await startPeer();
    await assert.rejects(connectTo(peer.port, "wrong"), { code: "unreachable" });
    await assert.rejects(connectChat({ to: { url: "no address", token: "x" }, dial }), { code: "unreachable" });
    await assert.rejects(connectChat({ to: () => null, dial }), { code: "unreachable" });
  });

  it("connects by the platform's own WebSocket", async () => {
    const peer = await startPeer();
    const chat = await connectChat({ to: peer });
    assert.deepEqual(chat.self(), peer.chat.self());
    await chat.close();
  });

  it("goes on watching after a loss where it was", async () => {
    const peer = await startPeer();
    const way = await cuttable(peer.port);
    const chat = await connectTo(way.port, peer.token);
    const heard = listener();
    await chat.watch(heard);
    for (const text of numbers(1, 20)) await peer.chat.say(LOBBY, text);
    await heard.until("20");
    way.cut();
    for (const text of numbers(21, 40)) await peer.chat.say(LOBBY, text);
    await heard.until("40");
    for (const text of numbers(41, 60)) {
      await peer.chat.say(LOBBY, text);
      if (text === "50") way.cut();
    }
    await heard.until("60");
    assert.deepEqual(heard.texts, numbers(1, 60));
  });

  it("hears what was said before its first event when the loss comes at once", async () => {
    const peer = await startPeer();
    const way = await cuttable(peer.port);
    const chat = await connectTo(way.port, peer.token);
    const heard = listener();
    await chat.watch(heard);
    way.cut();
    await peer.chat.say(LOBBY, "meanwhile");
    await heard.until("meanwhile");
  });

  it("says once what was stored but not acknowledged", async () => {
    const peer = await startPeer();
    const way = await cuttable(peer.port);
    const chat = await connectTo(way.port, peer.token);
    const heard = listener();
    await peer.chat.watch(heard);
    way.swallowAnswers();
    const said = numbers(1, 50).map((text) => chat.say(LOBBY, text));
    await heard.until("50");
    way.cut();
    const messages = await Promise.all(said);
    assert.deepEqual(
      messages.map(({ text }) => text),
      numbers(1, 50),
    );
    const history = await peer.chat.history(LOBBY, { limit: 100 });
    assert.deepEqual(
      history.map(({ text }) => text),
      numbers(1, 50),
    );
  });

  it("keeps what is said while the connection is lost, in its order", async () => {
    const peer = await startPeer();
    const way = await cuttable(peer.port);
    const lost = Promise.withResolvers<void>();
    const chat = await connectTo(way.port, peer.token, (state) => state === "lost" && lost.resolve());
    way.cut();
    await lost.promise;
    await Promise.all(numbers(1, 30).map((text) => chat.say(LOBBY, text)));
    const history = await chat.history(LOBBY, { limit: 100 });
    assert.deepEqual(
      history.map(({ text }) => text),
      numbers(1, 30),
    );
  });

  it("says once, also to a new run of the peer, what the last one may have stored", async () => {
    const engine = await openEngine();
    closers.push(() => engine.close());
    const last = await startWebPeer({ chat: engine });
    closers.push(last.close);
    const way = await cuttable(last.port);
    let to = { url: `ws://127.0.0.1:${way.port}/chat`, token: last.token };
    const chat = await connectChat({ to: () => to, dial });
    closers.push(() => chat.close());
    const heard = listener();
    await engine.watch(heard);
    way.swallowAnswers();
    const said = chat.say(LOBBY, "was I heard?");
    await heard.until("was I heard?");
    to = await startPeer({ chat: engine });
    way.cut();
    const { id } = await said;
    assert.deepEqual(
      (await chat.history(LOBBY, { limit: 9 })).map((message) => message.id),
      [id],
    );
  });

  it("finds a peer again that starts anew elsewhere", async () => {
    const engine = await openEngine();
    closers.push(() => engine.close());
    const first = await startWebPeer({ chat: engine });
    let now = first;
    const chat = await connectChat({ to: () => now, dial });
    closers.push(() => chat.close());
    const heard = listener();
    await chat.watch(heard);
    await engine.say(LOBBY, "before");
    await heard.until("before");
    await first.close();
    await engine.say(LOBBY, "meanwhile");
    now = await startPeer({ chat: engine });
    await chat.say(LOBBY, "after");
    await heard.until("after");
    assert.deepEqual(heard.texts, ["before", "meanwhile", "after"]);
  });

  it("gives up after its patience, and says so to all who wait", async () => {
    const peer = await startWebPeer();
    const states: string[] = [];
    const chat = await connectChat({ to: peer, dial, patience: 0, onState: (state) => states.push(state) });
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    await chat.watch({ event: () => {}, ended: resolve });
    await peer.close();
    assert.equal(await ended, "closed");
    await assert.rejects(chat.people(), { code: "unreachable" });
    assert.deepEqual(states, ["open", "lost", "closed"]);
  });

  it("knows its own new name, whoever gave it", async () => {
    const peer = await startPeer();
    const chat = await connectTo(peer.port, peer.token);
    assert.equal((await chat.rename("bea")).name, "bea");
    assert.equal(chat.self().name, "bea");
    await peer.chat.rename("cy");
    await chat.people();
    assert.equal(chat.self().name, "cy");
  });

  it("stops waiting for a delivery when told", async () => {
    const peer = await startPeer();
    const chat = await connectTo(peer.port, peer.token);
    const { id } = await chat.say(LOBBY, "anyone?");
    const stop = new AbortController();
    const waiting = chat.delivered(id, stop.signal);
    stop.abort(new Error("enough"));
    await assert.rejects(waiting, { message: "enough" });
  });

  it("refuses what is longer than any request", async () => {
    const peer = await startPeer();
    const chat = await connectTo(peer.port, peer.token);
    await assert.rejects(chat.say(LOBBY, "x".repeat(600_000)), { code: "too-large" });
    await assert.rejects(chat.say(LOBBY, "x".repeat(60_001)), { code: "too-large" });
    assert.equal((await chat.say(LOBBY, `${"\u0001".repeat(59_999)}x`)).text, "x");
  });

  it("rejects all that waits when it is closed, and all that comes after", async () => {
    const peer = await startPeer();
    const chat = await connectTo(peer.port, peer.token);
    const waiting = chat.people();
    await chat.close();
    await assert.rejects(waiting, { code: "closed" });
    await assert.rejects(chat.rooms(), { code: "closed" });
    await assert.rejects(chat.watch({ event: () => {} }), { code: "closed" });
    await chat.close();
  });
});
