// A remote chat as a guest: entering by name, by password and by token, and how a hub ends a visit. The hub is played by the test.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type WebSocket as Socket, WebSocket, WebSocketServer } from "ws";
import type { ChatError } from "../core/errors.ts";
import type { ChatEvent } from "../core/ports/chat.ts";
import { NOT_WELCOME, SUBPROTOCOL, TOKEN_PREFIX, TOKEN_REFUSED } from "../wire/web.ts";
import { type ConnectOptions, connectChat } from "./remote.ts";
import { dialBy } from "./socket.ts";

const HUB = `${"h".repeat(51)}a`;
const ann = { id: `${HUB}/ann` };

type Asked = { readonly id: number; readonly method: string; readonly params: Record<string, unknown>; readonly nonce?: string };

/** A hub whose answers the test gives. */
class PlayedHub {
  /** The tokens that connections showed, null for none. */
  readonly tokens: (string | null)[] = [];
  readonly asked: Asked[] = [];
  goodToken = "";
  refusal: { readonly code: string; readonly detail: string } | null = null;
  ban = "";
  people: unknown = { at: null, people: [] };
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => SUBPROTOCOL });
  socket: Socket | null = null;
  #wake = Promise.withResolvers<void>();

  static async open(context: TestContext): Promise<PlayedHub> {
    const hub = new PlayedHub();
    hub.#server.on("connection", (socket, { headers }) => hub.#met(socket, headers["sec-websocket-protocol"] ?? ""));
    await new Promise((resolve) => hub.#server.once("listening", resolve));
    context.after(() => {
      for (const socket of hub.#server.clients) socket.terminate();
      hub.#server.close();
    });
    return hub;
  }

  get url(): string {
    const address = this.#server.address();
    return `ws://127.0.0.1:${typeof address === "object" ? address?.port : ""}/chat`;
  }

  tell(frame: unknown): void {
    this.socket?.send(JSON.stringify(frame));
  }

  /** The first request of this method, come already or to come. */
  async hears(method: string): Promise<Asked> {
    for (;;) {
      const found = this.asked.find((request) => request.method === method);
      if (found) return found;
      await this.#wake.promise;
    }
  }

  #met(socket: Socket, protocols: string): void {
    const [, token = null] = new RegExp(`${TOKEN_PREFIX}([\\w-]+)`).exec(protocols) ?? [];
    this.tokens.push(token);
    this.socket = socket;
    socket.on("message", (data) => this.#heard(JSON.parse(String(data)) as Asked));
    if (this.ban) socket.close(NOT_WELCOME, this.ban);
    else if (token === null) this.tell({ event: "hello", title: "Room 12", welcome: "be kind" });
    else if (token === this.goodToken) this.tell({ event: "welcome", self: ann });
    else socket.close(TOKEN_REFUSED);
  }

  #heard(request: Asked): void {
    this.asked.push(request);
    const { id, method } = request;
    if (method === "enter" && this.refusal) this.tell({ id, error: this.refusal });
    else if (method === "enter") {
      this.tell({ id, result: { token: this.goodToken } });
      this.tell({ event: "welcome", self: ann });
    }
    if (method === "watch") this.tell({ id, result: { cursor: 7 } });
    if (method === "people") this.tell({ id, result: this.people });
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}

async function stage(context: TestContext, options: Partial<ConnectOptions> & { readonly token?: string } = {}) {
  const hub = await PlayedHub.open(context);
  hub.goodToken = "good";
  const enter = async () => {
    const { token, ...rest } = options;
    const chat = await connectChat({ to: { url: hub.url, token }, as: { name: "ann" }, dial: dialBy(WebSocket), ...rest });
    context.after(() => chat.close());
    return chat;
  };
  return { hub, enter };
}

test("enters by name, and is told what the hub says of itself", async (context) => {
  const told: unknown[] = [];
  const { hub, enter } = await stage(context, {
    onHello: (hello) => told.push(hello.title, hello.welcome),
    onToken: (token) => told.push(token),
  });
  assert.deepEqual((await enter()).self(), { id: ann.id, name: "ann" });
  assert.deepEqual(hub.asked[0]?.params, { name: "ann" });
  assert.deepEqual(told, ["Room 12", "be kind", "good"]);
});

test("enters with a password where one is given", async (context) => {
  const { hub, enter } = await stage(context, { as: { name: "ann", password: "secret" } });
  await enter();
  assert.deepEqual(hub.asked[0]?.params, { name: "ann", password: "secret" });
});

test("is let in by the token of an earlier visit without giving a name", async (context) => {
  const { hub, enter } = await stage(context, { token: "good" });
  await enter();
  assert.deepEqual([hub.tokens, hub.asked], [["good"], []]);
});

test("enters by name where the token is refused", async (context) => {
  const { hub, enter } = await stage(context, { token: "old" });
  await enter();
  assert.deepEqual(hub.tokens, ["old", null]);
});

for (const code of ["in-use", "bad-signature", "bad-input", "not-allowed", "rate-limited", "busy"]) {
  test(`rejects with what entering is refused for: ${code}`, async (context) => {
    const { hub, enter } = await stage(context);
    hub.refusal = { code, detail: "because" };
    await assert.rejects(enter(), { code, message: "because" });
  });
}

test("rejects where the hub lets nobody in from here", async (context) => {
  const { hub, enter } = await stage(context, { token: "good" });
  hub.ban = "you are banned";
  await assert.rejects(enter(), { code: "not-allowed", message: "you are banned" });
});

test("comes back by the token that it was given", async (context) => {
  const states: string[] = [];
  const { hub, enter } = await stage(context, { onState: (state) => states.push(state) });
  const chat = await enter();
  hub.socket?.terminate();
  await chat.people();
  assert.deepEqual(hub.tokens, [null, "good"]);
  assert.deepEqual(states, ["open", "lost", "open"]);
});

test("enters by name again when it comes back to a hub that forgot its token", async (context) => {
  const { hub, enter } = await stage(context);
  const chat = await enter();
  hub.goodToken = "new";
  hub.socket?.terminate();
  await chat.people();
  assert.deepEqual(hub.tokens, [null, "good", null]);
});

test("ends for good when it is kicked, with the hub's sentence", async (context) => {
  const told: unknown[] = [];
  const { hub, enter } = await stage(context, {
    onFarewell: ({ code }) => told.push(code),
    onState: (state, why) => told.push(state, why?.message),
  });
  const chat = await enter();
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  await chat.watch({ event: () => {}, ended: resolve });
  const waiting = chat.rooms();
  await hub.hears("rooms");
  hub.tell({ event: "farewell", code: "kicked", text: "kicked by dora: enough" });
  hub.socket?.close();
  await assert.rejects(waiting, { code: "not-allowed", message: "kicked by dora: enough" });
  assert.equal(await ended, "closed");
  await assert.rejects(chat.people(), { code: "not-allowed", message: "kicked by dora: enough" });
  assert.deepEqual(told, ["open", undefined, "kicked", "closed", "kicked by dora: enough"]);
  assert.equal(hub.tokens.length, 1);
});

test("ends when it is banned while the connection is lost", async (context) => {
  const { promise: over, resolve } = Promise.withResolvers<ChatError | undefined>();
  const { hub, enter } = await stage(context, { onState: (state, why) => state === "closed" && resolve(why) });
  await enter();
  hub.goodToken = "new";
  hub.refusal = { code: "not-allowed", detail: "you are banned until tomorrow" };
  hub.socket?.terminate();
  assert.equal((await over)?.message, "you are banned until tomorrow");
});

test("comes back after a hub that closes", async (context) => {
  const { hub, enter } = await stage(context);
  const chat = await enter();
  hub.tell({ event: "farewell", code: "closing", text: "Room 12 closes" });
  hub.socket?.close();
  await chat.people();
  assert.equal(hub.tokens.length, 2);
});

test("asks again under the same nonce what was not answered", async (context) => {
  const { hub, enter } = await stage(context);
  const chat = await enter();
  const said = chat.say("#lobby" as never, "hello");
  said.catch(() => {});
  const first = await hub.hears("say");
  hub.asked.length = 0;
  hub.socket?.terminate();
  assert.deepEqual(await hub.hears("say"), first);
  await chat.close();
  await assert.rejects(said, { code: "closed" });
});

test("after a loss watchers are told who came, who is here and who is gone", async (context) => {
  const { hub, enter } = await stage(context);
  const chat = await enter();
  const heard: ChatEvent[] = [];
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const owner = { id: HUB, name: "dora" };
  hub.people = { at: "2026-11-21T10:00:00.000Z", people: [{ ...owner, guests: ["bob"] }] };
  await chat.people();
  await chat.watch({
    event: () => assert.fail("a list is asked for"),
    events: (events) => {
      heard.push(...events);
      resolve();
    },
  });
  hub.people = { at: "2026-11-21T11:00:00.000Z", people: [{ ...owner, guests: ["cy"] }] };
  hub.socket?.terminate();
  await told;
  assert.deepEqual(
    heard.map((event) =>
      "person" in event ? `${event.kind} ${event.person.name} ${"status" in event.person ? event.person.status : ""}` : "",
    ),
    ["presence bob offline", "left bob ", "presence dora online", "presence cy online", "joined cy "],
  );
  assert.deepEqual(hub.asked.filter(({ method }) => method === "watch").at(-1)?.params, { after: 7 });
});
