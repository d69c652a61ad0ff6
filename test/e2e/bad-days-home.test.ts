// Homes in trouble: one clear line that says what happened, to what, and what to do; nothing is lost.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Finished, Homes } from "./cli.ts";

/** One line for a person, no stack, no second line. */
const ONE_LINE = /^earshot: [^\n]+\n$/;

const isRoot = process.getuid?.() === 0;
const noMounts = mountsMissing();

function refused({ code, out, err }: Finished, says: RegExp): void {
  assert.deepEqual([code, out], [1, []], err);
  assert.match(err, ONE_LINE);
  assert.match(err, says);
}

/** A home of ann in which `one` was said. */
async function lived(homes: Homes, home = "ann"): Promise<string> {
  const { code, err } = await homes.runPeer(home, ["send", "#lobby", "one", "--name", "ann", "--no-discovery"]);
  assert.equal(code, 0, err);
  return homes.home(home);
}

const texts = ({ out }: Finished): readonly string[] => out.map((line) => line.replace(/^\[\d\d:\d\d\] <[^>]+> /, ""));

describe("a home that cannot be used", () => {
  const cases: Record<string, readonly [path: (folder: string) => string, says: RegExp]> = {
    "a file": [(folder) => join(folder, "file"), /file stands where a folder is needed/],
    "a folder below a file": [(folder) => join(folder, "file", "home"), /file stands where a folder is needed/],
    "where the system makes no folders": [() => "/proc/earshot", /cannot use \/proc\/earshot/],
    "a path of 5,000 characters": [(folder) => join(folder, ...Array<string>(50).fill("x".repeat(100))), /path is too long/],
    "a name of 300 characters": [(folder) => join(folder, "x".repeat(300)), /path is too long/],
  };
  for (const [what, [path, says]] of Object.entries(cases)) {
    test(`${what}`, { skip: what.includes("system") && process.platform !== "linux" ? "there is no /proc" : false }, async () => {
      await using homes = new Homes();
      writeFileSync(homes.home("file"), "");
      const home = path(homes.home("."));
      refused(await homes.run("ann", ["id", "--home", home]), says);
      refused(await homes.runPeer("ann", ["send", "#lobby", "hi", "--home", home]), says);
    });
  }

  test("a read-only one", { skip: noMounts }, async () => {
    await using homes = new Homes();
    await using disk = mounted(homes.home("ann"), "size=2m");
    await lived(homes);
    disk.remount("ro");
    refused(await homes.runPeer("ann", ["send", "#lobby", "two", "--no-discovery"]), /read-only/);
    disk.remount("rw");
    assert.deepEqual(texts(await homes.runPeer("ann", ["history", "#lobby", "--no-discovery"])), ["one"]);
  });
});

describe("a damaged file in a home", () => {
  const noise = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 73 + 41) % 256));
  const patch = (file: string, at: number) => {
    const bytes = readFileSync(file);
    noise(4_096).copy(bytes, at);
    writeFileSync(file, bytes);
  };
  const damages: Record<string, readonly [damage: (home: string) => void, says: RegExp]> = {
    "the head of the history": [(home) => patch(join(home, "history.db"), 0), /history\.db is damaged .*left as it is/],
    "the middle of the history": [(home) => patch(join(home, "history.db"), 4_096), /history\.db is damaged .*left as it is/],
    "a history cut short": [(home) => truncateSync(join(home, "history.db"), 5_000), /history\.db is damaged .*left as it is/],
    "the key": [(home) => writeFileSync(join(home, "key.pem"), noise(119)), /cannot read the key in .*key\.pem \(restore it/],
    "an empty key": [(home) => writeFileSync(join(home, "key.pem"), ""), /cannot read the key in .*key\.pem \(restore it/],
  };
  for (const [what, [damage, says]] of Object.entries(damages)) {
    test(`${what}: told, and left as it is`, async () => {
      await using homes = new Homes();
      const home = await lived(homes);
      damage(home);
      const files = ["history.db", "key.pem"].map((name) => join(home, name));
      const before = files.map((file) => readFileSync(file));
      for (const command of [["send", "#lobby", "two"], ["history", "#lobby"], ["run"]])
        refused(await homes.runPeer("ann", [...command, "--no-discovery"]), says);
      assert.deepEqual(
        files.map((file) => readFileSync(file)),
        before,
      );
    });
  }

  for (const [what, text] of Object.entries({
    noise: noise(99).toString("latin1"),
    list: "[]",
    number: "7",
    control: '{"name":"\\u001b[2J","port":-1,"pid":0}',
  })) {
    test(`settings and word of a running peer (${what}): passed over`, async () => {
      await using homes = new Homes();
      const home = await lived(homes);
      writeFileSync(join(home, "settings.json"), text);
      writeFileSync(join(home, "peer.json"), text);
      const { code, err } = await homes.runPeer("ann", ["send", "#lobby", "two", "--no-discovery"]);
      assert.equal(code, 0, err);
      assert.deepEqual(texts(await homes.runPeer("ann", ["history", "#lobby", "--no-discovery"])), ["one", "two"]);
    });
  }
});

