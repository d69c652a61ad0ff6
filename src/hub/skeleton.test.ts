import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { foldName } from "../core/name.ts";
import { bareSkeletonOf, skeletonOf } from "./skeleton.ts";

const ALIKE: readonly (readonly [string, string, why: string])[] = [
  ["bob", "BOB", "case"],
  ["bob", "ｂｏｂ", "width"],
  ["bob", "bоb", "Cyrillic o"],
  ["bob", "b0b", "zero"],
  ["paypal", "pаyраl", "Cyrillic a and er"],
  ["anna", "αννα", "Greek"],
  ["bill", "biII", "capital i"],
  ["bill", "bi1|", "one and bar"],
  ["arnold", "amold", "rn and m"],
  ["vvendy", "wendy", "vv and w"],
  ["ines", "ınes", "i without its dot"],
  ["jose", "josé", "accent"],
  ["zoe", "zoë̈̈", "piled marks"],
  ["ΝΙΚΟΣ", "νικος", "capital and final sigma"],
  ["max", "m\u200dax", "a joiner nobody sees"],
  ["o'neil", "o’neil", "apostrophes"],
  ["𝐛𝐨𝐛", "bob", "mathematical letters"],
];

for (const [a, b, why] of ALIKE) {
  test(`${a} and ${b} look alike: ${why}`, () => assert.equal(skeletonOf(a), skeletonOf(b)));
}

const DIFFERENT: readonly (readonly [string, string])[] = [
  ["ann", "anna"],
  ["guest1", "guest2"],
  ["guest1", "guest11"],
  ["कम", "किम"],
  ["東京", "京東"],
  ["иван", "инан"],
];

for (const [a, b] of DIFFERENT) {
  test(`${a} and ${b} do not`, () => assert.notEqual(skeletonOf(a), skeletonOf(b)));
}

test("a thousand numbered guests all have names of their own", () => {
  assert.equal(new Set(Array.from({ length: 1000 }, (_, index) => skeletonOf(`guest${index}`))).size, 1000);
});

test("names that fold alike have one skeleton, and a skeleton is its own", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (name) => {
      assert.equal(skeletonOf(foldName(name)), skeletonOf(name));
      assert.equal(skeletonOf(name.toUpperCase().toLowerCase()), skeletonOf(name.toUpperCase()));
    }),
    { numRuns: 2000 },
  );
});

test("spaces and marks do not hide a word", () => assert.equal(bareSkeletonOf("[ S-Y-S-T-E-M ]"), bareSkeletonOf("system")));
