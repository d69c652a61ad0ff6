// Addresses in one form: numeric, with a port, without a zone.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatAddress, parseAddress } from "./address.ts";

const GOOD = ["192.0.2.7:3277", "127.0.0.1:1", "[2001:db8::7]:65535", "[::1]:3277", "[fe80::1]:80"];
const BAD = [
  "",
  "example.org:3277",
  "192.0.2.7",
  "192.0.2.7:0",
  "192.0.2.7:65536",
  "192.0.2.7:03277",
  "192.0.2.256:3277",
  "192.0.2:3277",
  "0x7f.1:3277",
  "0300.0.2.7:3277",
  "2001:db8::7:3277",
  "[2001:db8::7]",
  "[2001:DB8::7]:3277",
  "[2001:db8:0:0:0:0:0:7]:3277",
  "[fe80::1%eth0]:3277",
  "[::ffff:192.0.2.7]:3277",
  "[:::]:3277",
  " 192.0.2.7:3277",
  "192.0.2.7:3277\n",
];

test("numeric addresses in their one form are read and written back", () => {
  for (const text of GOOD) {
    const address = parseAddress(text);
    assert.ok(address, text);
    assert.equal(formatAddress(address), text);
  }
});

test("everything else is none", () => {
  for (const text of BAD) assert.equal(parseAddress(text), null, text);
});

test("what the system calls an address becomes its one form", () => {
  assert.equal(formatAddress({ host: "::ffff:192.0.2.7", port: 1 }), "192.0.2.7:1");
  assert.equal(formatAddress({ host: "2001:DB8:0:0:0:0:0:7", port: 1 }), "[2001:db8::7]:1");
});

test("random text is no address, and nothing throws", () => {
  const text = fc.string({ unit: fc.constantFrom("1", "0", ".", ":", "[", "]", "f", "%", "@", "/", "\u0000"), maxLength: 30 });
  fc.assert(
    fc.property(text, (candidate) => {
      const address = parseAddress(candidate);
      if (address) assert.equal(formatAddress(address), candidate);
    }),
    { seed: 2, numRuns: 5000 },
  );
});
