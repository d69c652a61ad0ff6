// The mesh of one peer: finds others, keeps links with them, and carries entries and presence between them and chat.

import type { TLSSocket } from "node:tls";
import { formatAddress } from "../core/address.ts";
import { type Identity, randomOf } from "../core/identity.ts";
import { type PeerId, peerOf, type RoomId } from "../core/ids.ts";
import type { Clock, Random } from "../core/ports/clock.ts";
import type { Log, Roster } from "../core/ports/log.ts";
import type { Logger } from "../core/ports/logger.ts";
import { directMembers, mayHold } from "../core/room.ts";
import type { Frame, PeerHint } from "../wire/frame.ts";
import type { Network } from "../wire/network.ts";
import type { ClockNotice, NetworkClock } from "./clock.ts";
import { type Discovery, discover } from "./discovery/discovery.ts";
import type { Ending, Link } from "./link/link.ts";
import { PresenceDriver } from "./presence-driver.ts";
import type { GossipFrame } from "./replica/events.ts";
import { Replica } from "./replica/replica.ts";
import { ReplicaDriver } from "./replica-driver.ts";
import { Topology } from "./topology/topology.ts";
import { TopologyDriver } from "./topology-driver.ts";

export type MeshOptions = {
  readonly identity: Identity;
  readonly network: Network;
  readonly log: Log;
  readonly roster: Roster;
  /** Shared with whoever stamps entries. */
  readonly networkClock: NetworkClock;
  /** This computer's own clock, uncorrected. */
  readonly clock: Clock;
  /** TCP port on which links are accepted. */
  readonly port: number;
  /** The one address to use; null for all. */
  readonly bind: string | null;
  /** Whether to look for others by beacons. */
  readonly discovery: boolean;
  /** `host:port` of peers to be linked with whatever happens. */
  readonly peers: readonly string[];
  /** Where peers were in earlier runs. */
  readonly remembered: readonly PeerHint[];
  readonly remember: (hint: PeerHint) => void;
  readonly logger: Logger;
};

/** Differences of clocks are taken from the links so often. Milliseconds. */
const COMPARE_CLOCKS = 2_000;
/** Whoever direct talk needs is asked for at most so often. Milliseconds. */
const WANT_AGAIN = 1_000;
/** Partners of direct talk who are not linked are asked for so often: they may lack something. Milliseconds. */
const VISIT = 60_000;
const GOSSIP: ReadonlySet<string> = new Set(["digests", "frontiers", "want", "entries", "prune", "graft"] satisfies GossipFrame["kind"][]);

export class Mesh {
  readonly #options: MeshOptions;
  readonly #topology: TopologyDriver;
  readonly #replica: ReplicaDriver;
  readonly #presence: PresenceDriver;
  readonly #discovery: Discovery | null;
  readonly #stops: readonly (() => void)[];
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #wanted = new Map<PeerId, number>();

