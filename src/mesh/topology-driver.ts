// Carries out what the topology decides: dials, accepts, and knows which connection stands for which peer.

import type { TLSSocket } from "node:tls";
import type { PeerId } from "../core/ids.ts";
import type { Random } from "../core/ports/clock.ts";
import type { ByeCode, Frame, PeerHint } from "../wire/frame.ts";
import { Arrivals } from "./arrivals.ts";
import { Inbox } from "./inbox.ts";
import { acceptLink, dialLink, type LinkOptions } from "./link/establish.ts";
import type { Ending, Link } from "./link/link.ts";
import { LinkRefused } from "./link/refusal.ts";
import { parseDialAddress } from "./own-addresses.ts";
import type { LinkId, TopologyEffect, TopologyEvent } from "./topology/events.ts";
import type { Topology } from "./topology/topology.ts";

export type LinkTableHandlers = {
  /** Talk with the peer goes over this link now; after `down`, if there was another. */
  readonly up: (peer: PeerId, link: Link) => void;
  readonly down: (peer: PeerId, why: Ending["code"]) => void;
  readonly frame: (peer: PeerId, frame: Frame) => void;
  readonly drained: (peer: PeerId) => void;
  /** Another process runs under our key. */
  readonly copy: () => void;
  readonly remember: (hint: PeerHint) => void;
};

export type TopologyParts = {
  readonly topology: Topology;
  readonly link: LinkOptions;
  readonly now: () => number;
  readonly random: Random;
  readonly handlers: LinkTableHandlers;
};

const CLOSING: { readonly [code in ByeCode]?: string } = {
  duplicate: "there is another link between us",
  crowded: "I have links enough",
  leaving: "I am leaving",
};

export class TopologyDriver {
  readonly #parts: TopologyParts;
  readonly #all = new Map<LinkId, Link>();
  readonly #active = new Map<PeerId, Link>();
  readonly #endings = new Map<PeerId, Ending["code"]>();
  readonly #inbox = new Inbox<TopologyEvent>((event) => this.#work(event));
  readonly #arrivals = new Arrivals();
  readonly #stop = new AbortController();
  #nextLink: LinkId = 1;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: TopologyParts) {
    this.#parts = parts;
  }

  /** The link that stands for each linked peer. */
  get links(): ReadonlyMap<PeerId, Link> {
    return this.#active;
  }

  /** Tells the topology and does what it asks for. Events that arise meanwhile wait their turn. */
  handle(event: TopologyEvent): void {
    if (!this.#stop.signal.aborted) this.#inbox.put(event);
  }

  /** A connection came in by the door, its TLS handshake done. */
  async accept(socket: TLSSocket): Promise<void> {
    if (!this.#arrivals.admit(socket)) return void socket.destroy();
    try {
      this.#linked(await acceptLink(socket, this.#parts.link), null);
    } catch (error) {
      this.#refused("a connection", error);
    }
  }

  /** Ends one peer's link for its fault. */
  close(peer: PeerId, code: ByeCode, text: string): void {
    this.#active.get(peer)?.close(code, text);
  }

  /** Says goodbye on every link; resolves once all have ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    const links = [...this.#all.values()];
    for (const link of links) link.close("leaving", "I am leaving");
    await Promise.all(links.map((link) => link.gone));
  }

  #work(event: TopologyEvent): void {
    const { topology, now, random } = this.#parts;
    for (const effect of topology.handle(event, now(), random)) this.#carryOut(effect);
  }

  #carryOut(effect: TopologyEffect): void {
    const { handlers } = this.#parts;
    switch (effect.kind) {
      case "dial":
        return void this.#dial(effect.address, effect.peer);
      case "close":
        return this.#all.get(effect.link)?.close(effect.code, CLOSING[effect.code] ?? "");
      case "up":
        return this.#up(effect.peer, effect.link);
      case "down":
        return this.#down(effect.peer);
      case "remember":
        return handlers.remember({ peer: effect.peer, addresses: [effect.address] });
      case "tell":
        return void this.#active.get(effect.peer)?.send({ kind: "peers", peers: effect.peers });
      case "wake":
        return this.#wakeAt(effect.at);
    }
  }

  async #dial(address: string, peer: PeerId | null): Promise<void> {
    const { link, handlers } = this.#parts;
    try {
      const options = { ...link, signal: this.#stop.signal, ...(peer && { expected: peer }) };
      this.#linked(await dialLink(parseDialAddress(address), options), address);
    } catch (error) {
      const reason = error instanceof LinkRefused ? error.reason : null;
      if (reason === "copy") handlers.copy();
      this.#refused(address, error);
      const isSelf = reason === "self" || reason === "copy";
      this.handle({ kind: "dialFailed", address, why: isSelf ? "self" : reason === "other-peer" ? "key" : "failed" });
    }
  }

  #refused(what: string, error: unknown): void {
    if (error instanceof LinkRefused && error.reason === "copy") this.#parts.handlers.copy();
    this.#parts.link.log.debug(`no link with ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }

  #linked(link: Link, address: string | null): void {
    if (this.#stop.signal.aborted) return link.close("leaving", "I am leaving");
    this.#endForgotten(link);
    const id = this.#nextLink++;
    this.#all.set(id, link);
    const { handlers } = this.#parts;
    link.start({
      frame: (frame) => handlers.frame(link.peer, frame),
      drained: () => handlers.drained(link.peer),
      closed: (ending) => this.#ended(id, link, ending),
    });
    this.handle({ kind: "linked", link: id, peer: link.peer, address });
  }

  /** A peer that was started anew knows nothing of the links of its earlier run. */
  #endForgotten(newer: Link): void {
    const instance = newer.hello.instance.toHex();
    for (const link of this.#all.values()) {
      if (link.peer === newer.peer && link.hello.instance.toHex() !== instance) link.close("duplicate", "you were started anew");
    }
  }

  #ended(id: LinkId, link: Link, ending: Ending): void {
    this.#parts.link.log.debug(`link with ${link.peer} ended: ${ending.code}, ${ending.text}`);
    this.#all.delete(id);
    this.#endings.set(link.peer, ending.code);
    const isLost = ending.code === "lost" || ending.code === "timeout";
    this.handle({ kind: "unlinked", link: id, why: isLost ? "lost" : (ending.code as ByeCode) });
    if (ending.code === "leaving" && !ending.ours) this.handle({ kind: "left", peer: link.peer });
  }

  #up(peer: PeerId, id: LinkId): void {
    const link = this.#all.get(id);
    if (!link) return;
    this.#active.set(peer, link);
    this.#parts.handlers.up(peer, link);
  }

  #down(peer: PeerId): void {
    if (!this.#active.delete(peer)) return;
    const why = this.#endings.get(peer) ?? "duplicate";
    this.#endings.delete(peer);
    this.#parts.handlers.down(peer, why);
  }

  #wakeAt(at: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.handle({ kind: "tick" }), Math.max(0, at - this.#parts.now()));
    this.#timer.unref();
  }
}
