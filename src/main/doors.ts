// The doors of a peer: one port for its owner, for guests and for links, perhaps one more for plain lines, and the hub behind them.

import { hostname, networkInterfaces } from "node:os";
import type { TLSSocket, TlsOptions } from "node:tls";
import type { Engine } from "../chat/engine.ts";
import { ChatError } from "../core/errors.ts";
import { randomOf } from "../core/identity.ts";
import type { Chat } from "../core/ports/chat.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { Store } from "../core/ports/store.ts";
import { createLineGateway } from "../gateways/line/gateway.ts";
import { createWebGateway } from "../gateways/web/gateway.ts";
import type { Hub } from "../hub/open.ts";
import type { Settings } from "../hub/settings.ts";
import { type DoorOptions, type Gateway, openDoor } from "./door.ts";
import { type Home, ownerToken } from "./home.ts";
import { LateHub, OwnersChat } from "./late-hub.ts";
import type { Door } from "./listening.ts";

/** The port that finds people and carries everything: EARS on a phone's keys. */
const DEFAULT_PORT = 3277;
/** Guests have so long to be told that it is over, milliseconds. */
const FAREWELL_MS = 3_000;
/** The hub has so long to give up its seats and to store what is to be kept, milliseconds. */
const STORING_MS = 3_000;
const SECRET = "hub:secret";

/** What a hub is opened with. */
export type HubOptions = {
  /** How it is called; null for what the settings say, else by the name of the owner. */
  readonly title: string | null;
  readonly settings: Settings;
  /** A TCP port for plain lines alone, or null. */
  readonly line: number | null;
};

export type DoorsOptions = {
  readonly home: Home;
  readonly engine: Engine;
  readonly store: Store;
  /** TCP port; null for 3277 or, where that is taken, any free one. */
  readonly port: number | null;
  readonly bind: string | null;
  /** Null where guests of this computer alone may come. */
  readonly hub: HubOptions | null;
  /** Microseconds since 1970. */
  readonly clock: () => number;
  readonly tls: DoorOptions["tls"];
  readonly onLink: (socket: TLSSocket) => void;
  readonly log: Logger;
};

export type Doors = {
  readonly port: number;
  /** Whoever knows it is the owner. */
  readonly token: string;
  /** The owner's Chat, which can look after guests, too. */
  readonly chat: Chat;
  /** How the hub is called; null where the doors are open to this computer alone. */
  title(): string | null;
  /** Takes on other settings of an open hub. */
  reload(settings: Settings): void;
  /** Takes nobody in any more, says goodbye to everyone who is not a link, and waits until they have heard it, within some seconds. */
  farewell(): Promise<void>;
  close(): Promise<void>;
};

/** Opens them. Rejects `in-use` and `bad-input` for ports, `storage`. */
export async function openDoors(options: DoorsOptions): Promise<Doors> {
  const { engine, log } = options;
  let doors: readonly Door[] = [];
  let settings = options.hub?.settings ?? null;
  const hub = new LateHub(() => openHubOf(options));
  const lines = createLineGateway({ desk: hub.desk, log: log.warn });
  const measure = options.hub ? (await import("./hub-metrics.ts")).hubSamples : () => [];
  const samples = () => measure({ hub: hub.now()?.counts() ?? null, lines: lines.stats, doors, log: engine.log });
  const chat = new OwnersChat(engine.chat, hub);
  const token = ownerToken();
  const metrics = () => settings?.metrics ?? "computer";
  const hostnames = () => (settings ? [...computerNames(), ...settings.hostnames] : []);
  const web = createWebGateway({ chat, token, desk: hub.desk, samples, metrics, hostnames, log: log.warn });
  if (options.hub) await hub.get();
  const opened = await openPorts(options, { http: web.handle, line: lines.handle }).catch(async (error: unknown) => {
    await hub.close();
    throw error;
  });
  doors = opened;
  const title = () => (options.hub ? (hub.now()?.desk.about().title ?? null) : null);
  const stopTelling = options.hub ? tellTitle(engine, title) : () => {};
  const reload = (now: Settings) => {
    settings = now;
    hub.now()?.reload(now);
    engine.openDoors(title());
  };
  const farewell = async () => {
    stopTelling();
    for (const door of doors) door.shut();
    const told = (goodbye: Promise<void>) => goodbye.catch((error) => log.warn(`on leaving: ${error}`));
    // what came is said before the hub gives up the seats of those who said it
    await within(FAREWELL_MS, Promise.all([told(lines.close()), told(web.close())]));
    await within(STORING_MS, told(hub.close()));
  };
  const close = async () => void (await Promise.all(doors.map((door) => door.close())));
  return { port: opened[0].address.port, token, chat, title, reload, farewell, close };
}

