// The door: one TCP port for every protocol. The first bytes tell which, and a gateway takes the connection from there.

import { createServer, type Server, type Socket } from "node:net";
import type { TLSSocket, TlsOptions, Server as TlsServer } from "node:tls";
import { ChatError } from "../core/errors.ts";
import { type Sniffed, sniff } from "../wire/sniff.ts";
import { isThisComputer, type Pending, Waiting, type WaitingLimits } from "./waiting.ts";

/** Takes a connection, paused, whose first bytes are still to be read. `settled` says that it has shown what it may do:
 *  it no longer counts among the unknown, whose number and time are bounded. */
export type Gateway = (socket: Socket, settled: () => void) => void;

export type DoorOptions = {
  /** 0 for any free port. */
  readonly port: number;
  /** The address to listen on; null for all, IPv6 and IPv4. */
  readonly bind: string | null;
  /** How links are met: the server options of mesh/link, ALPN included; asked for when the first one comes. */
  readonly tls: () => Promise<TlsOptions>;
  /** A TLS connection that asked for the link protocol by ALPN, its handshake done. */
  readonly onLink: (socket: TLSSocket) => void;
  /** Gateways by what `sniff` says; where there is none, the connection is closed. */
  readonly gateways?: { readonly [kind in Exclude<Sniffed, "tls" | "undecided">]?: Gateway };
  /** Who may use the gateways. Links are for everyone. Default `computer`. */
  readonly openTo?: "computer" | "network";
  readonly limits?: Partial<WaitingLimits>;
  /** Milliseconds of silence after which a connection counts as one of plain lines. Default 500. */
  readonly silence?: number;
  readonly log?: (line: string) => void;
};

export type Door = {
  /** Where it listens; the host is `::` or `0.0.0.0` for all interfaces. */
  readonly address: { readonly host: string; readonly port: number };
  /** Stops listening, drops the connections that have not settled, and a second later the others. */
  close(): Promise<void>;
};

/** The ALPN name by which a link is asked for (RFC 7301). */
const LINK_PROTOCOL = "earshot/1";
const SILENCE_MS = 500;
const GOODBYE_MS = 1000;

/** Opens the door. Rejects `in-use` for a port that is taken, `bad-input` for one that cannot be listened on. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const waiting = new Waiting(options.limits);
  const toTls = tlsEntrance(options);
  const connections = new Set<Socket>();
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    connections.add(socket);
    socket.on("error", quiet).once("close", () => connections.delete(socket));
    const pending = waiting.admit(socket);
    readFirst(socket, options.silence ?? SILENCE_MS, (kind) => {
      if (kind === "tls") toTls(socket, pending);
      else toGateway(options, kind, socket, pending);
    });
  });
  await listen(server, options);
  server.on("error", (error) => options.log?.(`the door: ${error.message}`));
  return {
    address: addressOf(server),
    close: () => {
      waiting.dropAll();
      return closeAll(server, connections);
    },
  };
}

function closeAll(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => connections.forEach((socket) => void socket.destroy()), GOODBYE_MS);
  server.close(() => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}

/** A socket that fails also closes: whoever holds it learns of it there. */
function quiet(): void {}

/** Reads until `sniff` decides or time is up, then puts back what was read. Silence is how people with `nc` begin. */
function readFirst(socket: Socket, silence: number, decided: (kind: Exclude<Sniffed, "undecided">) => void): void {
  let got: Buffer = Buffer.alloc(0);
  const finish = (kind: Exclude<Sniffed, "undecided">) => {
    stop();
    socket.pause();
    if (got.length > 0) socket.unshift(got);
    decided(kind);
  };
  const onData = (chunk: Buffer) => {
    got = got.length === 0 ? chunk : Buffer.concat([got, chunk]);
    const kind = sniff(got);
    if (kind !== "undecided") finish(kind);
  };
  const stop = () => {
    clearTimeout(timer);
    socket.off("data", onData).off("close", stop);
  };
  const timer = setTimeout(() => finish("line"), silence).unref();
  socket.on("data", onData).once("close", stop);
}

function toGateway(options: DoorOptions, kind: Exclude<Sniffed, "tls" | "undecided">, socket: Socket, pending: Pending): void {
  const gateway = options.gateways?.[kind];
  const welcome = options.openTo === "network" || isThisComputer(socket);
  if (gateway && welcome) gateway(socket, () => pending.settle());
  else socket.destroy();
}

/** Makes the way in for TLS: the handshake, and then by ALPN to links. Others are closed. */
function tlsEntrance(options: DoorOptions): (socket: Socket, pending: Pending) => void {
  const shaking = new Map<string, Pending>();
  let opened: Promise<TlsServer> | null = null;
  const entered = (socket: TLSSocket) => {
    socket.on("error", quiet);
    if (socket.alpnProtocol !== LINK_PROTOCOL) {
      socket.destroy();
      return;
    }
    shaking.get(sourceOf(socket))?.settle();
    options.onLink(socket);
  };
  return (socket, pending) => {
    const source = sourceOf(socket);
    shaking.set(source, pending);
    socket.once("close", () => shaking.delete(source));
    opened ??= openTls(options.tls, entered);
    void opened.then((server) => server.emit("connection", socket));
  };
}

/** Node's TLS takes a while to load, so it is loaded for the first who needs it. */
async function openTls(options: DoorOptions["tls"], entered: (socket: TLSSocket) => void): Promise<TlsServer> {
  const { createServer } = await import("node:tls");
  return createServer(await options())
    .on("secureConnection", entered)
    .on("tlsClientError", quiet);
}

/** Tells connections apart: a TLS socket has the source of the one it wraps. */
const sourceOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;

/** Listens on one address, or on all: on IPv4 alone where the computer has no IPv6. A host that is named, be it `::`, takes Node some milliseconds more. */
function listen(server: Server, { port, bind }: DoorOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(refusal(error, bind ?? "this computer", port));
    server.once("error", failed);
    server.listen({ port, ...(bind !== null && { host: bind }), backlog: 511 }, () => {
      server.off("error", failed);
      resolve();
    });
  });
}

function refusal(error: Error, host: string, port: number): ChatError {
  if (isCode(error, "EADDRINUSE")) {
    return new ChatError("in-use", `port ${port} is in use by another program; choose another with --port, or --port 0 for any`, {
      cause: error,
    });
  }
  if (isCode(error, "EACCES")) {
    return new ChatError("bad-input", `port ${port} is not allowed to you; choose one above 1023 with --port`, { cause: error });
  }
  if (isCode(error, "EADDRNOTAVAIL")) {
    return new ChatError(
      "bad-input",
      `${host} is no address of this computer; choose one of its own with --bind, or leave it out for all`,
      {
        cause: error,
      },
    );
  }
  return new ChatError("bad-input", `cannot listen on ${host} port ${port}: ${error.message}`, { cause: error });
}

const isCode = (error: Error, ...codes: readonly string[]): boolean => "code" in error && codes.includes(error.code as string);

function addressOf(server: Server): Door["address"] {
  const address = server.address();
  if (address === null || typeof address === "string") throw new ChatError("closed", "the door closed while it opened");
  return { host: address.address, port: address.port };
}
