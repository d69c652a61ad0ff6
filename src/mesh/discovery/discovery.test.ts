import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { type TestContext, test } from "node:test";
import { createIdentity, randomOf } from "../../core/identity.ts";
import { silent } from "../../core/ports/logger.ts";
import { encodeBeacon } from "../../wire/beacon.ts";
import { networkOf } from "../../wire/network.ts";
import { type DiscoveryOptions, discover } from "./discovery.ts";
import type { Sighting } from "./intake.ts";

/** A port and a network of this test alone. */
const UDP_PORT = 20_000 + Math.floor(Math.random() * 12_000);
const NETWORK = networkOf(`test-${randomOf(6).toHex()}`, null);

function optionsOf(more: Partial<DiscoveryOptions> = {}): DiscoveryOptions {
  const clock = () => Date.now() * 1_000;
  const self = { identity: createIdentity(), network: NETWORK, instance: randomOf(8), port: 4_000, hub: () => null };
  return { ...self, bind: "127.0.0.1", clock, random: Math.random, log: silent, udpPort: UDP_PORT, ...more };
}

/** A peer that looks around on loopback; `next` waits for what it finds. */
function look(t: TestContext, options: DiscoveryOptions) {
  const events = new EventTarget();
  const found: { kind: string; value: unknown }[] = [];
  const put = (kind: string) => (value: unknown) => {
    found.push({ kind, value });
    events.dispatchEvent(new Event("found"));
  };
  const discovery = discover(options, { seen: put("seen"), left: put("left"), copy: put("copy"), problem: put("problem") });
  t.after(() => discovery.close());
  const next = async (kind: string, fits: (value: unknown) => boolean = () => true): Promise<unknown> => {
    const hit = found.find((one) => one.kind === kind && fits(one.value));
    if (hit) return hit.value;
    await once(events, "found");
    return next(kind, fits);
  };
  const sees = (other: DiscoveryOptions) => next("seen", (value) => (value as Sighting).peer === other.identity.id) as Promise<Sighting>;
  return { discovery, found, next, sees };
}

test("two peers on one computer see each other, and each where the other listens", async (t) => {
  const [ann, bob] = [optionsOf({ port: 4_001 }), optionsOf({ port: 4_002, hub: () => "the hub" })];
  const [a, b] = [look(t, ann), look(t, bob)];
  const [bobSeen, annSeen] = await Promise.all([a.sees(bob), b.sees(ann)]);
  assert.deepEqual(bobSeen.addresses, ["127.0.0.1:4002"]);
  assert.deepEqual(annSeen.addresses, ["127.0.0.1:4001"]);
  assert.deepEqual([bobSeen.hub, bobSeen.title, bobSeen.instance], [true, "the hub", bob.instance]);
});

test("who comes later hears an answer at once", async (t) => {
  const ann = optionsOf();
  look(t, ann);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const started = performance.now();
  await look(t, optionsOf()).sees(ann);
  assert.ok(performance.now() - started < 1_000);
});

test("a goodbye is heard", async (t) => {
  const [ann, bob] = [optionsOf(), optionsOf()];
  const a = look(t, ann);
  const b = look(t, bob);
  await a.sees(bob);
  await b.discovery.close();
  assert.equal(await a.next("left"), bob.identity.id);
});

test("another network and oneself are not seen", async (t) => {
  const [ann, bob, stranger] = [optionsOf(), optionsOf(), optionsOf({ network: networkOf(NETWORK.name, "secret") })];
  look(t, stranger);
  const a = look(t, ann);
  look(t, bob);
  await a.sees(bob);
  const peers = a.found.map(({ value }) => (value as Sighting).peer);
  assert.ok(!peers.includes(ann.identity.id) && !peers.includes(stranger.identity.id));
});

test("another process under our key is told, once", async (t) => {
  const ann = optionsOf();
  const copy = { ...ann, instance: randomOf(8) };
  const a = look(t, ann);
  look(t, copy);
  assert.deepEqual(await a.next("copy"), copy.instance);
  assert.equal(a.found.length, 1);
});

test("without any interface nothing is thrown, and one that comes later is used", async (t) => {
  const [ann, bob] = [optionsOf(), optionsOf()];
  let isUp = false;
  const a = look(t, { ...ann, interfaces: () => (isUp ? networkInterfaces() : {}) });
  const b = look(t, bob);
  a.discovery.announce();
  assert.equal(a.found.length, 0);
  isUp = true;
  await Promise.all([a.sees(bob), b.sees(ann)]);
});

test("interfaces that cannot be listed stop nothing", async (t) => {
  const { discovery } = look(t, optionsOf({ interfaces: () => assert.fail("not permitted") }));
  await discovery.close();
});

test("a port that another program keeps for itself is a problem told; answers still come", async (t) => {
  const udpPort = UDP_PORT + 1;
  const foreign = createSocket("udp4");
  foreign.bind(udpPort, "0.0.0.0");
  await once(foreign, "listening");
  t.after(() => foreign.close());
  const a = look(t, optionsOf({ udpPort }));
  assert.match(String(await a.next("problem")), new RegExp(`UDP port ${udpPort}`));
  const [asked, from] = (await once(foreign, "message")) as [Buffer, { port: number; address: string }];
  assert.ok(asked.length > 100);
  const bob = optionsOf();
  const answer = { kind: "answer", tag: NETWORK.tag, instance: bob.instance, counter: 1, port: 4_003, hub: false, title: "" } as const;
  foreign.send(encodeBeacon(answer, bob.identity), from.port, from.address);
  assert.deepEqual((await a.sees(bob)).addresses, ["127.0.0.1:4003"]);
});
