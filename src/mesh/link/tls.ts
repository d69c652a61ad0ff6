// TLS as links use it: version 1.3, both sides show their key, no authority but the key's hash.

import type { ConnectionOptions, TLSSocket, TlsOptions } from "node:tls";
import { type Identity, peerIdOf, rawPublicKey } from "../../core/identity.ts";
import type { PeerId } from "../../core/ids.ts";
import { credentialsOf } from "./certificate.ts";
import { LinkRefused } from "./refusal.ts";

/** The protocol's name in ALPN (RFC 7301). */
export const LINK_ALPN = "earshot/1";

/** Milliseconds from the first byte to a verified hello. */
export const HANDSHAKE_TIMEOUT = 5_000;

const EITHER_SIDE = { minVersion: "TLSv1.3", rejectUnauthorized: false, ciphers: "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384" } as const;

/** What a TLS server needs in order to accept links. More protocols may be added to `ALPNProtocols`. */
export function tlsServerOptions(identity: Identity): TlsOptions & { ALPNProtocols: string[] } {
  const { key, cert } = credentialsOf(identity);
  return { ...EITHER_SIDE, key, cert, requestCert: true, ALPNProtocols: [LINK_ALPN], handshakeTimeout: HANDSHAKE_TIMEOUT };
}

/** What a TLS client needs in order to dial a link. */
export function tlsClientOptions(identity: Identity): ConnectionOptions {
  const { key, cert } = credentialsOf(identity);
  return { ...EITHER_SIDE, key, cert, ALPNProtocols: [LINK_ALPN], checkServerIdentity: () => undefined };
}

/** Who is at the other end of a finished TLS handshake. Throws LinkRefused `no-key` where it showed no Ed25519 key, or speaks no link. */
export function peerAt(socket: TLSSocket): PeerId {
  if (socket.alpnProtocol !== LINK_ALPN) throw new LinkRefused("no-key", `the other side does not speak ${LINK_ALPN}`);
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) throw new LinkRefused("no-key", "the other side showed no key");
  try {
    return peerIdOf(rawPublicKey(certificate.publicKey));
  } catch (error) {
    throw new LinkRefused("no-key", "the other side's key is not an Ed25519 key", { cause: error });
  }
}
