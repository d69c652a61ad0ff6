// Addresses in one form: numeric, with a port, without a zone.

import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { formatAddress, isLoopback, isThisComputer, parseAddress } from "./address.ts";

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

describe("isThisComputer", () => {
  it("tells this computer from others", () => {
    const cases = [
      ["127.0.0.1", "127.0.0.1", true],
      ["::ffff:127.1.2.3", "::ffff:127.0.0.1", true],
      ["::1", "::1", true],
      ["10.77.0.1", "10.77.0.1", true],
      ["10.77.0.2", "10.77.0.1", false],
      ["::ffff:10.77.0.2", "::ffff:10.77.0.1", false],
      ["fd77::2", "fd77::1", false],
      [undefined, undefined, false],
    ] as const;
    for (const [remoteAddress, localAddress, expected] of cases) {
      assert.equal(isThisComputer({ remoteAddress, localAddress }), expected, `${remoteAddress} at ${localAddress}`);
    }
  });
});

describe("isLoopback", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    it(`holds for ${address}`, () => assert.ok(isLoopback(address)));
  for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "::", "127.example", undefined]) {
    it(`does not hold for ${address}`, () => assert.ok(!isLoopback(address)));
  }
});
