// The UDP sockets of discovery: ears hear what is said to everyone, mouths say it on one outlet each, a voice answers one.

import { createSocket, type Socket } from "node:dgram";
import type { Outlet } from "./interfaces.ts";

/** Where beacons go. */
export type Groups = { readonly 4: string; readonly 6: string };
/** `address` keeps the zone of a link-local one. */
export type Sender = { readonly address: string; readonly port: number };
export type Heard = (bytes: Uint8Array, from: Sender, outlet: Outlet | null) => void;
/** Told what failed, for the log. Nothing here throws for what a network does. */
export type Failed = (what: string, error: unknown) => void;

/** Listens on the port that all peers of this computer share, in the groups of the outlets. */
export class Ear {
  readonly #socket: Socket;
  readonly #family: 4 | 6;
  readonly #group: string;
  readonly #failed: Failed;
  readonly #outlets = new Map<string, Outlet>();
  #ready = false;

  /** `lost` is told when the port cannot be had; the ear is of no use then. */
  constructor(
    family: 4 | 6,
    where: { readonly port: number; readonly group: string },
    on: { heard: Heard; failed: Failed; lost: (error: Error) => void },
  ) {
    this.#family = family;
    this.#group = where.group;
    this.#failed = on.failed;
    this.#socket = createSocket({ type: `udp${family}`, reuseAddr: true, ipv6Only: family === 6 }).unref();
    this.#socket.on("message", (bytes, from) => on.heard(plain(bytes), from, null));
    this.#socket.on("error", (error) => (this.#ready ? on.failed("hear", error) : on.lost(error)));
    this.#socket.bind({ port: where.port, address: family === 4 ? "0.0.0.0" : "::", exclusive: true }, () => {
      this.#ready = true;
      for (const outlet of this.#outlets.values()) this.#change("addMembership", outlet);
    });
  }

  join(outlet: Outlet): void {
    if (outlet.family !== this.#family) return;
    this.#outlets.set(outlet.key, outlet);
    if (this.#ready) this.#change("addMembership", outlet);
  }

  leave(outlet: Outlet): void {
    if (this.#outlets.delete(outlet.key) && this.#ready) this.#change("dropMembership", outlet);
  }

  close(): void {
    closeQuietly(this.#socket);
  }

  #change(how: "addMembership" | "dropMembership", outlet: Outlet): void {
    try {
      this.#socket[how](this.#group, scopeOf(outlet));
    } catch (error) {
      this.#failed(`${how} on ${outlet.name}`, error);
    }
  }
}

/** Speaks to everyone on one outlet, and hears the answers to that. A socket of its own, since one that changes its
 *  multicast interface between sends lets all of them leave by the last. */
export class Mouth {
  readonly outlet: Outlet;
  readonly #socket: Socket;
  readonly #port: number;
  readonly #group: string;
  readonly #failed: Failed;
  #state: "opening" | "ready" | "broken" | "closed" = "opening";
  readonly #opened: Promise<void>;

  constructor(outlet: Outlet, where: { readonly port: number; readonly group: string }, on: { heard: Heard; failed: Failed }) {
    this.outlet = outlet;
    this.#port = where.port;
    this.#group = where.group;
    this.#failed = on.failed;
    this.#socket = createSocket({ type: `udp${outlet.family}`, ipv6Only: outlet.family === 6 }).unref();
    this.#socket.on("message", (bytes, from) => on.heard(plain(bytes), from, outlet));
    this.#opened = new Promise((resolve) => {
      this.#socket.on("error", (error) => {
        this.#state = "broken";
        on.failed(`speak on ${outlet.name}`, error);
        resolve();
      });
      this.#socket.bind({ port: 0, address: outlet.address, exclusive: true }, () => {
        this.#prepare();
        resolve();
      });
    });
  }

  /** True once it is of no use: make another. An address that the system is still checking cannot be bound to at first. */
  get broken(): boolean {
    return this.#state === "broken";
  }

  /** Says it by multicast and broadcast. Resolves when all is sent or has failed. */
  async send(bytes: Uint8Array): Promise<void> {
    await this.#opened;
    if (this.#state !== "ready") return;
    await Promise.all(this.#targets().map((address) => sendQuietly(this.#socket, bytes, { address, port: this.#port }, this.#failed)));
  }

  close(): void {
    this.#state = "closed";
    closeQuietly(this.#socket);
  }

  #prepare(): void {
    try {
      this.#socket.setMulticastInterface(scopeOf(this.outlet));
      this.#socket.setMulticastTTL(1);
      this.#socket.setMulticastLoopback(true);
      if (this.outlet.family === 4) this.#socket.setBroadcast(true);
      this.#state = "ready";
    } catch (error) {
      this.#state = "broken";
      this.#failed(`speak on ${this.outlet.name}`, error);
    }
  }

  #targets(): readonly string[] {
    const { family, name, broadcast, internal } = this.outlet;
    if (family === 6) return [`${this.#group}%${name}`];
    return [this.#group, ...(broadcast ? [broadcast] : []), ...(internal ? [] : ["255.255.255.255"])];
  }
}

/** Answers one sender, from a socket that is bound to no interface, so that the system chooses the way. */
export class Voice {
  readonly #sockets = new Map<4 | 6, Socket>();
  readonly #bind: string | null;
  readonly #failed: Failed;

  /** `bind`: the one address to speak from, if not all. */
  constructor(bind: string | null, failed: Failed) {
    this.#bind = bind;
    this.#failed = failed;
  }

  async answer(bytes: Uint8Array, to: Sender): Promise<void> {
    await sendQuietly(this.#socketFor(to.address.includes(":") ? 6 : 4), bytes, to, this.#failed);
  }

  close(): void {
    for (const socket of this.#sockets.values()) closeQuietly(socket);
    this.#sockets.clear();
  }

  #socketFor(family: 4 | 6): Socket {
    const known = this.#sockets.get(family);
    if (known) return known;
    const socket = createSocket({ type: `udp${family}`, ipv6Only: family === 6 }).unref();
    socket.on("error", (error) => {
      this.#failed("answer", error);
      this.#sockets.delete(family);
      closeQuietly(socket);
    });
    socket.bind({ port: 0, exclusive: true, ...(this.#bind !== null && { address: this.#bind }) });
    this.#sockets.set(family, socket);
    return socket;
  }
}

/** A Buffer's `slice` is a view; what is kept of a datagram shall be a copy. */
const plain = (bytes: Buffer): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);

const scopeOf = ({ family, address, name }: Outlet): string => (family === 4 ? address : `::%${name}`);

function sendQuietly(socket: Socket, bytes: Uint8Array, to: Sender, failed: Failed): Promise<void> {
  return new Promise((resolve) => {
    const done = (error: Error | null) => {
      if (error) failed(`send to ${to.address}`, error);
      resolve();
    };
    try {
      socket.send(bytes, to.port, to.address, done);
    } catch (error) {
      failed(`send to ${to.address}`, error);
      resolve();
    }
  });
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It is closed already.
  }
}
