import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressBytes, addressKey, isLoopback } from "../core/ip.ts";
import { isWithin, parseRange } from "./addresses.ts";

const within = (address: string, text: string): boolean => {
  const range = parseRange(text);
  const bytes = addressBytes(address);
  assert(range && bytes);
  return isWithin(bytes, range);
};

const CASES: readonly (readonly [address: string, range: string, is: boolean])[] = [
  ["10.0.0.7", "10.0.0.7", true],
  ["10.0.0.8", "10.0.0.7", false],
  ["::ffff:10.0.0.7", "10.0.0.7", true],
  ["10.0.0.7", "::ffff:10.0.0.7", true],
  ["10.0.0.7", "::ffff:0a00:7", true],
  ["10.0.0.7", "0:0:0:0:0:FFFF:10.0.0.7", true],
  ["10.9.8.7", "::ffff:10.0.0.0/104", true],
  ["11.0.0.1", "::ffff:10.0.0.0/104", false],
  ["10.9.8.7", "10.0.0.0/8", true],
  ["11.0.0.1", "10.0.0.0/8", false],
  ["192.168.1.130", "192.168.1.128/25", true],
  ["192.168.1.127", "192.168.1.128/25", false],
  ["2001:db8::1", "2001:db8::/32", true],
  ["2001:db9::1", "2001:db8::/32", false],
  ["fe80::1%eth0", "fe80::1", true],
  ["10.0.0.7", "::/0", false],
  ["10.0.0.7", "0.0.0.0/0", true],
];

for (const [address, range, is] of CASES) {
  test(`${address} is ${is ? "" : "not "}in ${range}`, () => assert.equal(within(address, range), is));
}

for (const text of ["bob", "10.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/", "::/129", "/8", "", "10.0.0.7:80", "1:2"]) {
  test(`${JSON.stringify(text)} is no range`, () => assert.equal(parseRange(text), null));
}

test("a range is shown without the bits that do not count", () => {
  assert.equal(parseRange("10.1.2.3/8")?.text, "10.0.0.0/8");
  assert.equal(parseRange("2001:DB8::7/64")?.text, "2001:db8::/64");
  assert.equal(parseRange("::ffff:10.0.0.7")?.text, "10.0.0.7");
});

test("an IPv6 network counts as one, local addresses count each", () => {
  assert.equal(addressKey("2001:db8::1"), addressKey("2001:db8:0:0:ffff::2"));
  assert.notEqual(addressKey("2001:db8::1"), addressKey("2001:db8:0:1::1"));
  assert.notEqual(addressKey("fe80::1%eth0"), addressKey("fe80::2"));
  assert.notEqual(addressKey("fd00::1"), addressKey("fd00::2"));
  assert.equal(addressKey("::ffff:10.0.0.7"), "10.0.0.7");
});

test("this computer is known", () => {
  for (const address of ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"]) assert.equal(isLoopback(address), true);
  for (const address of ["10.0.0.1", "::2", "::", "bob"]) assert.equal(isLoopback(address), false);
});

test("an address is within itself, whatever the prefix", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(32), (address, bits) => {
      assert.equal(within(address, `${address}/${bits}`), true);
    }),
  );
});

test("no text makes the reader fail", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseRange(text)));
});
