// What people, messages and events cost in JSON, and that nothing of them is lost on the way.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Conversation, type EntryId, type PeerId, personOf } from "../core/ids.ts";
import type { ChatEvent, Message, PersonInfo, RoomInfo } from "../core/ports/chat.ts";
import type { Person } from "../core/presence.ts";
import { LOBBY } from "../core/room.ts";
import { encodeAnswer, encodeEvents, parseResult, parseServerFrame } from "./web.ts";
import { encodeEvent, encodePresence } from "./web-events.ts";
import type { MethodName, Result } from "./web-methods.ts";
import type { PresenceChanges } from "./web-people.ts";

const PEERS = ["a", "b", "c"].map((letter) => `${letter.repeat(51)}a` as PeerId);
const [HUB = "" as PeerId] = PEERS;
const AT = "2026-11-21T10:30:00.123Z";
const OWNER: Person = { id: personOf(HUB), name: "Room 12" };
const ID = "ab".repeat(32) as EntryId;

const guestNamed = (name: string): Person => ({ id: personOf(HUB, name), name });

function infoOf(person: Person, more: Partial<PersonInfo> = {}): PersonInfo {
  const host = person.id.includes("/") ? OWNER : null;
  const via = host ? ("guest" as const) : ("link" as const);
  return { ...person, status: "online", text: "", via, host, hub: null, verified: false, seen: AT, ...more };
}

function messageOf(more: Partial<Message> = {}): Message {
  const [time, seq] = [Date.parse(AT) * 1000 + 456, 7];
  const said = { id: ID, room: LOBBY as Conversation, from: guestNamed("ann"), text: "hello", at: AT, edited: false, redacted: false };
  return { ...said, replyTo: null, reactions: [], key: { time, author: HUB, seq }, ahead: false, ...more };
}

/** The result as the other side has it. */
function there<M extends MethodName>(method: M, result: Result<M>): unknown {
  const parsed = parseResult(method, JSON.parse(encodeAnswer(1, method, result)).result);
  assert.ok(parsed.ok);
  return parsed.result;
}

function eventsThere(...texts: readonly string[]): readonly ChatEvent[] {
  const frame = parseServerFrame(encodeEvents(1, texts));
  assert.ok(frame?.event === "events");
  return frame.events;
}

describe("a message", () => {
  const cases: readonly (readonly [string, Message])[] = [
    ["as most are", messageOf()],
    ["of a peer's owner", messageOf({ from: OWNER })],
    ["edited, with reactions", messageOf({ edited: true, reactions: [{ emoji: "👍", by: [OWNER, guestNamed("bob")] }] })],
    ["redacted, in answer to another, ahead of its time", messageOf({ text: "", redacted: true, replyTo: ID, ahead: true })],
    ["shown at another time than its key says", messageOf({ at: "9999-12-31T23:59:59.999Z" })],
  ];
  for (const [name, message] of cases) it(`${name} arrives whole`, () => assert.deepEqual(there("say", message), message));

  it("says only what is not usual", () => {
    const { result } = JSON.parse(encodeAnswer(1, "say", messageOf()));
    assert.deepEqual(Object.keys(result), ["id", "room", "from", "text", "key"]);
    assert.deepEqual(result.from, { id: guestNamed("ann").id });
  });

  it("needs a name where the id tells none", () => {
    assert.deepEqual(parseResult("rename", { id: HUB }), { ok: false });
    assert.deepEqual(parseResult("rename", { id: `${HUB}/%` }), { ok: false });
  });
});

describe("people", () => {
  const guest = fc.record({
    name: fc.constantFrom("ann", "bob", "Änne", "a b", "日本", "o'neil"),
    status: fc.constantFrom("online", "away", "busy", "offline"),
    text: fc.constantFrom("", "lunch"),
    verified: fc.boolean(),
    via: fc.constantFrom("guest", "carried"),
    seen: fc.constantFrom("2026-11-20T09:00:00.000Z", null),
  });
  const peer = fc.record({
    status: fc.constantFrom("online", "away", "busy", "offline"),
    via: fc.constantFrom("link", "carried"),
    hub: fc.constantFrom(null, "Room 12"),
    seen: fc.constantFrom("2026-11-20T09:00:00.000Z", null),
    isTold: fc.boolean(),
    guests: fc.uniqueArray(guest, { selector: ({ name }) => name }),
  });

  it("arrive whole, whoever they are; those who are here were seen just now", () => {
    fc.assert(
      fc.property(fc.tuple(peer, peer, peer), (peers) => {
        const infos = peers.flatMap(({ isTold, guests, ...shown }, index) => {
          const owner: Person = { id: personOf(PEERS[index] ?? HUB), name: `peer ${index}` };
          const seen = (info: { status: string; seen: string | null }) => (info.status === "offline" ? info.seen : AT);
          const own = infoOf(owner, { ...shown, seen: seen(shown) } as Partial<PersonInfo>);
          const hosted = guests.map((one) => ({
            ...infoOf({ id: personOf(PEERS[index] ?? HUB, one.name), name: one.name }),
            ...(one as Partial<PersonInfo>),
            seen: seen(one),
            host: owner,
          }));
          return [...(isTold ? [own] : []), ...hosted];
        });
        assert.deepEqual(there("people", infos), infos);
      }),
      { numRuns: 300 },
    );
  });

  it("who are guests of one hub stand below it, most by their names alone", () => {
    const infos = [infoOf(guestNamed("ann")), infoOf(OWNER, { hub: "Room 12" }), infoOf(guestNamed("bob"), { status: "away" })];
    assert.deepEqual(JSON.parse(encodeAnswer(1, "people", infos)).result, {
      at: AT,
      people: [{ ...OWNER, hub: "Room 12", guests: ["ann", { name: "bob", status: "away" }] }],
    });
  });
});

