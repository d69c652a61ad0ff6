// What the binary form promises: plain bytes of their own, one encoding, and typed errors.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "cborg";
import fc from "fast-check";
import { pack, readBytes, readList, readText, readUint, unpack, unpackExactly, type Value } from "./cbor.ts";
import { ChatError } from "./errors.ts";

const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "grapheme" }),
    fc.maxSafeNat(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("value"), { maxLength: 4 }),
  ),
}));

test("values come back as they were, from plain bytes that share no pool", () => {
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 6 }), (values) => {
      const bytes = pack(values);
      assert.equal(bytes.constructor, Uint8Array);
      assert.equal(bytes.buffer.byteLength, bytes.length);
      assert.deepEqual(unpack(bytes, "test"), values);
    }),
    { seed: 2, numRuns: 2000 },
  );
});

test("random bytes are an array in its one encoding, or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0x80, max: 0x9f }), (tail, head) => {
      const bytes = Uint8Array.of(head, ...tail);
      try {
        assert.deepEqual(pack(unpack(bytes, "test") as readonly Value[]), bytes);
      } catch (error) {
        assert.ok(error instanceof ChatError, String(error));
        assert.equal(error.code, "bad-input");
      }
    }),
    { seed: 2, numRuns: 5000 },
  );
});

test("another implementation writes the same bytes", () => {
  const numbers = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
  const texts = ["", "x".repeat(23), "x".repeat(24), "é".repeat(12), "é".repeat(127), "é".repeat(128), "中".repeat(30_000), "\ufeffa"];
  for (const value of [...numbers, ...texts, ...texts.map((text) => new Uint8Array(text.length))])
    assert.deepEqual(pack([value]), new Uint8Array(encode([value])));
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 6 }), (values) => assert.deepEqual(pack(values), new Uint8Array(encode(values)))),
    { seed: 2, numRuns: 2000 },
  );
});

test("another implementation reads mutated bytes alike, where they are in the one form", () => {
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 4 }), fc.nat(), fc.nat(255), (values, at, byte) => {
      const bytes = pack(values);
      bytes[at % bytes.length] = byte;
      assert.deepEqual(
        outcomeOf(() => unpack(bytes, "test")),
        outcomeOf(() => readByOther(bytes)),
      );
    }),
    { seed: 2, numRuns: 5000 },
  );
});

const STRICT = { strict: true, allowIndefinite: false, allowUndefined: false, allowInfinity: false, allowNaN: false, allowBigInt: false };

function readByOther(bytes: Uint8Array): unknown {
  const values: unknown = decode(bytes, STRICT);
  assert.ok(Array.isArray(values) && isPlain(values));
  assert.deepEqual(new Uint8Array(encode(values)), bytes);
  return values;
}

const isPlain = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every(isPlain)
    : value === null || typeof value === "string" || typeof value === "boolean" || value instanceof Uint8Array || isUint(value);
const isUint = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** What it gives, or null where it throws. */
function outcomeOf(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}

test("claims of endless length and depth are refused at once", () => {
  for (const hex of ["9bffffffffffffffff", "9affffffff00", "815affffffff", "817affffffff", `${"81".repeat(100_000)}00`]) {
    assert.throws(() => unpack(Uint8Array.fromHex(hex), "test"), { code: "bad-input" });
  }
});

test("readers hold their bounds", () => {
  const refused = (read: () => unknown) => assert.throws(read, { code: "bad-input" });
  refused(() => unpackExactly(pack([1]), 2, "test"));
  for (const value of [-1, 4, 1.5, "1", null, Number.MAX_SAFE_INTEGER + 1]) refused(() => readUint(value, "test", 0, 3));
  for (const value of [new Uint8Array(3), "abcd", null, [1, 2, 3, 4]]) refused(() => readBytes(value, "test", 4));
  for (const value of [[1, 2], "a", null, new Uint8Array(1)]) refused(() => readList(value, "test", 1));
  for (const value of ["A", 1, null]) refused(() => readText(value, "test", (text) => text.toLowerCase()));
  assert.equal(
    readText("a", "test", (text) => text.toLowerCase()),
    "a",
  );
});
