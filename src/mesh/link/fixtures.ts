// What the tests of links share: real TLS servers on loopback, and links that write down what happens to them.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";
import { createIdentity, type Identity, randomOf } from "../../core/identity.ts";
import { silent } from "../../core/ports/logger.ts";
import type { Frame } from "../../wire/frame.ts";
import { networkOf } from "../../wire/network.ts";
import { acceptLink, dialLink, type LinkOptions } from "./establish.ts";
import type { Ending, Link, LinkHandlers } from "./link.ts";
import { tlsServerOptions } from "./tls.ts";

export const LAN = networkOf("lan", null);

/** Options of a peer of the network `lan` that hides nothing. */
export function optionsOf(more: Partial<LinkOptions> = {}): LinkOptions {
  const clock = () => Date.now() * 1_000;
  return { identity: createIdentity(), network: LAN, instance: randomOf(8), port: 3277, clock, log: silent, ...more };
}

/** A TLS server on loopback that hands over what it accepts; it ends with the test. */
export async function listen(t: TestContext, identity: Identity, accept: (socket: TLSSocket) => void, more: TlsOptions = {}) {
  const server = createServer({ ...tlsServerOptions(identity), ...more }, accept);
  const sockets = new Set<TLSSocket>();
  server.on("secureConnection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

/** A peer that accepts links: where it is, and what becomes of each connection, in order. */
export async function accepting(t: TestContext, options: LinkOptions) {
  const outcomes = new Inbox<Link | Error>();
  const address = await listen(t, options.identity, (socket) => {
    acceptLink(socket, options).then(outcomes.put, outcomes.put);
  });
  return { address, outcomes };
}

/** Both ends of one link, not yet started. */
export async function linked(t: TestContext, a: LinkOptions = optionsOf(), b: LinkOptions = optionsOf()) {
  const { address, outcomes } = await accepting(t, b);
  const dialed = await dialLink(address, a);
  const accepted = await outcomes.take();
  if (accepted instanceof Error) throw accepted;
  t.after(() => dialed.close("leaving", ""));
  t.after(() => accepted.close("leaving", ""));
  return { dialed, accepted };
}

/** Starts a link and gathers what it tells. */
export function follow(link: Link, more: Partial<LinkHandlers> = {}) {
  const frames = new Inbox<Frame>();
  const drains = new Inbox<true>();
  const endings = new Inbox<Ending>();
  link.start({ frame: frames.put, drained: () => drains.put(true), closed: endings.put, ...more });
  return { frames, drains, endings };
}

/** A queue that is waited on: the barrier of these tests. */
export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  /** How many nobody took yet. */
  get size(): number {
    return this.#items.length;
  }

  readonly put = (item: T): void => {
    const next = this.#waiting.shift();
    if (next) next(item);
    else this.#items.push(item);
  };

  take(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
