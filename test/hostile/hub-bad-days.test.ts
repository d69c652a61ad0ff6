// Bad days of a hub: no room on the disk, a home that cannot be written, a clock that jumps, a port that is taken, damaged settings.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { LOBBY } from "../../src/core/room.ts";
import { addressOf, Homes } from "../e2e/cli.ts";
import { Crowd, type Guest } from "../e2e/guests.ts";
import type { Running } from "../e2e/running.ts";
import { Client } from "../web/client.ts";

const noRoot = process.platform === "linux" && process.getuid?.() === 0 ? false : "mounting a small disk needs root on Linux";
const FAST = "[limits]\nmessages-per-10-seconds = 0\nmessages-per-10-seconds-per-address = 0\n";

function startHub(homes: Homes, port = "0"): Running {
  return homes.start("olga", "hub", "--bind", "127.0.0.1", "--port", port, "--network", homes.network, "--name", "olga", "--no-discovery");
}

async function texts({ chat }: Guest): Promise<readonly string[]> {
  return (await chat.history(LOBBY, { limit: 1_000 })).map(({ text }) => text);
}

/** Everything the guest says is numbered; those that were acknowledged, and the error that ended it, if any. */
async function sayUntil(
  guest: Guest,
  over: (count: number) => boolean,
  filler = "",
): Promise<{ readonly said: string[]; readonly error: string | null }> {
  const said: string[] = [];
  for (let count = 1; !over(count); count++) {
    const text = `${guest.name} ${count} ${filler}`.trim();
    try {
      await guest.chat.say(LOBBY, text);
      said.push(text);
    } catch (error) {
      const { code, message } = error as { readonly code: string; readonly message: string };
      return { said, error: `${code}: ${message}` };
    }
  }
  return { said, error: null };
}

