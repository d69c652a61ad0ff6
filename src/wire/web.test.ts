// Frames of the browser protocol: what is read, what is refused, and that nothing breaks the parsers.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ChatEvent } from "../core/ports/chat.ts";
import { encodeAnswer, encodeEvents, encodeRefusal, encodeRequest, parseRequest, parseResult, parseServerFrame } from "./web.ts";
import { encodeEvent } from "./web-events.ts";
import { METHODS, type MethodName } from "./web-methods.ts";

const ID = "ab".repeat(32);
const AUTHOR = "a".repeat(52);

describe("parseRequest", () => {
  it("reads what encodeRequest wrote", () => {
    const request = parseRequest(
      encodeRequest(7, "history", parsed({ room: "#lobby", limit: 5, before: { time: 1, author: AUTHOR, seq: 2 } }), "nonce-123"),
    );
    assert.deepEqual(request, {
      id: 7,
      nonce: "nonce-123",
      method: "history",
      params: { room: "#lobby", limit: 5, before: { time: 1, author: AUTHOR, seq: 2 } },
    });
  });

  /** The typed params of a history request, by way of the parser that alone makes them. */
  function parsed(params: unknown) {
    const request = parseRequest(JSON.stringify({ id: 1, method: "history", params }));
    assert.ok(request.method === "history");
    return request.params;
  }

  const refused: readonly (readonly [string, string, number | null])[] = [
    ["text that is no JSON", "{", null],
    ["an id that is text", '{"id":"1","method":"people"}', null],
    ["an id that is negative", '{"id":-1,"method":"people"}', null],
    ["an id that is a fraction", '{"id":1.5,"method":"people"}', null],
    ["an id beyond what JSON carries exactly", '{"id":9007199254740993,"method":"people"}', null],
    ["an id that overflows to infinity", '{"id":1e999,"method":"people"}', null],
    ["a list", "[1,2]", null],
    ["nothing", "null", null],
    ["an unknown method", '{"id":1,"method":"fly","params":{}}', 1],
    ["a method that every object inherits", '{"id":1,"method":"toString","params":{}}', 1],
    ["a method that changes prototypes", '{"id":1,"method":"__proto__","params":{}}', 1],
    ["an unknown key", '{"id":1,"method":"people","params":{},"more":1}', 1],
    ["an unknown parameter", '{"id":1,"method":"people","params":{"more":1}}', 1],
    ["a missing parameter", '{"id":1,"method":"say","params":{"room":"#a"}}', 1],
    ["a room that is none", '{"id":1,"method":"join","params":{"room":"lobby"}}', 1],
    ["a room that is too long", `{"id":1,"method":"join","params":{"room":"#${"x".repeat(400)}"}}`, 1],
    ["an entry's id in capitals", `{"id":1,"method":"redact","params":{"id":"${ID.toUpperCase()}"}}`, 1],
    ["more history than is given", '{"id":1,"method":"history","params":{"room":"#a","limit":10001}}', 1],
    ["a limit of infinity", '{"id":1,"method":"history","params":{"room":"#a","limit":1e999}}', 1],
    ["a status that one cannot choose", '{"id":1,"method":"setStatus","params":{"status":"offline"}}', 1],
    ["a nonce that is too short", '{"id":1,"method":"people","nonce":"x"}', 1],
    ["null where a parameter may be left out", '{"id":1,"method":"watch","params":{"after":null}}', 1],
  ];
  for (const [name, text, id] of refused) {
    it(`refuses ${name}`, () => {
      const request = parseRequest(text);
      assert.equal(request.method, null);
      assert.equal(request.id, id);
    });
  }

  it("tells in few words what is wrong, however long the input is", () => {
    const request = parseRequest(JSON.stringify({ id: 1, method: "say", params: { room: "#a", text: ["x".repeat(10_000)] } }));
    assert.ok(request.method === null);
    assert.match(request.detail, /^text: /);
    assert.ok(request.detail.length <= 300);
  });

  it("survives deep nesting", () => {
    assert.equal(parseRequest("[".repeat(500_000)).method, null);
    assert.equal(parseRequest(`{"id":1,"method":"say","params":${"[".repeat(100_000)}${"]".repeat(100_000)}}`).method, null);
  });

  it("never throws and pollutes nothing, whatever comes", () => {
    const methods = Object.keys(METHODS) as MethodName[];
    const close = fc.record({
      id: fc.oneof(fc.nat(), fc.jsonValue()),
      method: fc.oneof(fc.constantFrom(...methods), fc.string()),
      params: fc.jsonValue(),
    });
    const polluted = fc.constantFrom('{"__proto__":{"polluted":1}}', '{"id":1,"method":"people","params":{"__proto__":{"polluted":1}}}');
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      close.map((frame) => JSON.stringify(frame)),
      polluted,
    );
    fc.assert(
      fc.property(anything, (text) => {
        const request = parseRequest(text);
        if (request.method !== null) assert.ok(Object.hasOwn(METHODS, request.method) && Number.isSafeInteger(request.id));
      }),
      { numRuns: 5000 },
    );
    assert.ok(!("polluted" in {}));
  });
});

const EVENT = { cursor: 3, kind: "topic", room: "#lobby", text: "tea", by: { id: AUTHOR, name: "ann" }, at: "2026-11-21T10:30:00.000Z" };

describe("parseServerFrame", () => {
  it("reads events, and passes over kinds of a later version", () => {
    const text = encodeEvents(4, [encodeEvent(EVENT as unknown as ChatEvent), '{"cursor":4,"kind":"levitated"}']);
    assert.deepEqual(parseServerFrame(text), { event: "events", watch: 4, events: [EVENT] });
  });

  it("reads answers and refusals", () => {
    assert.deepEqual(parseServerFrame(encodeAnswer(2, "redact", undefined)), { event: "answer", id: 2, result: null });
    assert.deepEqual(parseServerFrame(encodeRefusal(null, "busy", "later")), { event: "refusal", id: null, code: "busy", detail: "later" });
  });

  it("knows a result that is not what the method answers", () => {
    assert.deepEqual(parseResult("redact", null), { ok: true, result: null });
    assert.deepEqual(parseResult("people", [{ id: 1 }]), { ok: false });
  });

  it("never throws, whatever comes", () => {
    const close = fc.record({
      event: fc.constantFrom("events", "end", "hello", "welcome", "self", "beat", "farewell"),
      watch: fc.jsonValue(),
      events: fc.array(fc.jsonValue()),
    });
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      close.map((frame) => JSON.stringify(frame)),
    );
    fc.assert(
      fc.property(anything, (text) => void parseServerFrame(text)),
      { numRuns: 5000 },
    );
  });
});
