// Replays the examples of docs/protocol/entry.md.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Body } from "../../src/core/body.ts";
import { decodeBody, encodeBody } from "../../src/core/body-codec.ts";
import { type Draft, sealCommit, verifyRun } from "../../src/core/commit.ts";
import { KINDS } from "../../src/core/entry.ts";
import { decodeEntry } from "../../src/core/entry-codec.ts";
import { exampleIdentity, readPage } from "./page.ts";

const PAGE = readPage("entry");
const ANN = exampleIdentity();

test("the example key has the id that the page says", () => {
  const { key, peer } = PAGE.json("ann") as { readonly key: string; readonly peer: string };
  assert.deepEqual([ANN.publicKey.toHex(), ANN.id], [key, peer]);
});

for (const kind of Object.keys(KINDS).filter((name) => name !== "file" && name !== "key")) {
  test(`the body of kind ${kind} is the page's`, () => {
    const body = PAGE.json(kind) as Body;
    assert.deepEqual(encodeBody(body), { kind: KINDS[kind as keyof typeof KINDS], bytes: PAGE.hex(kind) });
    assert.deepEqual(decodeBody(encodeBody(body).kind, PAGE.hex(kind)), body);
  });
}

test("the page's entries decode and verify as one commit", () => {
  const [first, second] = readCommit();
  assert.equal(first.id, PAGE.hex("first-id").toHex());
  assert.equal(second.id, PAGE.hex("second-id").toHex());
  assert.equal(verifyRun([first, second], null), null);
});

test("the page's drafts are sealed into the page's bytes", () => {
  const drafts = PAGE.json("commit") as readonly (Omit<Draft, "body"> & { readonly body: Body })[];
  const entries = sealCommit(
    ANN,
    null,
    drafts.map((draft) => ({ ...draft, body: encodeBody(draft.body).bytes })),
  );
  assert.deepEqual(entries, readCommit());
});

function readCommit() {
  const signature = PAGE.hex("second-signature");
  return [
    decodeEntry({ headerBytes: PAGE.hex("first-header"), body: PAGE.hex("first-body"), signature: null }),
    decodeEntry({ headerBytes: PAGE.hex("second-header"), body: PAGE.hex("second-body"), signature }),
  ] as const;
}
