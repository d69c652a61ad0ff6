// What people may be called, and what of a text reaches a screen.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanLine, cleanText, foldName, parseGuest, parseName, parseNetwork } from "./name.ts";

const RUNS = { seed: 2, numRuns: 5000 };
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(" ", "\n", "\t", "\u200b", "\ufeff", "\ud800", "é", "e\u0301"),
    fc.string({ unit: "binary", maxLength: 3 }),
  ),
  maxLength: 300,
});

const NAMES: readonly [name: string, text: string, parsed: string | null][] = [
  ["a plain name", "ann", "ann"],
  ["spaces around and between", "  ann \t lee ", "ann lee"],
  ["composed and decomposed are one", "Zoe\u0308", "Zoë"],
  ["other scripts", "李小龍", "李小龍"],
  ["an emoji of several characters", "👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"],
  ["empty", "", null],
  ["only spaces", " \u3000 ", null],
  ["only a mark that joins", "\u200d", null],
  ["only a filler that nobody sees", "\u3164", null],
  ["only the empty Braille cell", "\u2800", null],
  ["a control character", "a\u0007b", null],
  ["an escape sequence", "\u001b[31mred", null],
  ["text in reverse", "a\u202eb", null],
  ["a lone surrogate", "a\ud800", null],
  ["a non-character", "a\uffff", null],
  ["private use", "a\ue000", null],
  ["what looks like a room", "#ann", null],
  ["what looks like a person", "@ann", null],
  ["the dot of a tag", "ann·k7qd", null],
  ["a slash", "ann/bob", null],
  ["48 characters", "x".repeat(48), "x".repeat(48)],
  ["49 characters", "x".repeat(49), null],
  ["48 characters of several code units", "é\u0323".repeat(38), "ẹ\u0301".repeat(38)],
  ["10,000 characters", "x".repeat(10_000), null],
  ["a pile of marks", `a${"\u0323".repeat(40)}`, null],
];

for (const [name, text, parsed] of NAMES) {
  test(`a name: ${name}`, () => {
    assert.equal(parseName(text), parsed);
  });
}

test("a parsed name parses to itself", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const name = parseName(text);
      if (name !== null) assert.equal(parseName(name), name);
    }),
    RUNS,
  );
});

test("a guest's name is short enough for an id", () => {
  assert.equal(parseGuest("ann lee"), "ann lee");
  assert.equal(parseGuest("李".repeat(16)), "李".repeat(16));
  assert.equal(parseGuest("李".repeat(17)), null);
});

test("a network's name is taken as it is, or not at all", () => {
  for (const good of ["lan", "büro 2", "x".repeat(64)]) assert.equal(parseNetwork(good), good);
  for (const bad of ["", "x".repeat(65), "é".repeat(33), "a\nb", "a\u202eb", "\ud800"]) assert.equal(parseNetwork(bad), null);
});

test("names fold over case, width and compatibility", () => {
  assert.equal(foldName("ＡＮＮ"), foldName("ann"));
  assert.equal(foldName("Zoë"), foldName("zoe\u0308"));
});

test("a cleaned line is one line within its bound, and cleaning it again changes nothing", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 250 }), (text, most) => {
      const line = cleanLine(text, most);
      assert.equal(cleanLine(line, most), line);
      assert.ok(Array.from(line).length <= most);
      assert.doesNotMatch(line, /[\p{Cc}\p{Cs}]/u);
    }),
    RUNS,
  );
  assert.equal(cleanLine(" a\r\n \u200b b\u001b[2J "), "a b[2J");
});

test("cleaned text keeps line ends and tabs, loses every other control, and stays as it is when cleaned again", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = cleanText(text);
      assert.equal(cleanText(clean), clean);
      assert.doesNotMatch(clean, /[^\P{Cc}\n\t]|\p{Cs}/u);
    }),
    RUNS,
  );
  assert.equal(cleanText("a\r\nb\tc\u001b[2J\u0007"), "a\nb\tc[2J");
});
