// One host that floods the network with beacons and a peer with connections: the others find each other and talk all the same.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { labMissing } from "../e2e/namespaces.ts";
import { Town } from "../e2e/town.ts";

const FLOOD = fileURLToPath(new URL("flood-child.ts", import.meta.url));
const MOST_MEMORY = 300;

test("through a flood of beacons and connections people talk, and who comes meanwhile is seen", { skip: labMissing() }, async () => {
  await using town = await Town.build({ hosts: 4 }, "ann", "ben", "eve");
  const [ann, ben] = await town.gather(["ann", "ben"], "--network", town.network);
  assert.ok(ann && ben);
  const flood = town.hostAt(3).spawn(process.execPath, [FLOOD, town.network, town.hostOf("ann").address, "6"]);
  await flood.line(/^flooding/);
  const eve = town.chat("eve", "--network", town.network);
  await town.meet(["ann", "ben", "eve"], [ann, ben, eve]);
  for (const [i, [from, to]] of [
    [ann, ben],
    [ben, ann],
    [eve, ann],
    [ann, eve],
  ].entries()) {
    from?.type(`line ${i}.`);
    await to?.line(new RegExp(`> line ${i}\\.$`), 5_000);
  }
  const megabytes = memoryOf(town.home("ann"));
  assert.ok(megabytes < MOST_MEMORY, `${megabytes} MB`);
  assert.match(await flood.line(/^sent/), /^sent \d{4}/);
  ann.type("afterwards");
  await Promise.all([ben, eve].map((chat) => chat.line(/> afterwards$/)));
});

/** Megabytes of the peer that runs for a home. */
function memoryOf(home: string): number {
  const { pid } = JSON.parse(readFileSync(`${home}/peer.json`, "utf8")) as { readonly pid: number };
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
}
