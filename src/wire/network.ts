// What only those of a network know, and how they prove it without saying it.

import { deriveKey, mac, stretchSecret } from "../core/identity.ts";

/** A network as a peer belongs to it. */
export type Network = {
  readonly name: string;
  /** 32 bytes from the name and the secret. Without a secret anyone who knows the name can make it. */
  readonly key: Uint8Array;
  /** 8 bytes that mark its beacons. */
  readonly tag: Uint8Array;
};

/** Which side of the connection proves. The two proofs differ, so that none can be sent back. */
export type LinkRole = "dialer" | "acceptor";

const TAG = 8;
const utf8 = new TextEncoder();

/** The network of a name from `parseNetwork` and a secret word, null for one that is open to all. A secret takes about 50 ms: a guesser pays the same for every guess. */
export function networkOf(name: string, secret: string | null): Network {
  const word = secret === null ? "" : stretchSecret(secret.normalize("NFC"), `earshot network v1\0${name}`).toHex();
  const key = deriveKey(word, "earshot network v1", name);
  return { name, key, tag: mac(key, utf8.encode("earshot beacon v1")).slice(0, TAG) };
}

/**
 * Proof, 32 bytes, that a side knows the network's key, bound to one TLS connection by keying material exported from it
 * (RFC 8446 §7.5): worthless on any other.
 */
export function linkProof(network: Network, keyingMaterial: Uint8Array, role: LinkRole): Uint8Array {
  const domain = utf8.encode(`earshot link v1\0${role}\0`);
  const proven = new Uint8Array(domain.length + keyingMaterial.length);
  proven.set(domain);
  proven.set(keyingMaterial, domain.length);
  return mac(network.key, proven);
}
