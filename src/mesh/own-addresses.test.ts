// Where a peer says it listens, whatever its computer's interfaces look like.

import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { test } from "node:test";
import { ownAddresses, parseDialAddress } from "./own-addresses.ts";

const face = (address: string, internal = false): NetworkInterfaceInfo => {
  const common = { address, netmask: "", mac: "00:00:00:00:00:00", internal, cidr: null };
  return address.includes(":") ? { ...common, family: "IPv6", scopeid: 0 } : { ...common, family: "IPv4" };
};
const INTERFACES = {
  lo: [face("127.0.0.1", true), face("::1", true)],
  eth0: [face("10.77.0.1"), face("fd77::1"), face("fe80::1")],
  eth1: [face("10.78.0.1")],
};

const cases: readonly (readonly [string, string | null, readonly string[]])[] = [
  ["everywhere: all but loopback and link-local addresses", null, ["10.77.0.1:3277", "[fd77::1]:3277", "10.78.0.1:3277"]],
  ["all of IPv4", "0.0.0.0", ["10.77.0.1:3277", "10.78.0.1:3277"]],
  ["one address", "10.78.0.1", ["10.78.0.1:3277"]],
  ["this computer alone", "127.0.0.1", ["127.0.0.1:3277"]],
  ["an address that is gone", "10.99.0.1", []],
];
for (const [name, bind, expected] of cases) {
  test(`bound to ${name}`, () => assert.deepEqual(ownAddresses(INTERFACES, bind, 3277), expected));
}

test("a computer with more addresses than a record holds names the first sixteen", () => {
  const many = { eth0: Array.from({ length: 40 }, (_, i) => face(`10.77.0.${i + 1}`)) };
  assert.equal(ownAddresses(many, null, 3277).length, 16);
});

test("addresses are dialed without brackets, with their zone", () => {
  assert.deepEqual(parseDialAddress("10.77.0.1:3277"), { host: "10.77.0.1", port: 3277 });
  assert.deepEqual(parseDialAddress("[fe80::1%eth0]:3277"), { host: "fe80::1%eth0", port: 3277 });
  assert.deepEqual(parseDialAddress("attic.local:4000"), { host: "attic.local", port: 4000 });
});
