// Dials a hub: encrypted where it offers that, with its key remembered from the first time; plain where it does not.

import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { type Dial, dialBy, SILENTLY } from "../client/socket.ts";
import { ChatError } from "../core/errors.ts";
import { sha256Hex } from "../core/identity.ts";

/** Where a hub is: a name or a numeric address (IPv6 without brackets), and a port. */
export type HubAddress = { readonly host: string; readonly port: number };

/** The key by which a hub was known so far: SHA-256 of its public key (SPKI, RFC 5280 §4.1), 64 hex digits; null for none. */
export type Pin = { known(): string | null; remember(key: string): void };

/** The address of `host:port` as the options give it, IPv6 in brackets. */
export function parsePlace(place: string): HubAddress {
  const colon = place.lastIndexOf(":");
  return { host: place.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(place.slice(colon + 1)) };
}

/** `host:port`, IPv6 in brackets. */
export const placeOf = ({ host, port }: HubAddress): string => `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** Dials this hub, whatever the URL. A closure tells in its reason why nobody was reached: `unreachable`, `bad-signature` for a token, or `not-allowed` for another key. */
export function dialHub(hub: HubAddress, pin: Pin): Dial {
  return (_url, protocols, heard) => {
    let hungUp = false;
    let stream: Socket | null = null;
    let spoken: { send(text: string): void; close(): void } | null = null;
    const opening = (socket: Socket) => {
      stream = socket;
    };
    const speak = (socket: Socket) => {
      if (hungUp) socket.destroy();
      else
        spoken = dialBy(webSocketOver(socket, protocols.length > 1, (reason) => heard.closed({ ...SILENTLY, reason })))(
          urlOver(socket, hub),
          protocols,
          heard,
        );
    };
    const failed = (reason: unknown) => {
      if (!hungUp) heard.closed({ ...SILENTLY, reason: reason instanceof ChatError ? reason : unreachable(hub, reason) });
    };
    reach(hub, pin, opening).then(speak).catch(failed);
    return {
      send: (text) => spoken?.send(text),
      close: () => {
        hungUp = true;
        if (spoken) spoken.close();
        else stream?.destroy();
      },
    };
  };
}

/** Whether an Earshot is there that lets its peers in, though it was not reached as a hub because of this. */
export async function isNoHub(hub: HubAddress, { cause }: ChatError): Promise<boolean> {
  if (REASONS[codeOf(cause)]) return false;
  try {
    const socket = await shakeHands(hub, LINK, () => {});
    socket.destroy();
    return socket.alpnProtocol === LINK;
  } catch {
    return false;
  }
}

const WEB = "http/1.1";
const LINK = "earshot/1";
/** Milliseconds for the TLS handshake. */
const HANDSHAKE_MS = 4000;

/** A connection to the hub. Who was once met encrypted is never met otherwise. */
async function reach(hub: HubAddress, pin: Pin, opening: (socket: Socket) => void): Promise<Socket> {
  try {
    const socket = await shakeHands(hub, WEB, opening);
    check(socket, hub, pin);
    return socket;
  } catch (error) {
    if (error instanceof ChatError || pin.known() !== null || REASONS[codeOf(error)]) throw error;
    return await connectPlain(hub, opening);
  }
}

function shakeHands({ host, port }: HubAddress, protocol: string, opening: (socket: Socket) => void): Promise<TLSSocket> {
  const servername = isIP(host) === 0 ? host : "";
  const socket = connectTls({ host, port, servername, ALPNProtocols: [protocol], rejectUnauthorized: false, minVersion: "TLSv1.2" });
  socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" })));
  return settled(socket, "secureConnect", opening);
}

const connectPlain = ({ host, port }: HubAddress, opening: (socket: Socket) => void): Promise<Socket> =>
  settled(connect({ host, port }), "connect", opening);

/** The socket once it stands. */
function settled<S extends Socket>(socket: S, event: "connect" | "secureConnect", opening: (socket: Socket) => void): Promise<S> {
  opening(socket);
  return new Promise((resolve, reject) => {
    socket.once(event, () => {
      socket.setTimeout(0).setNoDelay(true);
      socket.off("error", reject).on("error", () => {});
      resolve(socket);
    });
    socket.once("error", reject).once("close", () => reject(new Error("the connection was closed")));
  });
}

/** Remembers the key of a hub that is met for the first time; refuses another. */
function check(socket: TLSSocket, hub: HubAddress, pin: Pin): void {
  const certificate = socket.getPeerX509Certificate();
  const key = certificate ? sha256Hex(new Uint8Array(certificate.publicKey.export({ type: "spki", format: "der" }))) : "";
  const known = pin.known();
  if (known === null) return pin.remember(key);
  if (known === key) return;
  socket.destroy();
  const name = placeOf(hub);
  throw new ChatError(
    "not-allowed",
    `the hub at ${name} has another key than before: somebody else may be in its place. If it was set up anew, remove "${name}" from hubs.json in the home`,
  );
}

/** The address that was reached, since a hub answers only to names that it knows to be its own. */
function urlOver({ remoteAddress = "" }: Socket, { port }: HubAddress): string {
  const host = remoteAddress.replace(/^::ffff:/i, "").replace(/%.*$/, "");
  return `ws://${placeOf({ host, port })}/chat`;
}

/** A WebSocket class whose sockets speak over this connection. `refused` is told why the other side wants no WebSocket. */
function webSocketOver(socket: Socket, hasToken: boolean, refused: (reason: ChatError) => void) {
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { createConnection: () => socket, perMessageDeflate: false });
      this.on("unexpected-response", (_request, { statusCode = 0 }) => {
        const code = hasToken && statusCode === 401 ? "bad-signature" : "unreachable";
        refused(new ChatError(code, `what answers at ${new URL(url).host} is no hub (HTTP ${statusCode})`));
        socket.destroy();
      });
    }
  };
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** What keeps a connection from coming about at all, by the codes of the system. */
const REASONS: Readonly<Record<string, (hub: HubAddress) => string>> = {
  ECONNREFUSED: (hub) => `nothing listens at ${placeOf(hub)}: is the hub running there?`,
  ENOTFOUND: ({ host }) => `there is no computer called ${host} here`,
  EAI_AGAIN: ({ host }) => `the name ${host} cannot be looked up now: give the address of the hub instead`,
  EHOSTUNREACH: (hub) => `${placeOf(hub)} cannot be reached from here`,
  ENETUNREACH: (hub) => `${placeOf(hub)} cannot be reached from here`,
  ETIMEDOUT: (hub) => `${placeOf(hub)} does not answer`,
};

const unreachable = (hub: HubAddress, error: unknown): ChatError =>
  new ChatError("unreachable", REASONS[codeOf(error)]?.(hub) ?? `no hub answers at ${placeOf(hub)}`, { cause: error });
