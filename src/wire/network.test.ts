// What makes a network: its name, its secret, and proofs that are worth nothing elsewhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { linkProof, networkOf } from "./network.ts";

const KEYING = new Uint8Array(32).fill(9);

test("name and secret both make the network, and the same ones make the same", () => {
  const lan = networkOf("lan", null);
  assert.deepEqual(networkOf("lan", null), lan);
  assert.deepEqual(networkOf("lan", "tea"), networkOf("lan", "tea"));
  const keys = [
    lan,
    networkOf("lab", null),
    networkOf("lan", "tea"),
    networkOf("lan", "Tea"),
    networkOf("lab", "tea"),
    networkOf("lan", ""),
  ];
  assert.equal(new Set(keys.map(({ key }) => key.toHex())).size, keys.length);
  assert.equal(new Set(keys.map(({ tag }) => tag.toHex())).size, keys.length);
  assert.deepEqual([lan.key.length, lan.tag.length], [32, 8]);
});

test("a secret is the same however its accents are typed", () => {
  assert.deepEqual(networkOf("lan", "caf\u00e9"), networkOf("lan", "cafe\u0301"));
});

test("a proof holds for one network, one connection and one side", () => {
  const lan = networkOf("lan", null);
  const proofs = [
    linkProof(lan, KEYING, "dialer"),
    linkProof(lan, KEYING, "acceptor"),
    linkProof(lan, new Uint8Array(32), "dialer"),
    linkProof(networkOf("lan", "tea"), KEYING, "dialer"),
  ];
  assert.equal(new Set(proofs.map((proof) => proof.toHex())).size, proofs.length);
  assert.deepEqual(linkProof(lan, KEYING, "dialer"), proofs[0]);
});