/** How others on the network may call this computer; by mDNS, too (RFC 6762 §3). */
function computerNames(): readonly string[] {
  const [name = ""] = hostname().split(".", 1);
  return [hostname(), name, `${name}.local`];
}

/** Tells the network how the hub is called, now and after its owner took another name. Returns the way to stop. */
function tellTitle({ openDoors, roster }: Engine, title: () => string | null): () => void {
  let told = title();
  openDoors(told);
  return roster.changed(() => {
    if (title() === told) return;
    told = title();
    openDoors(told);
  });
}

/** The one port, and that for lines alone where one was asked for. */
async function openPorts(
  options: DoorsOptions,
  gateways: { readonly http: Gateway; readonly line: Gateway },
): Promise<readonly [Door, ...Door[]]> {
  const { hub, bind, log } = options;
  const most = hub ? (await import("./open-files.ts")).mostConnections() : undefined;
  const common = { bind, openTo: hub ? "network" : "computer", log: log.warn, ...(most !== undefined && { most }) } as const;
  const door = await openMain(options, { ...common, gateways });
  if (hub === null || hub.line === null) return [door];
  try {
    const { openLinePort } = await import("./line-port.ts");
    return [door, await openLinePort({ ...common, port: hub.line, option: "--line", gateway: gateways.line })];
  } catch (error) {
    await door.close();
    throw error;
  }
}

/** Opens the door on the port that was asked for; where none was, on 3277 or else any that is free. */
async function openMain(options: DoorsOptions, parts: Omit<DoorOptions, "port" | "tls" | "onLink">): Promise<Door> {
  const { port, tls, onLink, home, log } = options;
  const on = (port: number) => openDoor({ ...parts, port, tls, onLink, peopleTls: () => peopleTls(home) });
  if (port !== null) return on(port);
  try {
    return await on(DEFAULT_PORT);
  } catch (error) {
    if (!(error instanceof ChatError && error.code === "in-use")) throw error;
    const door = await on(0);
    log.info(`port ${DEFAULT_PORT} is taken on this computer, so this peer listens on ${door.address.port}`);
    return door;
  }
}

async function peopleTls({ dir }: Home): Promise<TlsOptions> {
  const { webCredentials, webHosts } = await import("./web-certificate.ts");
  return webCredentials(dir, webHosts(networkInterfaces()));
}

/** The hub as it is told to be; on a plain peer by the settings that lie there, if any. */
async function openHubOf(options: DoorsOptions): Promise<Hub> {
  const { home, engine, store, clock, log } = options;
  const [{ openHub }, settings] = await Promise.all([
    import("../hub/open.ts"),
    options.hub?.settings ?? import("./hub-settings.ts").then(({ settingsOrDefaults }) => settingsOrDefaults(home, log.warn)),
  ]);
  const title = options.hub?.title ?? null;
  const secret = await secretOf(store);
  return openHub({ hosting: engine.hosting, chat: engine.chat, store, dir: home.dir, settings, secret, title, clock, log: log.warn });
}

/** What makes the tokens of guests; the same for as long as the history lives. */
async function secretOf(store: Store): Promise<Uint8Array> {
  const known = await store.recall(SECRET);
  if (known !== null) return Uint8Array.fromHex(known);
  const made = randomOf(32);
  await store.remember(SECRET, made.toHex());
  return made;
}

/** Waits for it, but no longer than this. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([work, late]);
  clearTimeout(timer);
}
