// What ids promise: one valid form, and a way there and back.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { peerIdOf, sha256 } from "./identity.ts";
import {
  guestOf,
  type PeerId,
  parseEntryId,
  parsePeerId,
  parsePersonId,
  peerIdBytes,
  peerIdFromBytes,
  peerOf,
  personOf,
  tagOf,
} from "./ids.ts";
import { parseGuest } from "./name.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const PEER = peerIdOf(new Uint8Array(32));

test("a peer id is the base32 of the hash of its key", () => {
  assert.deepEqual(peerIdBytes(PEER), sha256(new Uint8Array(32)));
  assert.equal(PEER, "mzuhvlpymk6xo3epygfy5h4oeaejofefn3rdhm4qfjmr2dk7fesq");
});

test("32 bytes are a peer id and back", () => {
  fc.assert(
    fc.property(key, (bytes) => {
      const id = peerIdFromBytes(bytes) as PeerId;
      assert.equal(parsePeerId(id), id);
      assert.deepEqual(peerIdBytes(id), bytes);
    }),
    { seed: 2, numRuns: 1000 },
  );
  assert.equal(peerIdFromBytes(new Uint8Array(31)), null);
});

test("a text that is no peer id in its one form is none", () => {
  for (const text of [
    "",
    PEER.toUpperCase(),
    `${PEER}a`,
    PEER.slice(1),
    `${PEER.slice(0, 51)}b`,
    `${PEER.slice(0, 51)}1`,
    ` ${PEER}`,
    `${PEER}\n`,
  ]) {
    assert.equal(parsePeerId(text), null, JSON.stringify(text));
  }
});

test("an entry id is 64 lower-case hex digits", () => {
  assert.equal(parseEntryId("0a".repeat(32)), "0a".repeat(32));
  for (const text of ["", "0A".repeat(32), "0a".repeat(31), `${"0a".repeat(32)}\n`]) assert.equal(parseEntryId(text), null);
});

test("a guest's person id holds any guest's name, and gives it back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), (text) => {
      const guest = parseGuest(text);
      if (guest === null) return;
      const person = personOf(PEER, guest);
      assert.equal(parsePersonId(person), person);
      assert.equal(guestOf(person), guest);
      assert.equal(peerOf(person), PEER);
      assert.match(person.slice(52), /^\/[^+/\s]+$/);
    }),
    { seed: 2, numRuns: 3000 },
  );
});

test("a person id has one valid form", () => {
  assert.equal(parsePersonId(PEER), PEER);
  assert.equal(guestOf(personOf(PEER)), null);
  assert.equal(tagOf(personOf(PEER)), "mzuh");
  for (const guest of ["/", "ann", "//", "/a b", "/a%2", "/%41nn", "/a%2fb", "/%ff", "/a+b", "/%e9", "/\u0000", `/${"a".repeat(200)}`]) {
    assert.equal(parsePersonId(`${PEER}${guest}`), null, guest);
  }
});