describe("a hub on bad days", () => {
  it("with a full disk tells its guests, loses nothing that it acknowledged, and goes on when there is room", {
    skip: noRoot,
  }, async (t) => {
    await using homes = new Homes();
    const home = homes.home("olga");
    mkdirSync(home, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", home]);
    try {
      writeFileSync(join(home, "hub.toml"), FAST);
      const hub = startHub(homes);
      const address = addressOf(await hub.line(/^ready /));
      await using crowd = new Crowd(address);
      const [wes, lin] = [await crowd.enter("wes"), await crowd.enterByLine("lin")];
      const ballast = join(home, "ballast");
      writeFileSync(ballast, new Uint8Array(2 << 20));
      const { said, error } = await sayUntil(wes, (count) => count > 3_000, "x".repeat(8_000));
      t.diagnostic(`${said.length} were said before there was no room`);
      assert.match(error ?? "", /^storage: this computer cannot store/);
      lin.type("can you hear me?");
      await lin.shows("not said: this computer cannot store");
      assert.ok(!lin.text.includes(home), "where it is kept is the owner's business");
      rmSync(ballast);
      lin.type("and now?");
      await lin.shows("<lin> and now?");
      assert.ok(await wes.chat.say(LOBBY, "good again"));
      const kept = await texts(wes);
      const stored = kept.filter((text) => text.startsWith("wes "));
      assert.deepEqual(stored.slice(-5), said.slice(-5));
      assert.match(hub.errors, /disk is full/, "its owner is told");
      hub.kill("SIGKILL");
      await hub.ended();
      const again = startHub(homes, address.split(":").at(-1));
      await again.line(/^ready /);
      await wes.barrier.until(() => wes.returns === 1);
      assert.deepEqual(await texts(wes), kept);
      again.kill("SIGTERM");
      await again.ended();
    } finally {
      execFileSync("umount", ["-l", home]);
    }
  });

  it("whose clock is set back by hours talks on, and holds nobody up", async () => {
    await using homes = new Homes();
    const file = join(homes.home("olga"), "clock");
    mkdirSync(homes.home("olga"), { recursive: true });
    writeFileSync(file, "0");
    const jump = `import { readFileSync } from "node:fs"; const now = Date.now; let by = 0;
      setInterval(() => { by = Number(readFileSync(${JSON.stringify(file)}, "utf8")) || 0; }, 20).unref(); Date.now = () => now() + by;`;
    const options = `--import=data:text/javascript,${encodeURIComponent(jump)}`;
    const argv = ["hub", "--bind", "127.0.0.1", "--port", "0", "--network", homes.network, "--name", "olga", "--no-discovery"];
    const hub = homes.startWith({ NODE_OPTIONS: options }, "olga", ...argv);
    await using crowd = new Crowd(addressOf(await hub.line(/^ready /)));
    const [wes, lin] = [await crowd.enter("wes"), await crowd.enterByLine("lin")];
    await wes.chat.say(LOBBY, "before");
    for (const [hours, round] of [
      [-5, "back"],
      [3, "ahead"],
      [-2, "back again"],
    ] as const) {
      writeFileSync(file, String(hours * 3_600_000));
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (let n = 1; n <= 10; n++) await wes.chat.say(LOBBY, `${round} ${n}`);
      lin.type(`${round} by line`);
      await lin.shows(`<lin> ${round} by line`);
      await wes.barrier.until(() => wes.heard.includes(`${round} by line`));
    }
    const late = await crowd.enter("late");
    await late.chat.say(LOBBY, "hello");
    await lin.shows("<late> hello");
  });

  it("that closes while people enter tells those who are in, closes all, and ends", async () => {
    await using homes = new Homes();
    mkdirSync(homes.home("olga"), { recursive: true });
    const hub = startHub(homes);
    const url = `ws://${addressOf(await hub.line(/^ready /))}/chat`;
    const clients = Array.from({ length: 100 }, () => new Client({ url } as ConstructorParameters<typeof Client>[0], null));
    await Promise.all(clients.map((client) => client.until(({ event }) => event === "hello")));
    for (const [index, { socket }] of clients.entries()) {
      socket.send(JSON.stringify({ id: 1, method: "enter", params: { name: `guest ${index}` } }));
      if (index === 50) hub.kill("SIGTERM");
    }
    const codes = new Set(await Promise.all(clients.map((client) => client.closed())));
    assert.ok(
      [...codes].every((code) => [1001, 1006, 1013].includes(code)),
      [...codes].join(" "),
    );
    assert.equal((await hub.ended()).code, 0);
    for (const { frames } of clients.filter(({ frames }) => frames.some(({ event }) => event === "welcome")))
      assert.ok(frames.some(({ event }) => event === "farewell"));
    const again = startHub(homes);
    await again.line(/^ready /);
    const { out } = await homes.run("olga", ["people", "--json"]);
    assert.equal(out.filter((line) => line.includes("guest ") && !line.includes('"offline"')).length, 0);
  });

  it("with damaged settings says where, and starts nothing", async () => {
    await using homes = new Homes();
    mkdirSync(homes.home("olga"), { recursive: true });
    for (const [damaged, complaint] of [
      ["title = \n\0\x01garbage", /hub\.toml/],
      ["\xff\xfe\x00t\x00i", /hub\.toml/],
      [`title = "${"x".repeat(100_000)}"`, /title/],
      ["[limits]\nconnections = -1", /connections/],
    ] as const) {
      writeFileSync(join(homes.home("olga"), "hub.toml"), damaged, "latin1");
      const { code, err } = await homes.runPeer("olga", ["hub", "--name", "olga", "--no-discovery"]);
      assert.notEqual(code, 0);
      assert.match(err, complaint);
      assert.ok(!/\s+at .*\.ts:\d/.test(err), err);
    }
  });

  it("whose port is taken says so, and leaves the other alone", async () => {
    await using homes = new Homes();
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { readonly port: number };
    const hub = startHub(homes, String(port));
    const { code } = await hub.ended();
    server.close();
    assert.notEqual(code, 0);
    assert.match(hub.errors, new RegExp(`${port}`));
    assert.ok(!/\s+at .*\.ts:\d/.test(hub.errors), hub.errors);
  });

  it("in a home that is read-only says so", { skip: noRoot }, async () => {
    await using homes = new Homes();
    const home = homes.home("olga");
    mkdirSync(home, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", home]);
    try {
      const { code, err } = await homes.runPeer("olga", ["hub", "--name", "olga", "--no-discovery"]);
      assert.notEqual(code, 0);
      assert.match(err, /read-only|EROFS/i);
      assert.ok(!/\s+at .*\.ts:\d/.test(err), err);
    } finally {
      execFileSync("umount", ["-l", home]);
    }
  });

  it("that cannot write down what moderators do does it all the same, and says so", async () => {
    await using homes = new Homes();
    mkdirSync(join(homes.home("olga"), "audit.jsonl"), { recursive: true });
    const hub = startHub(homes);
    await using crowd = new Crowd(addressOf(await hub.line(/^ready /)));
    const wes = await crowd.enter("wes");
    const olga = homes.start("olga", "chat");
    await olga.line(/\bwes\b/);
    olga.type("/ban spammer 5 for spam");
    await olga.line(/spammer is banned for 5 minutes/);
    olga.type("/audit");
    olga.type("still here");
    await olga.line(/still here/);
    await wes.barrier.until(() => wes.heard.includes("still here"));
    assert.match(hub.errors, /audit log/);
  });
});
