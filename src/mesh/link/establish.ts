// From a TCP address or an accepted TLS connection to a link: who is there, which network, which version.

import { connect, type TLSSocket } from "node:tls";
import type { Address } from "../../core/address.ts";
import { ChatError } from "../../core/errors.ts";
import { type Identity, sameBytes } from "../../core/identity.ts";
import type { PeerId } from "../../core/ids.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { Hello } from "../../wire/frame.ts";
import { FrameReader } from "../../wire/frame-reader.ts";
import { decodeFrame, encodeFrame } from "../../wire/link.ts";
import { linkProof, type Network } from "../../wire/network.ts";
import { Link, PULSE, type Pulse } from "./link.ts";
import { LinkRefused } from "./refusal.ts";
import { HANDSHAKE_TIMEOUT, peerAt, tlsClientOptions } from "./tls.ts";

export type LinkOptions = {
  readonly identity: Identity;
  readonly network: Network;
  /** 8 random bytes, new at every start. */
  readonly instance: Uint8Array;
  /** TCP port on which this side listens, 0 for none. */
  readonly port: number;
  /** This computer's own clock, uncorrected. */
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests. */
  readonly pulse?: Partial<Pulse>;
  /** Milliseconds; for tests. */
  readonly handshakeTimeout?: number;
};

export type DialOptions = LinkOptions & {
  /** Who must be there; without it anyone of the network may. */
  readonly expected?: PeerId;
  /** Gives up. */
  readonly signal?: AbortSignal;
};

const VERSIONS: readonly number[] = [1];
/** The longest hello, bytes; the bound of other frames does not hold for strangers. */
const MAX_HELLO = 2048;
/** The label of the exported keying material (RFC 8446 §7.5, RFC 5705). */
const EXPORTER_LABEL = "EXPORTER-earshot-link/1";
/** Milliseconds in which the other side may read why it was refused. */
const LINGER = 500;

/** Dials a name or an address; a link-local one with its zone (`fe80::1%eth0`). Rejects with LinkRefused, nothing else. */
export function dialLink(address: Address, options: DialOptions): Promise<Link> {
  const socket = connect({ ...tlsClientOptions(options.identity), host: address.host, port: address.port });
  socket.setNoDelay(true);
  return new Handshake(socket, true, options).run();
}

/** Takes over a connection whose TLS handshake, by `tlsServerOptions`, is done. Rejects with LinkRefused, nothing else. */
export function acceptLink(socket: TLSSocket, options: LinkOptions): Promise<Link> {
  socket.setNoDelay(true);
  return new Handshake(socket, false, options).run();
}

/** The time from connection to link. */
class Handshake {
  readonly #socket: TLSSocket;
  readonly #dialed: boolean;
  readonly #options: DialOptions;
  readonly #reader = new FrameReader();
  /** Rejects when the connection is lost or time is up. */
  readonly #broken: Promise<never>;

