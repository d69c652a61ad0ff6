import assert from "node:assert/strict";
import { test } from "node:test";
import { Batch } from "./batch.ts";

const [a, b, c] = ["a\n", "b\n", "c\n"].map((text) => ({ text })) as [{ text: string }, { text: string }, { text: string }];

test("readers who are told the same hold the same bytes, whatever others are told in between", () => {
  const root = new Batch();
  const one = root.and(a).and(b);
  root.and(b).and(c);
  root.and({ text: "private\n" });
  const two = root.and(a).and(b);
  assert.equal(one, two);
  assert.equal(one.bytes(false), two.bytes(false));
  assert.equal(String(one.bytes(false)), "a\nb\n");
});

test("pieces that only look alike are not taken for the same", () => {
  const root = new Batch();
  assert.notEqual(root.and({ text: "a\n" }), root.and({ text: "a\n" }));
});

test("lines end as the reader needs it", () => {
  assert.equal(String(new Batch().and(a).and(c).bytes(true)), "a\r\nc\r\n");
});

test("the order of the pieces is that of their coming", () => {
  const root = new Batch();
  assert.equal(String(root.and(b).and(a).and(b).bytes(false)), "b\na\nb\n");
});
