// The contract of Chat over the visits that a hub gives to guests, and over its owner's chat.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type Hub, openHub } from "../../src/hub/open.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/hub/settings.ts";
import { testChat } from "./chat.ts";
import { START, type Station } from "./pair.ts";

const dir = mkdtempSync(join(tmpdir(), "earshot-hub-"));
after(() => rmSync(dir, { recursive: true }));

/** The contract goes to the bounds of the engine, and everyone sets topics. */
const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  topics: "everyone",
  limits: { ...DEFAULT_SETTINGS.limits, "message-bytes": 0, "messages-per-10-seconds": 0 },
};

const clock = () => START;

const hubOf = ({ hosting, chat, store }: Station): Promise<Hub> =>
  openHub({ hosting, chat, store, dir, settings: SETTINGS, secret: new Uint8Array(32), title: "the hub", grace: 0, clock, log: () => {} });

testChat("a guest of a hub", {
  guests: true,
  play: async (station, name) => {
    const { desk } = await hubOf(station);
    const { chat } = await desk.enter({ kind: "name", name, password: null }, { address: "127.0.0.1", door: "web" });
    return chat;
  },
});

testChat("the owner of a hub", { guests: false, play: async (station) => (await hubOf(station)).ownerChat });
