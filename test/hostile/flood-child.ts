// A program for a host of the lab: floods a network with beacons, and one address with connections and dials, for some seconds.
// Arguments: the network's name, the address under attack, seconds.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { setImmediate as breathe } from "node:timers/promises";
import { createIdentity, randomOf } from "../../src/core/identity.ts";
import { encodeBeacon, GROUPS, MAX_BEACON, UDP_PORT } from "../../src/wire/beacon.ts";
import { networkOf } from "../../src/wire/network.ts";

const [name = "lan", target = "", seconds = "5"] = process.argv.slice(2);
const { tag } = networkOf(name, null);
const until = performance.now() + Number(seconds) * 1000;
const socket = createSocket("udp4");
await once(socket.bind(0), "listening");
socket.setBroadcast(true);
const places = [target, GROUPS[4], "255.255.255.255"];
socket.on("error", () => {});
for (let i = 0; i < 600; i++) connect({ host: target, port: UDP_PORT }).on("error", () => {});
const [genuine, forged] = [signs(300), signs(300).map((bytes) => bytes.with(bytes.length - 1, 0))];
let sent = 0;
console.log("flooding");
while (performance.now() < until) {
  for (const bytes of [pick(genuine), pick(forged), randomOf(1 + Math.floor(Math.random() * MAX_BEACON))]) {
    for (const place of places) socket.send(bytes, UDP_PORT, place, () => {});
    sent += places.length;
  }
  await breathe();
}
console.log(`sent ${sent}`);
process.exit(0);

/** Beacons of made-up peers, goodbyes among them. */
function signs(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, i) =>
    encodeBeacon(
      {
        kind: i % 3 === 0 ? "bye" : "here",
        ...{ tag, instance: randomOf(8), counter: Date.now() * 1000 + i, port: 1 + (i % 60_000), hub: false, title: "x" },
      },
      createIdentity(),
    ),
  );
}

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)] as T;
}
