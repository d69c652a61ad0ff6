// The web gateway: Chat for browsers, bots and the owner's own commands. What it stands on is loaded when somebody comes.

import type { Socket } from "node:net";
import type { Chat } from "../../core/ports/chat.ts";
import type { FrontDesk } from "../../core/ports/hub.ts";
import type { HttpOptions } from "./http.ts";
import type { WebServer } from "./server.ts";

export type WebGatewayOptions = HttpOptions & {
  /** What the owner's sessions speak for. */
  readonly chat: Chat;
  /** Whoever knows it is the owner. */
  readonly token: string;
  /** Lets guests in; asked for when the first one comes. Null or left out: nobody but the owner. */
  readonly desk?: FrontDesk | (() => Promise<FrontDesk>) | null;
  /** What this computer is called beside its addresses: requests by other names are refused. */
  readonly hostnames?: () => readonly string[];
  /** Milliseconds between signs of life. Default 20,000. */
  readonly beat?: number;
  readonly log?: (line: string) => void;
};

export type WebGateway = {
  /** Takes a connection from the door, paused; `settled` is called once it has become a WebSocket. */
  handle(socket: Socket, settled: () => void): void;
  /** Loads what the first connection needs, ahead of it. */
  warm(): Promise<void>;
  /** Answers what is under way and says goodbye to all sessions; before Chat closes. Within three seconds, whatever clients do. */
  close(): Promise<void>;
};

/** Makes the gateway; costs nothing until the first connection. */
export function createWebGateway(options: WebGatewayOptions): WebGateway {
  let loading: Promise<WebServer> | null = null;
  const load = () => {
    loading ??= import("./server.ts").then(({ WebServer }) => new WebServer(options));
    return loading;
  };
  return {
    handle: (socket, settled) => {
      load().then(
        (server) => socket.destroyed || server.handle(socket, settled),
        (error: unknown) => {
          options.log?.(`the web gateway cannot start: ${error}`);
          socket.destroy();
        },
      );
    },
    warm: async () => void (await load()),
    close: async () => (await loading)?.close(),
  };
}