test("a full disk fails what is sent with one line, and all goes on once there is room; nothing acknowledged is lost", {
  skip: noMounts,
}, async () => {
  await using homes = new Homes();
  await using disk = mounted(homes.home("ann"), "size=2m");
  const peer = homes.startPeer("ann", "run", "--name", "ann", "--no-discovery");
  await peer.line(/^ready /);
  const ballast = join(disk.path, "ballast");
  const sent: string[] = [];
  let failed = 0;
  const send = async (text: string): Promise<void> => {
    const finished = await homes.run("ann", ["send", "#lobby", text.padEnd(20_000, ".")]);
    if (finished.code === 0) sent.push(text);
    else {
      refused(finished, /disk/);
      failed++;
    }
  };
  await send("before");
  fill(ballast);
  for (let i = 0; i < 12; i++) await send(`full ${i}`);
  assert.ok(failed > 0, "the disk was full");
  rmSync(ballast);
  await send("after");
  assert.ok(sent.includes("after"));
  const found = texts(await homes.run("ann", ["history", "#lobby", "--limit", "100"])).map((text) => text.replace(/\.+$/, ""));
  assert.deepEqual(found, sent);
  peer.kill("SIGTERM");
  assert.deepEqual(await peer.ended(), { code: 0, signal: null });
  const again = texts(await homes.runPeer("ann", ["history", "#lobby", "--limit", "100"])).map((text) => text.replace(/\.+$/, ""));
  assert.deepEqual(again, sent);
});

test("a start on a full disk is refused with one line", { skip: noMounts }, async () => {
  await using homes = new Homes();
  await using disk = mounted(homes.home("ann"), "size=1m");
  fill(join(disk.path, "ballast"));
  refused(await homes.runPeer("ann", ["send", "#lobby", "hi", "--name", "ann"]), /disk is full|make room/i);
  assert.equal(statSync(join(disk.path, "key.pem"), { throwIfNoEntry: false })?.size ?? 0, 0, "no half key is left");
  rmSync(join(disk.path, "ballast"));
  assert.equal((await homes.runPeer("ann", ["send", "#lobby", "hi", "--name", "ann"])).code, 0);
});

describe("a place that is taken", () => {
  test("of twenty starts for one home at once one runs, and the others say so", async () => {
    await using homes = new Homes();
    const starts = Array.from({ length: 20 }, () => homes.startPeer("ann", "run", "--name", "ann", "--no-discovery"));
    const endings = await Promise.all(starts.map((start) => Promise.race([start.line(/^ready /).catch(() => null), start.ended(20_000)])));
    const ready = starts.filter((_, i) => typeof endings[i] === "string");
    assert.equal(ready.length, 1);
    for (const start of starts) {
      if (start === ready[0]) continue;
      assert.equal((await start.ended()).code, 1);
      assert.match(start.errors, ONE_LINE);
      assert.match(start.errors, /in use|runs for this home already/);
    }
    assert.equal((await homes.run("ann", ["send", "#lobby", "hi"])).code, 0);
  });

  test("a port of another program is told; without --port another one is taken", async () => {
    await using homes = new Homes();
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { readonly port: number }).port));
    });
    const argv = ["run", "--bind", "127.0.0.1", "--network", homes.network, "--no-discovery", "--name", "ann"];
    refused(await homes.run("ann", [...argv, "--port", String(port)]), new RegExp(`port ${port} is in use`));
    server.close();
    const [first, second] = [homes.start("ann", ...argv), homes.start("bob", ...argv)];
    const lines = await Promise.all([first.line(/^ready /), second.line(/^ready /)]);
    assert.notEqual(lines[0]?.split(":").at(-1), lines[1]?.split(":").at(-1));
  });
});

