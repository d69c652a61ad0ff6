// Replays the example of docs/protocol/beacon.md.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type BeaconFields, encodeBeacon, openBeacon } from "../../src/wire/beacon.ts";
import { exampleIdentity, readPage } from "./page.ts";

test("the page's beacon is made of the page's fields, and read as them", () => {
  const page = readPage("beacon");
  const ann = exampleIdentity();
  const fields = page.json("beacon") as BeaconFields;
  assert.deepEqual(encodeBeacon(fields, ann), page.hex("beacon"));
  assert.deepEqual(openBeacon(page.hex("beacon")), { ...fields, peer: ann.id, key: ann.publicKey });
});
