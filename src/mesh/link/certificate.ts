// The self-signed certificate under which a peer shows its Ed25519 key in TLS.

import { formatIdentity, type Identity, signBytes } from "../../core/identity.ts";
import { ED25519, ed25519Info, writeCertificate } from "../../wire/x509.ts";

/** What TLS needs of an identity, both PEM. */
export type Credentials = { readonly key: string; readonly cert: string };

const made = new WeakMap<Identity, Credentials>();

/** The key and its certificate, always the same bytes for the same identity, made once. */
export function credentialsOf(identity: Identity): Credentials {
  let credentials = made.get(identity);
  if (!credentials) {
    credentials = { key: formatIdentity(identity), cert: certificateOf(identity) };
    made.set(identity, credentials);
  }
  return credentials;
}

/** It names nobody but the key: trust comes from the key's hash alone. */
function certificateOf(identity: Identity): string {
  return writeCertificate({
    name: identity.id,
    publicKey: ed25519Info(identity.publicKey),
    algorithm: ED25519,
    serial: identity.publicKey.subarray(0, 8),
    sign: (bytes) => signBytes(identity, bytes),
  });
}
