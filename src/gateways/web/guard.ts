// Who may enter by HTTP: only requests to a host name of our own, from no page but our own, and with the owner's token.

import type { ErrorCode } from "../../core/errors.ts";
import { sameBytes } from "../../core/identity.ts";
import { SUBPROTOCOL, TOKEN_PREFIX } from "../../wire/web.ts";

/** What of a request decides. */
export type Knock = {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  /** `Sec-WebSocket-Protocol`, comma-separated. */
  readonly protocols: string | undefined;
};

/** Where we are: the port, and the address at which this very request came in. */
export type Place = { readonly port: number; readonly address: string };

/** Why somebody is not let in, in a sentence. */
export type Refusal = { readonly code: ErrorCode; readonly text: string };

/** Null for a request that is meant for us and comes from no foreign page: a page elsewhere can neither rebind a name nor call across. */
export function refuseForeign(knock: Knock, place: Place): Refusal | null {
  if (knock.host === undefined || !isOwnHost(knock.host, place)) return { code: "not-allowed", text: "this host name is not ours" };
  if (knock.origin !== undefined && knock.origin !== `http://${knock.host}` && knock.origin !== `https://${knock.host}`) {
    return { code: "not-allowed", text: "pages of other origins may not talk to Earshot" };
  }
  return null;
}

/** Null for a caller who offers our protocol and knows the token. */
export function refuseStranger(knock: Knock, token: string): Refusal | null {
  const protocols = (knock.protocols ?? "").split(",").map((protocol) => protocol.trim());
  const bearer = /^Bearer ([\w-]+)$/i.exec(knock.authorization ?? "")?.[1];
  const inProtocol = protocols.find((protocol) => protocol.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length);
  if (!isSame(bearer ?? inProtocol ?? "", token)) return { code: "bad-signature", text: "a token is needed" };
  if (!protocols.includes(SUBPROTOCOL)) return { code: "bad-input", text: `offer the WebSocket subprotocol ${SUBPROTOCOL}` };
  return null;
}

/** `localhost` and loopback addresses by name, and the address at which the request came in; always with our port. */
function isOwnHost(host: string, { port, address }: Place): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  const own = plain.includes(":") ? `[${plain.toLowerCase()}]` : plain;
  const names = ["localhost", "127.0.0.1", "[::1]", own];
  return names.some((name) => host.toLowerCase() === `${name}:${port}` || (port === 80 && host.toLowerCase() === name));
}

const utf8 = new TextEncoder();

/** Takes the same time wherever two texts differ. An empty text equals nothing. */
const isSame = (given: string, token: string): boolean => token !== "" && sameBytes(utf8.encode(given), utf8.encode(token));
