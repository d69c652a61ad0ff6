// Who may talk to us by HTTP: only requests to a host name of our own and from no page but our own; and who of them is the owner.

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

/** Where we are: the port, the address at which this very request came in, and what else we are called. */
export type Place = { readonly port: number; readonly address: string; readonly hostnames: readonly string[] };

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

/** Null for a caller who offers our protocol. */
export function refuseProtocol(knock: Knock): Refusal | null {
  return protocolsOf(knock).includes(SUBPROTOCOL) ? null : { code: "bad-input", text: `offer the WebSocket subprotocol ${SUBPROTOCOL}` };
}

/** The token that a caller shows, the owner's or a guest's; "" for none. */
export function tokenOf(knock: Knock): string {
  const bearer = /^Bearer ([\w.-]+)$/i.exec(knock.authorization ?? "")?.[1];
  return (
    bearer ??
    protocolsOf(knock)
      .find((protocol) => protocol.startsWith(TOKEN_PREFIX))
      ?.slice(TOKEN_PREFIX.length) ??
    ""
  );
}

const protocolsOf = ({ protocols = "" }: Knock): readonly string[] => protocols.split(",").map((protocol) => protocol.trim());

/** `localhost` and loopback addresses, the address at which the request came in, and the names that we were given; with our port,
 *  which is left out where the scheme says it (RFC 9110 §4.2). */
function isOwnHost(host: string, { port, address, hostnames }: Place): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  const own = plain.includes(":") ? `[${plain}]` : plain;
  const names = ["localhost", "127.0.0.1", "[::1]", own, ...hostnames].map((name) => name.toLowerCase());
  const asked = host.toLowerCase();
  return names.some((name) => asked === `${name}:${port}` || ((port === 80 || port === 443) && asked === name));
}

const utf8 = new TextEncoder();

/** Whether two tokens are the same; takes the same time wherever they differ. An empty one equals nothing. */
export const isSame = (given: string, token: string): boolean => token !== "" && sameBytes(utf8.encode(given), utf8.encode(token));
