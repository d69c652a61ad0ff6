// What commits promise: one signature covers a chain, and no fault in it goes unseen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Draft, type FeedHead, sealCommit, splitDrafts, splitRun, verifiedRun, verifyRun } from "./commit.ts";
import { type Entry, type Header, MAX_COMMIT, MAX_COMMIT_BYTES } from "./entry.ts";
import { decodeEntry, encodeHeader } from "./entry-codec.ts";
import { createIdentity, sha256, signBytes } from "./identity.ts";
import type { RoomId } from "./ids.ts";
import { LOBBY } from "./room.ts";

const ANN = createIdentity();
const BOB = createIdentity();
const draft = (text: string, room: RoomId = LOBBY): Draft => ({
  network: "lan",
  room,
  kind: 1,
  time: 1_795_000_000_000_000,
  as: null,
  body: new TextEncoder().encode(text),
});
const drafts = (count: number): Draft[] => Array.from({ length: count }, (_, i) => draft(`message ${i}`));
const headOf = (entries: readonly Entry[]): FeedHead => {
  const last = entries[entries.length - 1] as Entry;
  return { seq: last.header.seq, id: last.id };
};
const at = (entries: readonly Entry[], index: number): Entry => entries[index] as Entry;
/** The entry with another header, as a forger who does not hold the key can make it. */
const forge = (entry: Entry, change: Partial<Header>): Entry =>
  decodeEntry({ headerBytes: encodeHeader({ ...entry.header, ...change }), body: null, signature: entry.signature });

test("a commit is numbered from the head, chained, and signed on its last entry only", () => {
  const first = sealCommit(ANN, null, drafts(3));
  const second = sealCommit(ANN, headOf(first), drafts(2));
  assert.deepEqual(
    [...first, ...second].map((entry) => entry.header.seq),
    [1, 2, 3, 4, 5],
  );
  assert.deepEqual(
    [...first, ...second].map((entry) => entry.signature !== null),
    [false, false, true, false, true],
  );
  assert.equal(verifyRun(first, null), null);
  assert.equal(verifyRun(second, headOf(first)), null);
  assert.equal(verifyRun([...first, ...second], null), null);
});

test("what is sealed decodes to itself", () => {
  for (const entry of sealCommit(ANN, null, drafts(3))) assert.deepEqual(decodeEntry(entry), entry);
});

const CASES: readonly [name: string, run: (good: readonly Entry[]) => readonly Entry[], fault: { code: string; index: number }][] = [
  ["nothing", () => [], { code: "bad-input", index: 0 }],
  ["entries before it are missing", (good) => good.slice(1), { code: "gap", index: 0 }],
  ["one in the middle is missing", (good) => good.toSpliced(1, 1), { code: "out-of-chain", index: 1 }],
  ["two in the wrong order", (good) => [at(good, 1), at(good, 0), at(good, 2)], { code: "gap", index: 0 }],
  ["one twice", (good) => [at(good, 0), at(good, 0), at(good, 1), at(good, 2)], { code: "out-of-chain", index: 1 }],
  ["an earlier one changed", (good) => good.with(0, forge(at(good, 0), { time: 1 })), { code: "out-of-chain", index: 1 }],
  ["the last one changed", (good) => good.with(2, forge(at(good, 2), { time: 1 })), { code: "bad-signature", index: 2 }],
  ["the last one unsigned", (good) => good.slice(0, 2), { code: "bad-signature", index: 1 }],
  ["another author", (good) => good.with(1, forge(at(good, 1), { authorKey: BOB.publicKey })), { code: "bad-input", index: 1 }],
  ["another room", (good) => good.with(1, forge(at(good, 1), { room: "#tea" as RoomId })), { code: "wrong-room", index: 1 }],
  [
    "another body",
    (good) => good.with(2, forge(at(good, 2), { bodyHash: sha256(new Uint8Array(1)) })),
    { code: "bad-signature", index: 2 },
  ],
  [
    "signed by another key",
    (good) => good.with(2, { ...at(good, 2), signature: signBytes(BOB, at(good, 2).headerBytes) }),
    { code: "bad-signature", index: 2 },
  ],
  [
    "signed without the domain tag",
    (good) => good.with(2, { ...at(good, 2), signature: signBytes(ANN, at(good, 2).headerBytes) }),
    { code: "bad-signature", index: 2 },
  ],
];

for (const [name, run, fault] of CASES) {
  test(`a run is refused: ${name}`, () => {
    assert.deepEqual(verifyRun(run(sealCommit(ANN, null, drafts(3))), null), fault);
  });
}

test("a run that does not follow the head is out of chain", () => {
  const first = sealCommit(ANN, null, drafts(1));
  const other = sealCommit(ANN, null, [draft("another beginning")]);
  const next = sealCommit(ANN, headOf(first), drafts(1));
  assert.deepEqual(verifyRun(next, headOf(other)), { code: "out-of-chain", index: 0 });
  assert.deepEqual(verifyRun(first, headOf(first)), { code: "out-of-chain", index: 0 });
});

test("signatures that were not checked are not passed on", () => {
  const first = sealCommit(ANN, null, drafts(2));
  const second = sealCommit(ANN, headOf(first), drafts(1));
  const planted = first.with(1, { ...at(first, 1), signature: new Uint8Array(64) });
  const run = [...planted, ...second];
  assert.equal(verifyRun(run, null), null);
  assert.deepEqual(
    verifiedRun(run).map((entry) => entry.signature !== null),
    [false, false, true],
  );
});

test("a commit keeps its bounds, and longer talk is cut into several", () => {
  assert.throws(() => sealCommit(ANN, null, []), { code: "bad-input" });
  assert.throws(() => sealCommit(ANN, null, [draft("a"), draft("b", "#tea" as RoomId)]), { code: "bad-input" });
  assert.throws(() => sealCommit(ANN, null, drafts(MAX_COMMIT + 1)), { code: "too-large" });
  assert.throws(() => sealCommit(ANN, null, Array(6).fill(draft("x".repeat(60_000)))), { code: "too-large" });
  assert.throws(() => sealCommit(ANN, null, [draft("x".repeat(65_537))]), { code: "too-large" });
  assert.deepEqual(splitDrafts([]), []);
  assert.deepEqual(splitDrafts(drafts(2 * MAX_COMMIT + 1)).flat(), drafts(2 * MAX_COMMIT + 1));
  assert.deepEqual(
    splitDrafts(Array(6).fill(draft("x".repeat(60_000)))).map((piece) => piece.length),
    [4, 2],
  );
});

test("a long run is cut at its signatures into pieces that verify one after the other", () => {
  const run: Entry[] = [];
  for (const piece of splitDrafts(drafts(3 * MAX_COMMIT))) run.push(...sealCommit(ANN, run.length > 0 ? headOf(run) : null, piece));
  for (let i = 0; i < 5; i++) run.push(...sealCommit(ANN, headOf(run), drafts(2)));
  assert.deepEqual(verifyRun(run, null), { code: "too-large", index: 0 });
  const pieces = splitRun(run);
  let head: FeedHead | null = null;
  for (const piece of pieces) {
    assert.equal(verifyRun(piece, head), null);
    head = headOf(piece);
  }
  assert.deepEqual(pieces.flat(), run);
  const most = Math.max(...pieces.map((piece) => piece.reduce((sum, e) => sum + e.headerBytes.length + (e.body?.length ?? 0), 0)));
  assert.ok(most <= MAX_COMMIT_BYTES && most > MAX_COMMIT_BYTES / 2);
  assert.deepEqual(splitRun(run.slice(0, 3)), [], "nothing signed, nothing to send");
});
