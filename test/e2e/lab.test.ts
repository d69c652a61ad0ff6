// The lab does what it says: each way of harming a network is seen to harm it, and to stop.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Host, type Lab, lab } from "./lab.ts";
import { labMissing } from "./namespaces.ts";
import type { Running } from "./running.ts";

const skip = labMissing();
const PROGRAM = fileURLToPath(new URL("./datagram.ts", import.meta.url));
const ANY = /./;

async function listeners(network: Lab): Promise<Running[]> {
  const talkers = network.hosts.map((host) => host.spawn(process.execPath, [PROGRAM, host.address]));
  await Promise.all(talkers.map((talker) => talker.line(/^ready$/)));
  return talkers;
}

/** A network of hosts that listen, and the first two of each. */
async function pair(network: Lab): Promise<{ a: Running; b: Running; first: Host; second: Host }> {
  const [a, b] = await listeners(network);
  const [first, second] = network.hosts;
  assert(a && b && first && second);
  return { a, b, first, second };
}

/** Sends again and again until it was heard. */
async function insist(from: Running, line: string, heard: () => Promise<string>): Promise<void> {
  from.type(line);
  const again = setInterval(() => from.type(line), 100);
  await heard().finally(() => clearInterval(again));
}

test("hosts reach one another over IPv4, IPv6, multicast and broadcast, without a default route", { skip }, async () => {
  using network = await lab({ hosts: 2 });
  const { a, b, second } = await pair(network);
  for (const to of [second.address, second.address6, "239.7.7.7", "ff02::7777%eth0", "10.77.0.255"]) {
    a.type(`${to} to ${to}`);
    assert.equal(await b.line(ANY), `to ${to}`);
  }
  assert.doesNotMatch(await second.ip("route show"), /default/);
});

test("a partition cuts, and healing mends", { skip }, async () => {
  using network = await lab({ hosts: 3 });
  const { a, b, first, second } = await pair(network);
  a.type(`${second.address} before`);
  assert.equal(await b.line(ANY), "before");
  await network.partition([[0], [1, 2]]);
  a.type(`${second.address} into the void`);
  a.type(`${first.address} sent`);
  await a.line(/^sent$/);
  await network.heal();
  a.type(`${second.address} after`);
  assert.equal(await b.line(ANY), "after");
});

test("an unplugged host hears nothing until it is plugged in again", { skip }, async () => {
  using network = await lab({ hosts: 2 });
  const { a, b, first, second } = await pair(network);
  a.type(`${second.address} before`);
  assert.equal(await b.line(ANY), "before");
  await second.unplug();
  a.type(`${second.address} into the void`);
  a.type(`${first.address} sent`);
  await a.line(/^sent$/);
  await second.plug();
  a.type(`${second.address} after`);
  assert.equal(await b.line(ANY), "after");
});

test("multicast is dropped while broadcast and new neighbours pass", { skip }, async () => {
  using network = await lab({ hosts: 2 });
  await network.dropMulticast();
  const { a, b, second } = await pair(network);
  a.type("239.7.7.7 multicast");
  a.type("ff02::7777%eth0 multicast");
  a.type("10.77.0.255 broadcast");
  assert.equal(await b.line(ANY), "broadcast");
  a.type(`${second.address6} neighbour`);
  assert.equal(await b.line(ANY), "neighbour");
});

test("broadcast is dropped while unicast and new neighbours pass", { skip }, async () => {
  using network = await lab({ hosts: 2 });
  await network.dropBroadcast();
  const { a, b, second } = await pair(network);
  a.type("255.255.255.255 broadcast");
  a.type("10.77.0.255 broadcast");
  a.type(`${second.address} unicast`);
  assert.equal(await b.line(ANY), "unicast");
});

test("a network may speak one family only", { skip }, async () => {
  using four = await lab({ hosts: 1, family: "ipv4", defaultRoute: true });
  using six = await lab({ hosts: 1, family: "ipv6" });
  assert.doesNotMatch(await (four.hosts[0] as Host).ip("address show dev eth0"), /inet6/);
  assert.match(await (four.hosts[0] as Host).ip("route show"), /default via 10\.77\.0\.254/);
  assert.doesNotMatch(await (six.hosts[0] as Host).ip("address show dev eth0"), /inet /);
});

test("a host may have a second interface on a second switch", { skip }, async () => {
  using network = await lab({ hosts: 3, second: [0, 1] });
  const { a, b, second } = await pair(network);
  await second.unplug();
  a.type("10.78.0.2 around");
  assert.equal(await b.line(ANY), "around");
});

test("a lossy network loses its share and delays the rest", { skip: skip || labMissing("python3") }, async () => {
  using network = await lab({ hosts: 2, lossy: { delay: 40, loss: 0.1, seed: 7 } });
  const { a, b, second } = await pair(network);
  await insist(a, `${second.address} echo first`, () => a.line(/^first$/));
  const began = performance.now();
  await insist(a, `${second.address} echo second`, () => a.line(/^second$/));
  assert(performance.now() - began >= 80, "there and back takes the delay twice");
  const [rounds, each] = [10, 40];
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < each; n++) a.type(`${second.address} counted`);
    await insist(a, `${second.address} round ${round}`, () => b.line(new RegExp(`^round ${round}$`)));
  }
  const sent = rounds * each;
  const arrived = b.lines.filter((line) => line === "counted").length;
  assert(arrived > sent * 0.8 && arrived < sent * 0.97, `${arrived} of ${sent} arrived`);
});

test("a capture holds what passed between two hosts", { skip: skip || labMissing("tcpdump") }, async () => {
  using network = await lab({ hosts: 3 });
  const { a, b, second } = await pair(network);
  const capture = await network.capture("udp port 7000");
  a.type(`${second.address} overheard`);
  await b.line(/^overheard$/);
  assert((await capture.stop()).includes("overheard"));
});