test("a home copied to another computer: once both have spoken, the others and the one who comes second are told, and nothing is lost", async () => {
  await using homes = new Homes();
  await lived(homes);
  cpSync(homes.home("ann"), homes.home("copy"), { recursive: true });
  const bob = homes.startPeer("bob", "chat", "--name", "bob", "--no-discovery");
  const where = await addressIn(homes, "bob");
  const first = homes.startPeer("ann", "chat", "--no-discovery", "--peer", where);
  await first.line(/bob/);
  first.type("from the first");
  await bob.line(/> from the first/);
  first.type("/quit");
  await first.ended();
  await homes.runPeer("copy", ["send", "#lobby", "from the second", "--no-discovery"]);
  const second = homes.startPeer("copy", "chat", "--no-discovery", "--peer", where);
  second.type("more from the second");
  await Promise.all([bob.line(/key of ann.* used in two places/), second.line(/your key is used in two places/)]);
  assert.deepEqual(texts(await homes.run("bob", ["history", "#lobby"])).toSorted(), [
    "from the first",
    "from the second",
    "more from the second",
    "one",
  ]);
});

test("a copied home on the same network: it is told to take a new key", async () => {
  await using homes = new Homes();
  await lived(homes);
  cpSync(homes.home("ann"), homes.home("copy"), { recursive: true });
  const first = homes.startPeer("ann", "chat", "--no-discovery");
  const second = homes.startPeer("copy", "chat", "--no-discovery", "--peer", await addressIn(homes, "ann"));
  await Promise.all([first, second].map((chat) => chat.line(/this key.*--home/)));
});

test("a lost history comes back from others, and what is said then goes on from there", async () => {
  await using homes = new Homes();
  const home = await lived(homes);
  const bob = homes.startPeer("bob", "run", "--name", "bob", "--no-discovery");
  const address = (await bob.line(/^ready /)).split(" ").at(-1) ?? "";
  await homes.runPeer("ann", ["send", "#lobby", "two", "--wait", "delivered", "--no-discovery", "--peer", address]);
  for (const end of ["", "-wal", "-shm", ".index"]) rmSync(join(home, `history.db${end}`), { force: true });
  const ann = homes.startPeer("ann", "chat", "--no-discovery", "--peer", address);
  await ann.line(/> two/);
  ann.type("three");
  await ann.line(/> three/);
  ann.type("/quit");
  await ann.ended();
  assert.deepEqual(texts(await homes.run("bob", ["history", "#lobby"])), ["one", "two", "three"]);
  assert.doesNotMatch(ann.lines.join("\n"), /two places/);
});

/** Where the running peer of a home listens. */
async function addressIn(homes: Homes, home: string): Promise<string> {
  for (;;) {
    try {
      const { port } = JSON.parse(readFileSync(join(homes.home(home), "peer.json"), "utf8")) as { readonly port: number };
      return `127.0.0.1:${port}`;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Writes until nothing more fits. */
function fill(file: string): void {
  for (const size of [65_536, 4_096, 512]) {
    try {
      for (;;) writeFileSync(file, new Uint8Array(size), { flag: "a" });
    } catch {
      // full, but for pieces that are smaller
    }
  }
}

function mounted(path: string, options: string) {
  mkdirSync(path, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  return {
    path,
    remount: (mode: "ro" | "rw") => void execFileSync("mount", ["-o", `remount,${mode}`, path]),
    [Symbol.asyncDispose]: async () => void execFileSync("umount", ["-l", path]),
  };
}

function mountsMissing(): string | false {
  if (!isRoot || process.platform !== "linux") return "only root of Linux may mount a small disk";
  const homes = new Homes();
  const probe = homes.home("probe");
  try {
    mkdirSync(probe);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("umount", [probe], { stdio: "ignore" });
    return false;
  } catch {
    return "this system lets nobody mount a small disk";
  } finally {
    void homes[Symbol.asyncDispose]();
  }
}
