import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Conversation } from "../core/ids.ts";
import { LOBBY } from "../core/room.ts";
import { here, message, person } from "../ui/cli/testing/fake-chat.ts";
import { Directory } from "./directory.ts";
import { eventLine, exportLine, foundLine, messageLine, presenceLine } from "./lines.ts";

const me = person("m", "me");
const ann = person("a", "ann");
const at = "2026-11-21T14:02:03";
const tea = "#tea" as Conversation;
const direct = `@${ann.id}` as Conversation;
const view = () => ({ people: new Directory(me, [ann]), room: LOBBY });
const line = (said: Parameters<typeof messageLine>[0]) => messageLine(said, view());

test("a message is one line with time and name", () => {
  assert.deepEqual(line(message(ann, "hello", at)), { tone: "talk", text: "[14:02] <ann> hello" });
});

test("own messages are marked as such", () => {
  assert.deepEqual(line(message(me, "hello", at)), { tone: "own", text: "[14:02] <me> hello" });
});

test("direct talk has stars, and an arrow on what is one's own", () => {
  assert.equal(line(message(ann, "psst", at, { room: direct })).text, "[14:02] *ann* psst");
  assert.equal(line(message(me, "yes?", at, { room: direct })).text, "[14:02] -> *ann* yes?");
});

test("what is said in another room names the room", () => {
  assert.equal(line(message(ann, "hello", at, { room: tea })).text, "[14:02] #tea <ann> hello");
});

test("what somebody does is told as such", () => {
  assert.equal(line(message(ann, "/me waves", at)).text, "[14:02] * ann waves");
  assert.equal(line(message(ann, "/me waves", at, { room: tea })).text, "[14:02] #tea * ann waves");
});

test("no row of a message can be taken for a message", () => {
  assert.equal(line(message(ann, "a\n[14:02] <me> b\r\nc\u2028d", at)).text, "[14:02] <ann> a\n        [14:02] <me> b\n        cd");
});

test("no name can be taken for more than a name", () => {
  const forger = person("f", "ann> I quit <bob");
  assert.equal(line(message(forger, "hi", at)).text, "[14:02] <ann› I quit ‹bob> hi");
});

test("two people of one name are told apart", () => {
  const people = new Directory(me, [ann, person("b", "ANN")]);
  assert.equal(messageLine(message(ann, "hello", at), { people, room: LOBBY }).text, "[14:02] <ann·aaaa> hello");
});

test("edited, taken back and far ahead are seen", () => {
  assert.equal(line(message(ann, "hello", at, { edited: true })).text, "[14:02] <ann> hello (edited)");
  assert.equal(line(message(ann, "", at, { redacted: true })).text, "[14:02] <ann> (taken back)");
  assert.equal(line(message(ann, "hello", at, { ahead: true })).text, "[14:02?] <ann> hello");
});

test("whatever is said, no control reaches the terminal and every row but the first is indented", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (text, name) => {
      const { text: shown } = line(message({ ...ann, name }, `x${text}`, at));
      assert.doesNotMatch(shown.replaceAll("\n", "").replaceAll("\t", ""), /\p{Cc}/u);
      for (const row of shown.split("\n").slice(1)) assert.ok(row.startsWith("        "));
    }),
    { numRuns: 2000 },
  );
});

test("an export has full dates", () => {
  assert.equal(exportLine(message(ann, "hello\nthere", at), view().people), `2026-11-21 14:02:03 <ann> hello\n${" ".repeat(20)}there`);
  assert.equal(foundLine(message(ann, "hello", at, { room: direct }), view().people), "2026-11-21 14:02 @ann <ann> hello");
});

test("events are news", () => {
  const text = (event: Parameters<typeof eventLine>[0]) => eventLine(event, view())?.text;
  const when = new Date(at).toISOString();
  assert.equal(text({ kind: "joined", room: tea, person: ann, at: when, cursor: 1 }), "[14:02] -- ann joined #tea");
  assert.equal(text({ kind: "left", room: tea, person: ann, at: when, cursor: 1 }), "[14:02] -- ann left #tea");
  assert.equal(
    text({ kind: "topic", room: tea, by: ann, text: "green", at: when, cursor: 1 }),
    "[14:02] -- ann set the topic of #tea: green",
  );
  assert.equal(
    text({ kind: "renamed", person: { ...ann, name: "anna" }, previous: "ann", was: null, at: when, cursor: 1 }),
    "[14:02] -- ann is now anna",
  );
});

test("an edit tells both texts, an announcement who made it", () => {
  const text = (event: Parameters<typeof eventLine>[0]) => eventLine(event, view())?.text.slice(8);
  const edited = (room: Conversation) =>
    text({ kind: "edited", by: ann, previous: "x", message: message(ann, "y\n[14:02] -- z", at, { room }), cursor: 1 });
  assert.equal(edited(LOBBY), '* ann changed "x" to "y [14:02] -- z"');
  assert.equal(edited(tea), '#tea * ann changed "x" to "y [14:02] -- z"');
  assert.equal(edited(direct), '*ann* * ann changed "x" to "y [14:02] -- z"');
  const when = new Date(at).toISOString();
  const announced = { kind: "announced", room: LOBBY, text: "tea\nis ready", at: when, cursor: 1 } as const;
  assert.equal(text({ ...announced, by: ann }), "-- at the hub of ann: tea\n        is ready");
  assert.equal(text({ ...announced, by: me }), "-- tea\n        is ready");
});

test("no name makes news of its own", () => {
  const forger = person("f", 'bob left, "ann');
  const event = { kind: "joined", room: tea, person: forger, at: new Date(at).toISOString(), cursor: 1 } as const;
  assert.equal(eventLine(event, view())?.text, '[14:02] -- "bob left, ”ann" joined #tea');
  assert.equal(eventLine({ ...event, person: person("l", "ann lee") }, view())?.text, "[14:02] -- ann lee joined #tea");
});

test("presence is told when it changes, and only then", () => {
  const told = (before: Parameters<typeof presenceLine>[0], now: Parameters<typeof presenceLine>[1]) =>
    presenceLine(before, now, view().people)?.text.slice(8) ?? null;
  const gone = here(ann, { status: "offline" });
  assert.equal(told(undefined, here(ann)), "-- ann is here");
  assert.equal(told(here(ann), here(ann)), null);
  assert.equal(told(undefined, gone), null);
  assert.equal(told(here(ann), gone), "-- ann is gone");
  assert.equal(told(here(ann), here(ann, { status: "away", text: "lunch" })), "-- ann is away: lunch");
  assert.equal(told(here(ann, { status: "away" }), here(ann)), "-- ann is back");
  assert.equal(told(here(ann), here(ann, { text: "busy baking" })), "-- ann is here: busy baking");
});