describe("changes of presence", () => {
  it("become events like those of Chat: presence, and the lobby joined or left", () => {
    const [ann, bob, cy] = [infoOf(guestNamed("ann")), infoOf(guestNamed("bob"), { text: "lunch" }), infoOf(OWNER, { status: "offline" })];
    const lobby = { cursor: null, room: LOBBY, at: AT };
    assert.deepEqual(eventsThere(encodePresence({ came: [ann], changed: [bob], went: [cy] })), [
      { cursor: null, kind: "presence", person: cy },
      { ...lobby, kind: "left", person: OWNER },
      { cursor: null, kind: "presence", person: bob },
      { cursor: null, kind: "presence", person: ann },
      { ...lobby, kind: "joined", person: guestNamed("ann") },
    ]);
  });

  it("keep that nobody knows when who went was seen", () => {
    const cy = infoOf(OWNER, { status: "offline", seen: null });
    const [event] = eventsThere(encodePresence({ came: [infoOf(guestNamed("ann"))], changed: [], went: [cy] }));
    assert.deepEqual(event, { cursor: null, kind: "presence", person: cy });
  });
});

describe("an event", () => {
  const by = OWNER;
  const person = guestNamed("ann");
  const kinds = [
    { cursor: 1, kind: "message", message: messageOf() },
    { cursor: 2, kind: "edited", message: messageOf({ edited: true }), previous: "hullo", by },
    { cursor: 3, kind: "redacted", room: LOBBY, id: ID, by, at: AT },
    { cursor: 4, kind: "reacted", room: LOBBY, id: ID, by, emoji: "👍", on: true, at: AT },
    { cursor: 5, kind: "joined", room: LOBBY, person, at: AT },
    { cursor: null, kind: "left", room: LOBBY, person, at: AT },
    { cursor: 7, kind: "topic", room: LOBBY, text: "tea", by, at: AT },
    { cursor: 8, kind: "announced", room: LOBBY, text: "closing at five", by, at: AT },
    { cursor: 9, kind: "renamed", person, previous: "bob", was: guestNamed("bob").id, at: AT },
    { cursor: 10, kind: "renamed", person, previous: "bob", was: null, at: AT },
    { cursor: null, kind: "presence", person: infoOf(person, { status: "away" }) },
    { cursor: null, kind: "typing", room: LOBBY, person },
    { cursor: null, kind: "notice", code: "clock", text: "the clock is off" },
  ] as unknown as readonly ChatEvent[];
  for (const event of kinds) it(`${event.kind} arrives whole`, () => assert.deepEqual(eventsThere(encodeEvent(event)), [event]));

  it("becomes text once, however many read it", () => {
    const [event] = kinds;
    assert.ok(event);
    assert.equal(encodeEvent(event), encodeEvent(event));
  });
});

describe("a newcomer among a thousand", () => {
  const crowd = Array.from({ length: 1000 }, (_, index) => infoOf(guestNamed(`newcomer ${index}`)));
  const sizeOf = (...texts: readonly string[]) => Buffer.byteLength(texts.join(""));

  it("costs less than 50 kB: everyone, 50 messages, ten rooms, and the arrival of everyone", () => {
    const texts = Array.from({ length: 50 }, () => messageOf({ text: "What somebody says in a room is seldom longer than this." }));
    const room: RoomInfo = { room: LOBBY, kind: "open", name: "lobby", topic: "", joined: true, here: 999, unread: 12, last: AT };
    const arrival = sizeOf(
      encodeAnswer(1, "people", [infoOf(OWNER, { hub: "Room 12" }), ...crowd]),
      encodeAnswer(2, "history", texts),
      encodeAnswer(
        3,
        "rooms",
        Array.from({ length: 10 }, () => room),
      ),
    );
    assert.ok(arrival < 35_000, `${arrival} bytes`);
    const together: PresenceChanges = { came: crowd, changed: [], went: [] };
    const later = sizeOf(encodeEvents(4, [encodePresence(together)]));
    assert.ok(arrival + later < 50_000, `${arrival} + ${later} bytes`);
  });
});
