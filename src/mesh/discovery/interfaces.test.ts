import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { test } from "node:test";
import { Allowances } from "./allowance.ts";
import { broadcastOf, isNear, outletsOf } from "./interfaces.ts";

const v4 = (address: string, netmask = "255.255.255.0", internal = false): NetworkInterfaceInfo => ({
  family: "IPv4",
  address,
  netmask,
  mac: "02:00:00:00:00:01",
  internal,
  cidr: null,
});
const v6 = (address: string, internal = false): NetworkInterfaceInfo => ({
  family: "IPv6",
  address,
  netmask: "ffff:ffff:ffff:ffff::",
  mac: "02:00:00:00:00:01",
  internal,
  cidr: null,
  scopeid: 2,
});

const HOST = {
  lo: [v4("127.0.0.1", "255.0.0.0", true), v6("::1", true)],
  eth0: [v4("192.0.2.2"), v6("2001:db8::2"), v6("fe80::2")],
  wlan0: [v6("fd00::2")],
};

const cases: readonly (readonly [string, string | null, readonly string[]])[] = [
  ["everywhere: IPv4 by address, IPv6 by interface, loopback by IPv4", null, ["127.0.0.1", "192.0.2.2", "fe80::2%eth0", "fd00::2"]],
  ["bound to one address", "127.0.0.1", ["127.0.0.1"]],
  ["bound to all of IPv4", "0.0.0.0", ["127.0.0.1", "192.0.2.2"]],
  ["bound to an IPv6 address that is not the link-local one", "2001:db8::2", ["2001:db8::2"]],
  ["bound to an address that is not here", "192.0.2.99", []],
];
for (const [name, bind, expected] of cases) {
  test(`outlets ${name}`, () =>
    assert.deepEqual(
      outletsOf(HOST, bind).map((outlet) => outlet.address),
      expected,
    ));
}

test("an interface that was replaced is another outlet", () => {
  const again = { eth0: [{ ...v6("fe80::2"), scopeid: 3 }] };
  assert.notEqual(outletsOf(HOST, null)[2]?.key, outletsOf(again, null)[0]?.key);
});

test("broadcast addresses follow from the mask; too small subnets have none", () => {
  assert.equal(broadcastOf("10.1.2.3", "255.255.240.0"), "10.1.15.255");
  assert.equal(broadcastOf("127.0.0.1", "255.0.0.0"), "127.255.255.255");
  assert.equal(broadcastOf("10.1.2.3", "255.255.255.255"), null);
  assert.equal(broadcastOf("10.1.2.3", "255.255.255.254"), null);
});

test("near is what shares the subnet", () => {
  const [, eth0] = outletsOf(HOST, "0.0.0.0");
  assert.ok(eth0 && isNear("192.0.2.200", eth0) && !isNear("192.0.3.1", eth0));
});

test("allowances refill with time and remember a bounded number of keys", () => {
  const each = new Allowances(2, 1, 2);
  assert.deepEqual([each.take("a", 0), each.take("a", 100), each.take("a", 600)], [true, false, true]);
  each.take("b", 600);
  each.take("c", 600);
  assert.equal(each.take("a", 600), true);
});
