// Composes a peer: home, store, chat, mesh and the door they share.

import { networkInterfaces } from "node:os";
import type { RecoveryTimes } from "../chat/engine.ts";
import { openChat } from "../chat/open.ts";
import type { PeerId } from "../core/ids.ts";
import type { Chat } from "../core/ports/chat.ts";
import type { Roster } from "../core/ports/log.ts";
import type { Logger } from "../core/ports/logger.ts";
import { NetworkClock } from "../mesh/clock.ts";
import { ownAddresses, parseDialAddress } from "../mesh/own-addresses.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { networkOf } from "../wire/network.ts";
import { type Doors, type HubOptions, openDoors } from "./doors.ts";
import type { Home } from "./home.ts";
import { LateMesh } from "./late-mesh.ts";
import { recallNeighbours } from "./neighbours.ts";

export type PeerOptions = {
  readonly home: Home;
  /** The display name, as `parseName` gives it. */
  readonly name: string;
  /** TCP port; null for 3277 or, where that is taken, any free one. */
  readonly port: number | null;
  readonly bind: string | null;
  readonly network: string;
  readonly secret: string | null;
  /** `host:port`. */
  readonly peers: readonly string[];
  readonly discovery: boolean;
  /** Runs for one short command. */
  readonly brief?: boolean;
  /** Opens the doors to guests on the network; left out, they are open to this computer alone. */
  readonly hub?: HubOptions;
  readonly log: Logger;
};

export type Peer = {
  readonly chat: Chat;
  readonly id: PeerId;
  /** Where others reach it. */
  readonly address: { readonly host: string; readonly port: number };
  /** The peers that are linked now. */
  linked(): readonly PeerId[];
  readonly title: Doors["title"];
  readonly reload: Doors["reload"];
  /** Tells everyone, stores everything, leaves. */
  close(): Promise<void>;
};

/** Milliseconds: others are found well within the first. */
const RECOVERY = { atLeast: 3_000, atMost: 30_000 };

/** This computer's own clock, microseconds. */
const ownClock = (): number => Date.now() * 1000;

/** Starts a peer; resolves once it can be reached. Rejects in-use (home or port), storage, bad-input. */
export async function startPeer(options: PeerOptions): Promise<Peer> {
  const undo = new Undo(options.log);
  try {
    return await compose(options, undo);
  } catch (error) {
    await undo.all();
    throw error;
  }
}

async function compose(options: PeerOptions, undo: Undo): Promise<Peer> {
  const { home, log, bind } = options;
  const identity = home.identity();
  const networkClock = new NetworkClock();
  const leaving = new AbortController();
  const recovery = home.lostHistory() ? recoveryTimes(leaving.signal) : undefined;
  const store = await openSqliteStore({ path: home.database });
  undo.push(() => store.close());
  home.madeHistory();
  const { network, name } = options;
  const clock = () => ownClock() + networkClock.offset();
  const engine = await openChat({ identity, network, store, clock, name, recovery, log: log.warn });
  undo.push(() => engine.chat.close());
  undo.push(() => leaving.abort());
  const neighbours = await recallNeighbours(store);
  const arrivals: { mesh: LateMesh | null } = { mesh: null };
  const doors = await openDoors({
    ...{ home, engine, store, clock, log, bind, port: options.port, hub: options.hub ?? null },
    tls: async () => (await import("../mesh/link/tls.ts")).tlsServerOptions(identity),
    onLink: (socket) => (arrivals.mesh ? arrivals.mesh.accept(socket) : socket.destroy()),
  });
  undo.push(() => doors.close());
  const { port, token, chat, title, reload } = doors;
  const mesh = new LateMesh(
    () => ({
      ...{ identity, network: networkOf(network, options.secret), log: engine.log, roster: engine.roster, networkClock, clock: ownClock },
      ...{ port, bind, discovery: options.discovery, peers: options.peers, logger: log },
      ...{ remembered: neighbours.known, remember: neighbours.remember },
    }),
    log,
  );
  arrivals.mesh = mesh;
  undo.push(() => mesh.close());
  undo.push(() => doors.farewell());
  undo.push(rememberName(engine.roster, home, log));
  undo.push(home.announce({ host: ownHost(bind), port, token, network, brief: options.brief ?? false }));
  const host = reachableHost(bind, port);
  return { chat, id: identity.id, address: { host, port }, linked: () => mesh.linked(), title, reload, close: () => undo.all() };
}

/** How long a peer whose history is gone waits for what it had said; leaving ends the wait. */
function recoveryTimes(leaving: AbortSignal): RecoveryTimes {
  const within = (milliseconds: number) => AbortSignal.any([leaving, AbortSignal.timeout(milliseconds)]);
  return { atLeast: within(RECOVERY.atLeast), atMost: within(RECOVERY.atMost) };
}

/** A new name holds for the next run, too. Returns the way to stop. Not a watch: what the first watcher is told belongs to people. */
function rememberName(roster: Roster, home: Home, log: Logger): () => void {
  let known = home.name();
  return roster.changed(() => {
    try {
      const { name } = roster.own();
      if (name === known) return;
      home.setName(name);
      known = name;
    } catch (error) {
      log.warn(`the name could not be remembered: ${String(error)}`);
    }
  });
}

/** The address by which this computer reaches the door. */
const ownHost = (bind: string | null): string => (bind === null || bind === "::" || bind === "0.0.0.0" ? "127.0.0.1" : bind);

/** An address by which others on the network reach the door; this computer's own where there is no network. */
function reachableHost(bind: string | null, port: number): string {
  if (bind !== null && ownHost(bind) === bind) return bind;
  const first = ownAddresses(networkInterfaces(), bind, port)[0];
  return first ? parseDialAddress(first).host : "127.0.0.1";
}

/** What was begun, ended in reverse: the first to end is what came last. A step that fails does not keep the others. */
class Undo {
  readonly #log: Logger;
  #steps: (() => Promise<void> | void)[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  push(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  async all(): Promise<void> {
    const steps = this.#steps.reverse();
    this.#steps = [];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        this.#log.warn(`on leaving: ${String(error)}`);
      }
    }
  }
}
