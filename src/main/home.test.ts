// A home is made once, readable by its owner alone, and says in one line why it cannot be used.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ChatError } from "../core/errors.ts";
import { defaultHome, openHome } from "./home.ts";

const temporary = (t: { after(work: () => void): void }): string => {
  const dir = mkdtempSync(join(tmpdir(), "earshot-home-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

test("a home is made with its key on first use, for its owner alone", (t) => {
  const dir = join(temporary(t), "new", "home");
  const first = openHome(dir).identity();
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  assert.equal(statSync(join(dir, "key.pem")).mode & 0o777, 0o600);
  assert.equal(openHome(dir).identity().id, first.id);
  assert.deepEqual(readdirSync(dir), ["key.pem"]);
});

test("a key that others could read is closed to them again", (t) => {
  const dir = temporary(t);
  const { id } = openHome(dir).identity();
  chmodSync(join(dir, "key.pem"), 0o644);
  assert.equal(openHome(dir).identity().id, id);
  assert.equal(statSync(join(dir, "key.pem")).mode & 0o777, 0o600);
});

test("a damaged key is told, and left as it is", (t) => {
  const dir = temporary(t);
  writeFileSync(join(dir, "key.pem"), "nonsense");
  assert.throws(
    () => openHome(dir).identity(),
    (error) => error instanceof ChatError && error.code === "storage" && error.message.includes("key.pem"),
  );
  assert.equal(readFileSync(join(dir, "key.pem"), "utf8"), "nonsense");
});

test("a name is remembered", (t) => {
  const dir = temporary(t);
  assert.equal(openHome(dir).name(), null);
  openHome(dir).setName("ann");
  assert.equal(openHome(dir).name(), "ann");
});

test("a running peer is found by its owner, and not after it left", (t) => {
  const home = openHome(temporary(t));
  const running = { host: "127.0.0.1", port: 4000, token: "t", network: "lan", brief: false };
  const withdraw = home.announce(running);
  assert.deepEqual(home.running(), { ...running, pid: process.pid });
  assert.equal(statSync(join(home.dir, "peer.json")).mode & 0o777, 0o600);
  withdraw();
  assert.equal(home.running(), null);
});

test("a peer that was killed is not taken for one that runs", (t) => {
  const home = openHome(temporary(t));
  writeFileSync(join(home.dir, "peer.json"), JSON.stringify({ host: "::1", port: 4000, token: "t", network: "lan", pid: 2 ** 22 + 1 }));
  assert.equal(home.running(), null);
});

test("a file where the folder should be is told in one line", (t) => {
  const path = join(temporary(t), "file");
  writeFileSync(path, "");
  assert.throws(
    () => openHome(path),
    (error) => error instanceof ChatError && error.code === "storage" && !error.message.includes("\n") && error.message.includes("--home"),
  );
});

test("the default home follows the platform", () => {
  assert.equal(defaultHome({ EARSHOT_HOME: "/x" }, "linux"), "/x");
  assert.equal(defaultHome({ HOME: "/h" }, "linux"), "/h/.local/share/earshot");
  assert.equal(defaultHome({ HOME: "/h", XDG_DATA_HOME: "/d" }, "linux"), "/d/earshot");
  assert.equal(defaultHome({ HOME: "/h", XDG_DATA_HOME: "", EARSHOT_HOME: "" }, "linux"), "/h/.local/share/earshot", "empty is unset");
  assert.equal(defaultHome({ HOME: "/h" }, "darwin"), "/h/Library/Application Support/Earshot");
});