  /** Starts at once. */
  constructor(options: MeshOptions) {
    this.#options = options;
    const { identity, network, log, roster, port, bind, clock, logger } = options;
    const instance = randomOf(8);
    const now = () => performance.now();
    const random: Random = Math.random;
    this.#topology = new TopologyDriver({
      topology: new Topology(identity.id),
      link: { identity, network, instance, port, clock, log: logger },
      now,
      random,
      handlers: {
        up: this.#up,
        down: this.#down,
        frame: this.#frame,
        drained: this.#drained,
        copy: this.#copied,
        remember: options.remember,
      },
    });
    const links = this.#topology.links;
    const view = { self: identity.id, rooms: () => log.rooms(), frontier: (room: RoomId) => log.frontier(room) };
    this.#replica = new ReplicaDriver({ replica: new Replica(view), log, links, close: this.#close, now, random, logger });
    this.#presence = new PresenceDriver({
      identity,
      roster,
      links,
      bind,
      port,
      clock,
      now,
      random,
      located: this.#located,
      fault: this.#fault,
    });
    this.#stops = [log.subscribe(({ room, from }) => from === null && this.#want(room)), roster.typed(this.#typed)];
    this.#timers = [setInterval(this.#compareClocks, COMPARE_CLOCKS).unref(), setInterval(this.#visit, VISIT).unref()];
    for (const { peer, addresses } of options.remembered) this.#topology.handle({ kind: "remembered", peer, addresses });
    for (const address of options.peers) this.#topology.handle({ kind: "configured", address });
    this.#discovery = options.discovery ? this.#discover(instance, random) : null;
  }

  /** The peers that are linked now. */
  linked(): readonly PeerId[] {
    return [...this.#topology.links.keys()];
  }

  /** Takes over a connection that asked for a link, its TLS handshake done. */
  accept(socket: TLSSocket): void {
    void this.#topology.accept(socket);
  }

  /** Says goodbye to everyone and stops. Resolves once all links have ended. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const stop of this.#stops) stop();
    this.#presence.stop();
    await Promise.all([this.#discovery?.close(), this.#topology.stop()]);
    this.#replica.stop();
  }

  #discover(instance: Uint8Array, random: Random): Discovery {
    const { identity, network, port, bind, clock, logger: log, roster } = this.#options;
    const hub = () => roster.own().hub ?? null;
    const options = { identity, network, instance, port, hub, bind, clock, random, log };
    return discover(options, {
      seen: ({ peer, addresses }) => this.#topology.handle({ kind: "seen", peer, addresses }),
      left: (peer) => this.#left(peer),
      copy: this.#copied,
      problem: (text) => roster.notice("network", text),
    });
  }

  /** A goodbye by beacon counts where no link tells better. */
  #left(peer: PeerId): void {
    if (this.#topology.links.has(peer)) return;
    this.#topology.handle({ kind: "left", peer });
    this.#presence.handle({ kind: "unlinked", peer, why: "left" });
  }

  readonly #up = (peer: PeerId, link: Link): void => {
    this.#measure(peer, link.hello.clock - this.#options.clock());
    if (!link.dialed && link.hello.port > 0) {
      const address = formatAddress({ host: link.remote.host, port: link.hello.port });
      this.#topology.handle({ kind: "seen", peer, addresses: [address] });
    }
    this.#replica.handle({ kind: "linked", peer });
    this.#presence.handle({ kind: "linked", peer });
  };

  readonly #down = (peer: PeerId, why: Ending["code"]): void => {
    this.#replica.released(peer);
    this.#replica.handle({ kind: "unlinked", peer });
    this.#presence.handle({ kind: "unlinked", peer, why: why === "leaving" ? "left" : why === "crowded" ? "closed" : "lost" });
    this.#tellClock(this.#options.networkClock.gone(peer));
  };

  readonly #frame = (peer: PeerId, frame: Frame): void => {
    if (GOSSIP.has(frame.kind)) this.#replica.handle({ kind: "frame", peer, frame: frame as GossipFrame });
    else if (frame.kind === "presence") this.#presence.handle({ kind: "records", from: peer, records: frame.records });
    else if (frame.kind === "peers") this.#topology.handle({ kind: "told", from: peer, peers: frame.peers });
    else if (frame.kind === "typing" && mayHold(peer, frame.room)) this.#options.roster.typing(peer, frame.room, frame.as);
  };

  readonly #drained = (peer: PeerId): void => {
    this.#replica.released(peer);
    this.#replica.handle({ kind: "drained", peer });
  };

  readonly #close = (peer: PeerId, code: Parameters<TopologyDriver["close"]>[1], text: string): void => {
    this.#topology.close(peer, code, text);
  };

  readonly #fault = (peer: PeerId): void => this.#topology.close(peer, "protocol", "a presence record that is none");

  readonly #located = ({ peer, addresses }: PeerHint, via: "link" | "carried"): void => {
    this.#topology.handle({ kind: "seen", peer, addresses });
    if (via === "carried" && this.#options.log.rooms().some((room) => this.#otherOf(room) === peer))
      this.#topology.handle({ kind: "wanted", peer });
  };

  readonly #copied = (): void => {
    const text = "another computer here uses this key: one of the two was copied and needs a new one (start it with another --home)";
    this.#options.roster.notice("copy", text);
  };

  /** Direct talk goes straight to the other peer, who is dialed if need be, and whose link is kept for a while. */
  #want(room: RoomId): void {
    const peer = this.#otherOf(room);
    const now = performance.now();
    if (!peer || now - (this.#wanted.get(peer) ?? Number.NEGATIVE_INFINITY) < WANT_AGAIN) return;
    this.#wanted.set(peer, now);
    this.#topology.handle({ kind: "wanted", peer });
  }

  readonly #visit = (): void => {
    for (const room of this.#options.log.rooms()) {
      const peer = this.#otherOf(room);
      if (peer && !this.#topology.links.has(peer)) this.#want(room);
    }
  };

  /** The other peer of a direct room; null for an open one, or one of two people of ours. */
  #otherOf(room: RoomId): PeerId | null {
    const peers = directMembers(room)?.map(peerOf);
    return peers?.find((peer) => peer !== this.#options.identity.id) ?? null;
  }

  readonly #typed = (room: RoomId, as: string | null): void => {
    for (const [peer, link] of this.#topology.links) if (mayHold(peer, room)) link.send({ kind: "typing", room, as });
  };

  readonly #compareClocks = (): void => {
    for (const [peer, { skew }] of this.#topology.links) if (skew !== null) this.#measure(peer, skew);
  };

  #measure(peer: PeerId, skew: number): void {
    this.#tellClock(this.#options.networkClock.measured(peer, skew));
  }

  #tellClock(notice: ClockNotice | null): void {
    if (!notice) return;
    const minutes = Math.round(Math.abs(this.#options.networkClock.offset()) / 60e6);
    const direction = this.#options.networkClock.offset() > 0 ? "behind" : "ahead of";
    const off = `this computer's clock is ${minutes} minutes ${direction} the others here; messages carry the time of the network`;
    this.#options.roster.notice("clock", notice === "off" ? off : "this computer's clock agrees with the others again");
  }
}
