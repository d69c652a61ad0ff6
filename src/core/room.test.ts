// What rooms may be called, and who may carry them.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createIdentity } from "./identity.ts";
import { type Conversation, type PersonId, personOf, type RoomId } from "./ids.ts";
import { conversationOf, directMembers, directRoom, LOBBY, MAX_ROOM_ID, mayHold, parseOpenRoom, parseRoomId, roomOf } from "./room.ts";

const ANN = createIdentity().id;
const BOB = createIdentity().id;
const EVE = createIdentity().id;
const utf8 = new TextEncoder();

const ROOMS: readonly [name: string, text: string, room: string | null][] = [
  ["a plain name", "#tea", "#tea"],
  ["without its mark", "tea", "#tea"],
  ["upper case", "#Tea", "#tea"],
  ["full width", "＃ＴＥＡ", "#tea"],
  ["spaces around", " #tea ", "#tea"],
  ["other scripts", "#お茶", "#お茶"],
  ["an emoji of several characters", "#👩‍🚀", "#👩‍🚀"],
  ["48 characters", `#${"x".repeat(48)}`, `#${"x".repeat(48)}`],
  ["49 characters", `#${"x".repeat(49)}`, null],
  ["nothing", "#", null],
  ["empty", "", null],
  ["two marks", "##tea", null],
  ["a space inside", "#tea room", null],
  ["a person", "@ann", null],
  ["only joiners", "#\u200d\u200d", null],
  ["only a filler", "#\u3164", null],
  ["a control", "#a\u0000", null],
  ["text in reverse", "#a\u202e", null],
  ["10,000 characters", "x".repeat(10_000), null],
];

for (const [name, text, room] of ROOMS) {
  test(`an open room: ${name}`, () => {
    assert.equal(parseOpenRoom(text), room);
  });
}

test("a room that is parsed is in its one valid form, and short enough for the wire", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      const room = parseOpenRoom(text);
      if (room === null) return;
      assert.equal(parseOpenRoom(room), room);
      assert.equal(parseRoomId(room), room);
      assert.ok(utf8.encode(room).length <= MAX_ROOM_ID);
    }),
    { seed: 2, numRuns: 10_000 },
  );
});

test("every letter of Unicode makes a stable room or none", () => {
  for (let code = 0x80; code < 0x20000; code++) {
    const room = parseOpenRoom(`#${String.fromCodePoint(code)}`);
    if (room !== null) assert.equal(parseOpenRoom(room), room, code.toString(16));
  }
});

test("a direct room is the same whoever asks, and holds guests with any name", () => {
  const guest = personOf(ANN, "zoë +1");
  const room = directRoom(guest, personOf(BOB));
  assert.equal(directRoom(personOf(BOB), guest), room);
  assert.equal(parseRoomId(room), room);
  assert.deepEqual(new Set(directMembers(room)), new Set([guest, personOf(BOB)]));
  assert.equal(directMembers(LOBBY), null);
  const longest = directRoom(personOf(ANN, "李".repeat(16)), personOf(BOB, "李".repeat(16)));
  assert.equal(parseRoomId(longest), longest);
});

test("a room id in another form is refused", () => {
  const [low, high] = [personOf(ANN), personOf(BOB)].sort() as [PersonId, PersonId];
  assert.equal(parseRoomId(`@${low}+${high}`), `@${low}+${high}`);
  assert.equal(parseRoomId(`@${low}+${low}`), `@${low}+${low}`, "a note to oneself");
  for (const text of [
    "",
    "lobby",
    "#Lobby",
    " #lobby",
    `@${high}+${low}`,
    `@${low}`,
    `@${low}+`,
    `@${low}+${high}+${high}`,
    `@${low}/+${high}`,
  ]) {
    assert.equal(parseRoomId(text), null, text);
  }
});

test("random text is no room, and nothing throws", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 450 }), fc.constantFrom("", "@", `@${ANN}+`, `@${ANN}/`), (text, start) => {
      const room = parseRoomId(start + text);
      assert.ok(room === null || room === start + text);
    }),
    { seed: 2, numRuns: 5000 },
  );
});

test("open rooms are for everyone, direct ones for the peers of their two people", () => {
  const room = directRoom(personOf(ANN, "guest"), personOf(BOB));
  assert.deepEqual(
    [ANN, BOB, EVE].map((peer) => mayHold(peer, room)),
    [true, true, false],
  );
  assert.ok(mayHold(EVE, LOBBY));
});

test("a person names a direct room by the other one", () => {
  const [ann, bob] = [personOf(ANN), personOf(BOB)];
  const room = directRoom(ann, bob);
  assert.equal(conversationOf(room, ann), `@${bob}`);
  assert.equal(roomOf(conversationOf(room, ann), ann), room);
  assert.equal(conversationOf(directRoom(ann, ann), ann), `@${ann}`);
  assert.throws(() => conversationOf(room, personOf(EVE)), { code: "wrong-room" });
  assert.equal(roomOf(LOBBY, ann), LOBBY);
  for (const text of ["lobby", "@bob", "@", "", "#a b"]) assert.throws(() => roomOf(text as Conversation, ann), { code: "bad-input" });
  assert.equal(conversationOf("#tea" as RoomId, ann), "#tea");
});
