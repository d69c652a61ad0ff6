// A hub behind a real door on 127.0.0.1, its history in memory: what people with plain lines are tested against.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../src/chat/engine.ts";
import { openChat } from "../../src/chat/open.ts";
import { createIdentity } from "../../src/core/identity.ts";
import { createLineGateway, type LineGateway } from "../../src/gateways/line/gateway.ts";
import { type Hub, openHub } from "../../src/hub/open.ts";
import { Passwords } from "../../src/hub/passwords.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/hub/settings.ts";
import { openDoor } from "../../src/main/door.ts";
import { tlsServerOptions } from "../../src/mesh/link/tls.ts";
import { memoryStore } from "../../src/store/memory.ts";

export type HubPeer = {
  readonly port: number;
  readonly engine: Engine;
  readonly hub: Hub;
  readonly gateway: LineGateway;
  readonly settings: Settings;
  [Symbol.asyncDispose](): Promise<void>;
};

/** "Room 12", run by olga; as many as like may talk as fast as they like, unless the settings say otherwise. */
export async function startHubPeer(settings: Partial<Settings> = {}): Promise<HubPeer> {
  const dir = mkdtempSync(join(tmpdir(), "earshot-line-"));
  const store = memoryStore();
  const clock = () => Date.now() * 1000;
  const engine = await openChat({ identity: createIdentity(), network: "test", store, clock, name: "olga" });
  const unlimited = { ...DEFAULT_SETTINGS.limits, "messages-per-10-seconds": 0, "messages-per-10-seconds-per-address": 0 };
  const limits = { ...unlimited, "joins-per-minute-per-address": 0, "connections-per-address": 0 };
  const all = { ...DEFAULT_SETTINGS, title: "Room 12", limits, ...settings };
  const hub = await openHub({
    ...{ hosting: engine.hosting, chat: engine.chat, store, dir, title: null, secret: new Uint8Array(32).fill(7), clock },
    settings: all,
    ...{ grace: 1, passwords: new Passwords({ cost: 2, blockSize: 1, parallelization: 1 }), log: () => {} },
  });
  const gateway = createLineGateway({ desk: async () => hub.desk });
  const door = await openDoor({
    ...{ port: 0, bind: "127.0.0.1", silence: 50 },
    tls: async () => tlsServerOptions(createIdentity()),
    onLink: (socket) => void socket.destroy(),
    gateways: { line: gateway.handle },
  });
  const close = async () => {
    await gateway.close();
    await door.close();
    await hub.close();
    await engine.chat.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { port: door.address.port, engine, hub, gateway, settings: all, [Symbol.asyncDispose]: close };
}
