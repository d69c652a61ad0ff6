// Authors' numbers stand in the order of the authors' ids.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { createIdentity } from "../../core/identity.ts";
import type { PeerId, RoomId } from "../../core/ids.ts";
import { compareKeys } from "../../core/order.ts";
import { Numbers, rankOf } from "./numbers.ts";
import { migrate } from "./schema.ts";

const fresh = (): Numbers => {
  const database = new DatabaseSync(":memory:");
  migrate(database, ":memory:");
  return new Numbers(database);
};

const keyOf = (author: PeerId) => ({ time: 1, author, seq: 1 });

test("ranks compare as compareKeys does", () => {
  const ids = Array.from({ length: 200 }, () => createIdentity().id);
  const byRank = ids.toSorted((a, b) => rankOf(a) - rankOf(b));
  assert.deepEqual(
    byRank,
    ids.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b))),
  );
});

test("digits stand before letters, as their code units do", () => {
  const ids = ["2", "7", "a", "z"].map((first) => `${first}${"a".repeat(51)}` as PeerId);
  assert.deepEqual(
    ids.map(rankOf),
    ids.map(rankOf).toSorted((a, b) => a - b),
  );
  assert.ok(rankOf("z".repeat(52) as PeerId) < Number.MAX_SAFE_INTEGER);
});

test("two authors of one rank have numbers of their own", () => {
  const numbers = fresh();
  const [a, b] = ["a", "b"].map((last) => `${"q".repeat(51)}${last}` as PeerId) as [PeerId, PeerId];
  assert.equal(numbers.authorFor(b), rankOf(b));
  assert.equal(numbers.authorFor(a), rankOf(b) + 1);
  assert.equal(numbers.author(a), rankOf(b) + 1);
});

test("who said nothing has no number", () => {
  const numbers = fresh();
  assert.equal(numbers.room("#tea" as RoomId), null);
  assert.equal(numbers.author(createIdentity().id), null);
  assert.equal(numbers.roomFor("#tea" as RoomId), numbers.room("#tea" as RoomId));
});
