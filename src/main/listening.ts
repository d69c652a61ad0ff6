// Listens on a TCP port; every connection is counted as unknown until it has settled, and dropped when that takes too long.

import { createServer, type Server, type Socket } from "node:net";
import { ChatError } from "../core/errors.ts";
import { type Pending, Waiting, type WaitingLimits } from "./waiting.ts";

export type ListenOptions = {
  /** 0 for any free port. */
  readonly port: number;
  /** The address to listen on; null for all, IPv6 and IPv4. */
  readonly bind: string | null;
  /** How people choose the port. Default `--port`. */
  readonly option?: string;
  readonly limits?: Partial<WaitingLimits>;
  /** Most connections at once; beyond them new ones are closed, and that is told once. Left out, as many as the system allows. */
  readonly most?: number;
  readonly log?: (line: string) => void;
};

export type Door = {
  /** Where it listens; the host is `::` or `0.0.0.0` for all interfaces. */
  readonly address: { readonly host: string; readonly port: number };
  /** How many are connected. */
  count(): number;
  /** Stops listening, and drops the connections that have not settled. */
  shut(): void;
  /** The same, and a second later drops the others. */
  close(): Promise<void>;
};

const GOODBYE_MS = 1000;
/** Who has vanished without a word, by loss of power or of the network, is gone within a minute of silence. Milliseconds. */
const SIGNS_OF_LIFE = { enable: true, initialDelay: 30_000, interval: 7_500, count: 4 };

/** Rejects `in-use` for a port that is taken, `bad-input` for one that cannot be listened on. */
export async function listenFor(options: ListenOptions, take: (socket: Socket, pending: Pending) => void): Promise<Door> {
  const waiting = new Waiting(options.limits);
  const connections = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    connections.add(socket);
    socket
      .setKeepAlive(SIGNS_OF_LIFE)
      .on("error", quiet)
      .once("close", () => connections.delete(socket));
    take(socket, waiting.admit(socket));
  });
  await listen(server, options);
  server.on("error", (error) => options.log?.(`the door: ${error.message}`));
  if (options.most !== undefined) bound(server, options.most, options.log);
  const address = addressOf(server);
  const closed = new Promise<void>((resolve) => server.once("close", resolve));
  const shut = () => {
    if (server.listening) server.close();
    waiting.dropAll();
  };
  const close = () => {
    shut();
    return dropLate(closed, connections);
  };
  return { address, count: () => connections.size, shut, close };
}

/** Without a bound the system closes what is too many, and nobody would hear of it. */
function bound(server: Server, most: number, log: ListenOptions["log"]): void {
  server.maxConnections = most;
  server.once("drop", () =>
    log?.(`all ${most} connections that this computer allows are taken, so others are turned away: allow more open files (ulimit -n)`),
  );
}

/** For sockets that may fail: one that does also closes, and whoever holds it learns of it there. */
export function quiet(): void {}

async function dropLate(closed: Promise<void>, connections: ReadonlySet<Socket>): Promise<void> {
  const timer = setTimeout(() => connections.forEach((socket) => void socket.destroy()), GOODBYE_MS);
  await closed;
  clearTimeout(timer);
}

/** Listens on one address, or on all: on IPv4 alone where the computer has no IPv6. A host that is named, be it `::`, takes Node some milliseconds more. */
function listen(server: Server, { port, bind, option = "--port" }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(refusal(error, bind ?? "this computer", { port, option }));
    server.once("error", failed);
    server.listen({ port, ...(bind !== null && { host: bind }), backlog: 511 }, () => {
      server.off("error", failed);
      resolve();
    });
  });
}

function refusal(error: Error, host: string, { port, option }: { readonly port: number; readonly option: string }): ChatError {
  if (isCode(error, "EADDRINUSE")) {
    return new ChatError("in-use", `port ${port} is in use by another program; choose another with ${option}, or ${option} 0 for any`, {
      cause: error,
    });
  }
  if (isCode(error, "EACCES")) {
    return new ChatError("bad-input", `port ${port} is not allowed to you; choose one above 1023 with ${option}`, { cause: error });
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
