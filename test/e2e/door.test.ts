// The door of a plain peer, knocked at from this computer and from another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "./cli.ts";
import { labMissing } from "./namespaces.ts";
import { Town } from "./town.ts";

/** Asks for /healthz and prints the status, or `closed` where there is no answer. */
const KNOCK = `fetch(process.argv[1]).then((answer) => console.log(answer.status), () => console.log("closed"))`;

test("only this computer may use the gateways of a plain peer, at whichever of its addresses", { skip: labMissing() }, async () => {
  await using town = await Town.build({ hosts: 2 }, "ann", "ben");
  const peer = town.start("ann", "run", "--name", "ann");
  const port = addressOf(await peer.line(/^ready/))
    .split(":")
    .at(-1);
  const ask = (host: number, address: string) => {
    const asking = town.hostAt(host).spawn(process.execPath, ["-e", KNOCK, `http://${address}:${port}/healthz`]);
    return asking.line(/^(\d+|closed)$/);
  };
  const own = town.hostAt(0).address;
  assert.deepEqual([await ask(0, "127.0.0.1"), await ask(0, own), await ask(1, own)], ["200", "200", "closed"]);
});
