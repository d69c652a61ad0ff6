// What was stored last is at hand, whole and verifiable, and forgotten when it grows or is taken back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sealCommit } from "../core/commit.ts";
import { type Entry, KINDS } from "../core/entry.ts";
import { createIdentity } from "../core/identity.ts";
import { LOBBY } from "../core/room.ts";
import { Recent } from "./recent.ts";

const ann = createIdentity();

/** Feeds a Recent with commits of one author. */
class Feed {
  readonly recent = new Recent();
  #last: Entry | null = null;

  commit(count: number, kind: number = KINDS.message, size = 10): void {
    const head = this.#last && { seq: this.#last.header.seq, id: this.#last.id };
    const draft = { network: "lan", room: LOBBY, kind, time: 1, as: null, body: new Uint8Array(size) };
    const entries = sealCommit(
      ann,
      head,
      Array.from({ length: count }, () => draft),
    );
    this.#last = entries.at(-1) ?? null;
    this.recent.note({ room: LOBBY, author: ann.id, entries, from: null });
  }

  range(from: number, to: number, bytes = 1e6): readonly number[] | null {
    const found = this.recent.range(LOBBY, ann.id, { from, to, bytes });
    if (found) assert.ok(found.at(-1)?.signature, "it ends on a signed entry");
    return found?.map(({ header }) => header.seq) ?? null;
  }
}

test("a range begins anywhere and ends on a signed entry", () => {
  const feed = new Feed();
  for (const count of [3, 1, 4]) feed.commit(count);
  assert.deepEqual(feed.range(1, 2), [1, 2, 3]);
  assert.deepEqual(feed.range(2, 4), [2, 3, 4]);
  assert.deepEqual(feed.range(6, 8), [6, 7, 8]);
  assert.deepEqual(feed.range(1, 8, 1), [1, 2, 3]);
});

test("nothing is at hand of what was stored before, or of others", () => {
  const feed = new Feed();
  feed.commit(1);
  assert.equal(feed.range(0, 1), null);
  assert.equal(feed.recent.range(LOBBY, createIdentity().id, { from: 1, to: 1, bytes: 1 }), null);
});

test("old ones are forgotten, the newest stay without a gap", () => {
  const feed = new Feed();
  for (let i = 0; i < 100; i++) feed.commit(1, KINDS.message, 60_000);
  assert.equal(feed.range(1, 100), null);
  assert.equal(feed.range(100, 100)?.length, 1);
  assert.equal(feed.range(80, 100, 1e9)?.length, 21);
});

test("when something is taken back, nothing of before is at hand", () => {
  const feed = new Feed();
  feed.commit(2);
  feed.commit(1, KINDS.redact);
  assert.equal(feed.range(1, 2), null);
  feed.commit(1);
  assert.deepEqual(feed.range(4, 4), [4]);
});
