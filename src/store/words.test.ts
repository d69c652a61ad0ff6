// Words as search sees them.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseWanted, termsOf } from "./words.ts";

const cases: readonly [string, string, readonly string[]][] = [
  ["words, each once, without case and punctuation", "Hello, HELLO wor-ld!", ["hello", "wor", "ld"]],
  ["accents and width fall away", "Ｃafé ÉTÉ", ["cafe", "ete"]],
  ["dense scripts by pairs, and the last character alone", "東京都", ["東京", "京都", "都"]],
  ["dense and other scripts side by side", "iPhone手机", ["iphone", "手机", "机"]],
  ["emoji without skin, style and joiners", "👍🏽❤️👩‍💻", ["👍", "❤", "👩", "💻"]],
  ["flags as a whole", "🇯🇵🇫🇷", ["🇯🇵", "🇫🇷"]],
  ["nothing of punctuation", "… ?! — «»", []],
  ["a very long word by its beginning", "a".repeat(100), ["a".repeat(64)]],
];
for (const [title, text, terms] of cases) test(title, () => assert.deepEqual(termsOf(text), terms));

test("any text answers to itself, and its terms hold nothing that could be syntax", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      assert.ok(parseWanted(text)?.matches(text) ?? true);
      for (const term of termsOf(text)) assert.match(term, /^[^\p{Cc}\p{P}\p{Z}\p{Cs}\p{Co}]+$/u);
    }),
    { numRuns: 2_000, seed: 3277 },
  );
});

test("what a text holds is among its terms, whoever asks", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => {
      const wanted = parseWanted(text);
      const terms = termsOf(text);
      for (const term of wanted?.terms ?? []) assert.ok(terms.includes(term), `${term} of ${text}`);
      for (const start of wanted?.beginnings ?? [])
        assert.ok(
          terms.some((term) => term.startsWith(start)),
          `${start} of ${text}`,
        );
    }),
    { numRuns: 2_000, seed: 3277 },
  );
});

test("thousands of marks on one character cost no more than other letters", () => {
  const pile = `zalgo a${"\u0301\u0323".repeat(15_000)} end`;
  const start = performance.now();
  for (let i = 0; i < 10; i++) assert.ok(termsOf(pile).includes("zalgo") && termsOf(pile).includes("end"));
  assert.ok(performance.now() - start < 1_500);
});