  constructor(socket: TLSSocket, dialed: boolean, options: DialOptions) {
    this.#socket = socket;
    this.#dialed = dialed;
    this.#options = options;
    this.#broken = new Promise((_, reject) => {
      socket.once("error", (error) => reject(asRefusal(error)));
      socket.once("close", () => reject(new LinkRefused("unreachable", "the connection was closed before a hello")));
    });
    this.#broken.catch(() => {});
    socket.on("error", () => {});
  }

  async run(): Promise<Link> {
    const { signal, handshakeTimeout = HANDSHAKE_TIMEOUT } = this.#options;
    const giveUp = (why: LinkRefused) => this.#socket.destroy(why);
    const aborted = () => giveUp(new LinkRefused("unreachable", "the dial was given up"));
    const timer = setTimeout(giveUp, handshakeTimeout, new LinkRefused("silent", `no hello within ${handshakeTimeout} ms`));
    signal?.addEventListener("abort", aborted);
    if (signal?.aborted) aborted();
    try {
      return await Promise.race([this.#shake(), this.#broken]);
    } catch (error) {
      throw this.#refuse(asRefusal(error));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
    }
  }

  /** The accepting side shows what it knows only to those who have proven to know it. */
  async #shake(): Promise<Link> {
    if (this.#dialed) await this.#secured();
    const peer = peerAt(this.#socket);
    this.#checkExpected(peer);
    if (this.#dialed) this.#greet();
    const hello = await this.#hear();
    this.#checkNetwork(hello);
    if (!this.#dialed) this.#greet();
    this.#checkSelf(peer, hello);
    const remote = { host: this.#socket.remoteAddress ?? "", port: this.#socket.remotePort ?? 0 };
    const { clock, log, pulse } = this.#options;
    return new Link(
      this.#socket,
      { peer, dialed: this.#dialed, remote, hello },
      { clock, log, pulse: { ...PULSE, ...pulse }, reader: this.#reader },
    );
  }

  #secured(): Promise<void> {
    return new Promise((resolve) => this.#socket.once("secureConnect", resolve));
  }

  #checkExpected(peer: PeerId): void {
    const { expected } = this.#options;
    if (expected && peer !== expected) throw new LinkRefused("other-peer", `${peer} is there, not ${expected}`);
  }

  #greet(): void {
    const { network, port, clock, instance } = this.#options;
    const proof = linkProof(network, this.#keyingMaterial(), this.#dialed ? "dialer" : "acceptor");
    this.#socket.write(encodeFrame({ kind: "hello", versions: VERSIONS, network: network.name, proof, port, clock: clock(), instance }));
  }

  #keyingMaterial(): Uint8Array {
    return this.#socket.exportKeyingMaterial(32, EXPORTER_LABEL, Buffer.alloc(0));
  }

  /** The first frame of the other side. What follows it stays in the reader. */
  #hear(): Promise<Hello> {
    return new Promise((resolve, reject) => {
      const heard = (chunk: Buffer) => {
        try {
          this.#reader.push(chunk);
          const bytes = this.#reader.next(MAX_HELLO);
          if (!bytes) return;
          this.#socket.off("data", heard);
          this.#socket.pause();
          resolve(helloFrom(bytes));
        } catch (error) {
          reject(error);
        }
      };
      this.#socket.on("data", heard);
    });
  }

  #checkNetwork(hello: Hello): void {
    const { network } = this.#options;
    if (!hello.versions.some((version) => VERSIONS.includes(version))) {
      throw new LinkRefused("version", `the other side speaks link versions ${hello.versions.join(", ")}, this one ${VERSIONS.join(", ")}`);
    }
    const proof = linkProof(network, this.#keyingMaterial(), this.#dialed ? "acceptor" : "dialer");
    if (hello.network === network.name && sameBytes(hello.proof, proof)) return;
    throw new LinkRefused(
      "network",
      hello.network === network.name ? "the other side has another secret" : "the other side is of another network",
    );
  }

  #checkSelf(peer: PeerId, hello: Hello): void {
    const { identity, instance } = this.#options;
    if (peer !== identity.id) return;
    if (sameBytes(hello.instance, instance)) throw new LinkRefused("self", "this peer dialed itself");
    throw new LinkRefused("copy", "another Earshot runs with this peer's key: a copied machine or home");
  }

  /** Tells the other side why, if it may still listen, and lets go of the connection. */
  #refuse(refusal: LinkRefused): LinkRefused {
    const code = byeFor(refusal);
    if (!code || this.#socket.destroyed || this.#socket.connecting) {
      this.#socket.destroy();
      return refusal;
    }
    this.#socket.end(encodeFrame({ kind: "bye", code, text: refusal.message }));
    this.#socket.removeAllListeners("data");
    this.#socket.resume();
    const linger = setTimeout(() => this.#socket.destroy(), LINGER).unref();
    this.#socket.once("close", () => clearTimeout(linger));
    return refusal;
  }
}

/** The hello in the first frame, or what its sender says instead of one. */
function helloFrom(bytes: Uint8Array): Hello {
  const frame = decodeFrame(bytes);
  if (frame?.kind === "hello") return frame;
  if (frame?.kind === "bye") throw new LinkRefused(frame.code, frame.text || `the other side said goodbye: ${frame.code}`);
  throw new LinkRefused("protocol", "the first frame is no hello");
}

function byeFor({ reason }: LinkRefused) {
  if (reason === "self" || reason === "copy" || reason === "other-peer" || reason === "no-key") return "key";
  return reason === "silent" || reason === "unreachable" ? null : reason;
}

function asRefusal(error: unknown): LinkRefused {
  if (error instanceof LinkRefused) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new LinkRefused(error instanceof ChatError ? "protocol" : "unreachable", text, { cause: error });
}
