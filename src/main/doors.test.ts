// The doors of a hub, closed while its guests talk.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createLogger } from "../core/ports/logger.ts";
import { LOBBY } from "../core/room.ts";
import { DEFAULT_SETTINGS } from "../hub/settings.ts";
import { openHome } from "./home.ts";
import { type Peer, startPeer } from "./peer.ts";

const TALKERS = ["ann", "ben"] as const;
const COUNT = 300;
const lines = TALKERS.flatMap((name) => Array.from({ length: COUNT }, (_, index) => `${name} ${index}`));

test("what came before the hub was asked to close is said and stored; then everyone is told, and of nobody's leaving", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "earshot-doors-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const hub = await startHub(dir);
  const guests = await Promise.all(TALKERS.map((name) => enter(hub, name)));
  for (const guest of guests) guest.type(lines.filter((line) => line.startsWith(guest.name)));
  await Promise.all(guests.map((guest) => guest.sees(`<${guest.name}> ${guest.name} 0\n`)));
  await hub.close();
  for (const guest of guests) assert.match(await guest.closed(), / -- this hub is closing; connect again later\n$/);
  for (const guest of guests) {
    assert.doesNotMatch(guest.text, /left #lobby|not said/);
    for (const name of TALKERS) assert.match(guest.text, new RegExp(`<${name}> ${name} ${COUNT - 1}\n`));
  }
  const again = await startHub(dir);
  const said = await again.chat.history(LOBBY, { limit: 1000 });
  await again.close();
  for (const name of TALKERS) {
    assert.deepEqual(
      said.filter(({ from }) => from.name === name).map(({ text }) => text),
      lines.filter((line) => line.startsWith(name)),
    );
  }
});

function startHub(dir: string): Promise<Peer> {
  const limits = { ...DEFAULT_SETTINGS.limits, "messages-per-10-seconds": 0 };
  return startPeer({
    ...{ home: openHome(dir), name: "olga", port: 0, bind: "127.0.0.1", network: "lan", secret: null, peers: [], discovery: false },
    hub: { title: "Room 12", settings: { ...DEFAULT_SETTINGS, limits }, line: null },
    log: createLogger("warn", (line) => void process.stderr.write(`${line}\n`)),
  });
}

/** Somebody with `nc`, in the lobby. */
async function enter({ address }: Peer, name: string) {
  const socket = connect(address.port, address.host).setEncoding("utf8");
  const guest = {
    name,
    text: "",
    type: (typed: readonly string[]) => void socket.write(typed.map((line) => `${line}\n`).join("")),
    sees: async (text: string) => {
      while (!guest.text.includes(text)) await once(socket, "data");
    },
    closed: async () => {
      if (!socket.closed) await once(socket, "close");
      return guest.text;
    },
  };
  socket.on("data", (chunk) => {
    guest.text += chunk;
  });
  guest.type([name]);
  await guest.sees(`-- you are ${name},`);
  return guest;
}
