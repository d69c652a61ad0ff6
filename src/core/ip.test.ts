// Numeric addresses: their bytes, and which are one.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressBytes, addressKey, isLoopback, isThisComputer } from "./ip.ts";

describe("addressBytes", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["10.0.0.7", "0a000007"],
    ["::ffff:10.0.0.7", "0a000007"],
    ["2001:DB8::7", "20010db8000000000000000000000007"],
    ["fe80::1%eth0", "fe800000000000000000000000000001"],
    ["::", "00000000000000000000000000000000"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["64:ff9b::10.0.0.7", "0064ff9b00000000000000000a000007"],
    ["10.0.0.256", null],
    ["10.0.0", null],
    ["localhost", null],
    [":::", null],
    ["1::2::3", null],
    ["", null],
  ];
  for (const [address, bytes] of cases) it(`of ${address || "nothing"}`, () => assert.equal(addressBytes(address)?.toHex() ?? null, bytes));
});

describe("addressKey", () => {
  it("is one for an IPv6 network, but not for one that is local", () => {
    assert.equal(addressKey("2001:db8:1:2:a::1"), addressKey("2001:db8:1:2::9"));
    assert.notEqual(addressKey("2001:db8:1:2::1"), addressKey("2001:db8:1:3::1"));
    assert.notEqual(addressKey("fe80::1"), addressKey("fe80::2"));
    assert.notEqual(addressKey("fd77::1"), addressKey("fd77::2"));
    assert.equal(addressKey("::ffff:10.0.0.1"), "10.0.0.1");
  });
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
  for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "::", "127.example", "127.1", ""]) {
    it(`does not hold for ${address}`, () => assert.ok(!isLoopback(address)));
  }
});
