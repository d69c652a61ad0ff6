// A history that is gone, its key kept: what was said comes back from others, and the feed goes on where it ended.

import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Homes } from "./cli.ts";

test("a peer whose history was lost gets it back before it says more, and nothing forks", async () => {
  await using homes = new Homes();
  const ben = homes.startPeer("ben", "run", "--name", "ben");
  await ben.line(/^ready/);
  const ann = homes.startPeer("ann", "run", "--name", "ann");
  await ann.line(/^ready/);
  for (const text of ["one", "two", "three"]) await said(homes, text);
  ann.kill("SIGTERM");
  await ann.ended();
  for (const file of readdirSync(homes.home("ann"))) if (file.startsWith("history.db")) rmSync(join(homes.home("ann"), file));

  const again = homes.startPeer("ann", "run");
  await again.line(/^ready/);
  await said(homes, "four");
  const expected = ["one", "two", "three", "four"];
  assert.deepEqual(await texts(homes, "ann"), expected);
  assert.deepEqual(await texts(homes, "ben"), expected);
});

async function said(homes: Homes, text: string): Promise<void> {
  const { code, err } = await homes.run("ann", ["send", "#lobby", text, "--wait", "delivered"]);
  assert.deepEqual([code, err], [0, ""]);
}

async function texts(homes: Homes, home: string): Promise<readonly unknown[]> {
  const { out } = await homes.run(home, ["history", "#lobby", "--json"]);
  return out.map((line) => (JSON.parse(line) as { text: string }).text);
}
