// The line gateway: talk by netcat, telnet and whatever else sends lines. What it stands on is loaded when somebody comes.

import type { Socket } from "node:net";
import type { FrontDesk } from "../../core/ports/hub.ts";
import type { LineServer } from "./server.ts";

export type LineGatewayOptions = {
  /** Who lets people in; asked for when the first one comes. */
  readonly desk: () => Promise<FrontDesk>;
  readonly log?: (line: string) => void;
  readonly limits?: Partial<LineLimits>;
};

export type LineLimits = {
  /** Most connections that have given no name yet; beyond it the oldest goes. */
  readonly nameless: number;
  /** Milliseconds in which a name is to be given. */
  readonly patience: number;
  /** Bytes on their way to one reader beyond which it counts as fallen behind. */
  readonly behind: number;
};

export type LineGateway = {
  /** Takes a connection from the door, paused, before it has ended; `settled` is called once it is bounded here. */
  handle(socket: Socket, settled: () => void): void;
  /** Says all that was typed, takes leave of everyone, and lets what is on its way arrive; within some 3 s, whatever clients do. */
  close(): Promise<void>;
  /** How many are connected, and how many of them talk. */
  readonly stats: { readonly connections: number; readonly talking: number; readonly dropped: number };
};

const LIMITS: LineLimits = { nameless: 256, patience: 120_000, behind: 1 << 20 };
const NOBODY = { connections: 0, talking: 0, dropped: 0 };

/** Makes the gateway; costs nothing until the first connection. */
export function createLineGateway(options: LineGatewayOptions): LineGateway {
  const { log = () => {} } = options;
  let loading: Promise<LineServer> | null = null;
  let server: LineServer | null = null;
  const load = async () => {
    const [{ LineServer }, desk] = await Promise.all([import("./server.ts"), options.desk()]);
    server = new LineServer({ desk, log, limits: { ...LIMITS, ...options.limits } });
    return server;
  };
  return {
    handle: (socket, settled) => {
      // who sends its end first may still hear the answer (`nc -N`, a pipe)
      socket.allowHalfOpen = true;
      loading ??= load();
      loading.then(
        (opened) => socket.destroyed || opened.handle(socket, settled),
        (error: unknown) => {
          log(`the line gateway cannot start: ${error}`);
          loading = null;
          socket.destroy();
        },
      );
    },
    close: async () => (await loading?.catch(() => null))?.close(),
    get stats() {
      return server?.stats ?? NOBODY;
    },
  };
}
