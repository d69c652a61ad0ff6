// The door: one TCP port for every protocol. The first bytes tell which, and a gateway takes the connection from there.

import type { Socket } from "node:net";
import type { TLSSocket, TlsOptions } from "node:tls";
import { isThisComputer } from "../core/ip.ts";
import { type Opening, readFirst } from "./first-bytes.ts";
import { type Door, type ListenOptions, listenFor } from "./listening.ts";
import { SecureEntrance } from "./secure-entrance.ts";
import type { Pending } from "./waiting.ts";

/** Takes a connection, paused, whose first bytes are still to be read; over TLS, what was encrypted. `settled` says that it
 *  has shown what it may do: it no longer counts among the unknown, whose number and time are bounded. */
export type Gateway = (socket: Socket, settled: () => void) => void;

/** Who may use the gateways: this computer alone, or whoever can reach the port. */
export type OpenTo = "computer" | "network";

export type DoorOptions = ListenOptions & {
  /** How links are met: the server options of mesh/link, ALPN included; asked for when the first one comes. */
  readonly tls: () => Promise<TlsOptions>;
  /** A TLS connection that asked for the link protocol by ALPN, its handshake done. */
  readonly onLink: (socket: TLSSocket) => void;
  /** How browsers and other programs of people are met that come by TLS: key and certificate. Left out, none are. */
  readonly peopleTls?: () => Promise<TlsOptions>;
  /** Gateways by what `sniff` says, the same inside TLS; where there is none, the connection is closed. */
  readonly gateways?: { readonly [kind in Spoken]?: Gateway };
  /** Asked for every connection. Links are for everyone. Default `computer`. */
  readonly openTo?: OpenTo | (() => OpenTo);
  /** Milliseconds of silence after which a connection counts as one of plain lines. Default 500. */
  readonly silence?: number;
};

type Spoken = "http" | "irc" | "line";

const SILENCE_MS = 500;
/** By their names in ALPN. IRC asks for itself there, and then opens like any IRC. */
const PEOPLES_PROTOCOLS = ["http/1.1", "irc"];

/** Opens the door. Rejects `in-use` for a port that is taken, `bad-input` for one that cannot be listened on. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { onLink, log, silence = SILENCE_MS } = options;
  const linked = (socket: TLSSocket, pending: Pending) => {
    pending.settle();
    onLink(socket);
  };
  const links = new SecureEntrance({ tls: options.tls, entered: linked, log });
  const people = peoplesEntrance(options, silence);
  const open = (opening: Opening, socket: Socket, pending: Pending) => {
    if (opening === "link") links.take(socket, pending);
    else if (!isWelcome(options.openTo, socket)) socket.destroy();
    else if (opening === "secure" && people) people.take(socket, pending);
    else toGateway(options, opening, socket, pending);
  };
  return listenFor(options, (socket, pending) => readFirst(socket, silence, (opening) => open(opening, socket, pending)));
}

/** Whether somebody may use the gateways. */
export function isWelcome(openTo: DoorOptions["openTo"], socket: Socket): boolean {
  return (typeof openTo === "function" ? openTo() : openTo) === "network" || isThisComputer(socket);
}

/** Null where people are not met by TLS. What they speak inside of it is told like outside of it. */
function peoplesEntrance(options: DoorOptions, silence: number): SecureEntrance | null {
  const { peopleTls, log } = options;
  if (!peopleTls) return null;
  const entered = (socket: TLSSocket, pending: Pending) => {
    if (socket.alpnProtocol === "http/1.1") toGateway(options, "http", socket, pending);
    else readFirst(socket, silence, (opening) => toGateway(options, opening, socket, pending));
  };
  return new SecureEntrance({ tls: async () => ({ ...(await peopleTls()), ALPNProtocols: PEOPLES_PROTOCOLS }), entered, log });
}

function toGateway({ gateways }: DoorOptions, opening: Opening, socket: Socket, pending: Pending): void {
  const isSpoken = opening === "http" || opening === "irc" || opening === "line";
  const gateway = isSpoken ? gateways?.[opening] : undefined;
  if (gateway) gateway(socket, () => pending.settle());
  else socket.destroy();
}
