// A peer's key, and the only place that touches node:crypto.

import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  scrypt,
  scryptSync,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { type PeerId, peerIdFromBytes } from "./ids.ts";

/** A peer's Ed25519 key pair (RFC 8032). */
export type Identity = {
  readonly id: PeerId;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
};

/** SPKI prefix of an Ed25519 public key (RFC 8410); the 32 key bytes follow. */
const SPKI_PREFIX = Uint8Array.fromHex("302a300506032b6570032100");

/** A new key. */
export function createIdentity(): Identity {
  return fromPrivateKey(generateKeyPairSync("ed25519").privateKey);
}

/** Reads a key written by `formatIdentity`. Throws if the text is not a PKCS #8 PEM with an Ed25519 key. */
export function parseIdentity(pem: string): Identity {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== "ed25519") throw new TypeError(`an Ed25519 key is needed, not ${key.asymmetricKeyType}`);
  return fromPrivateKey(key);
}

/** The key as PKCS #8 PEM. */
export function formatIdentity(identity: Identity): string {
  return identity.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
}

function fromPrivateKey(privateKey: KeyObject): Identity {
  const publicKey = rawPublicKey(createPublicKey(privateKey));
  return { id: peerIdOf(publicKey), publicKey, privateKey };
}

/** The 32 bytes of an Ed25519 public key, or throws for another kind of key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  if (key.asymmetricKeyType !== "ed25519") throw new TypeError("not an Ed25519 key");
  return new Uint8Array(key.export({ type: "spki", format: "der" }).subarray(SPKI_PREFIX.length));
}

const knownIds = new Map<string, PeerId>();
const KNOWN_IDS_MAX = 4096;

/** The id of a 32-byte public key. */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  const hex = publicKey.toHex();
  const known = knownIds.get(hex);
  if (known) return known;
  const id = peerIdFromBytes(sha256(publicKey)) as PeerId;
  if (knownIds.size >= KNOWN_IDS_MAX) knownIds.clear();
  knownIds.set(hex, id);
  return id;
}

/** Ed25519 signature, 64 bytes. */
export function signBytes(identity: Identity, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, bytes, identity.privateKey));
}

const keyObjects = new Map<string, KeyObject>();

/** Whether the signature is the key's over the bytes; false for a malformed key or signature, too. */
export function verifyBytes(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    return verify(null, bytes, keyObjectOf(publicKey), signature);
  } catch {
    return false;
  }
}

function keyObjectOf(publicKey: Uint8Array): KeyObject {
  const hex = publicKey.toHex();
  let key = keyObjects.get(hex);
  if (!key) {
    key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: "der", type: "spki" });
    if (keyObjects.size >= KNOWN_IDS_MAX) keyObjects.clear();
    keyObjects.set(hex, key);
  }
  return key;
}

/** SHA-256, 32 bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array => Uint8Array.fromHex(sha256Hex(bytes));

/** SHA-256 as 64 lower-case hex digits: three times as fast for small inputs, since no buffer is made. */
export const sha256Hex = (bytes: Uint8Array): string => hash("sha256", bytes, "hex");

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function mac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(bytes).digest());
}

/** HKDF-SHA-256 (RFC 5869), 32 bytes. */
export function deriveKey(secret: string, salt: string, info: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, salt, info, 32));
}

/** A secret made slow to guess: scrypt (RFC 7914) with N = 2^14, r = 8, p = 1; 32 bytes, about 50 ms. */
export const stretchSecret = (secret: string, salt: string): Uint8Array =>
  new Uint8Array(scryptSync(secret, salt, 32, { N: 16_384, r: 8, p: 1 }));

/** How slow a password is made: scrypt's N, r and p (RFC 7914); it takes 128 · N · r bytes. */
export type Slowness = { readonly cost: number; readonly blockSize: number; readonly parallelization: number };

/** A password made slow to guess, 32 bytes; computed beside the main thread. Rejects for numbers that scrypt cannot take. */
export function stretchPassword(password: string, salt: Uint8Array, slowness: Slowness): Promise<Uint8Array> {
  const maxmem = 1_048_576 + 256 * slowness.cost * slowness.blockSize;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, 32, { ...slowness, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(new Uint8Array(key));
    });
  });
}

/** Equality that takes the same time wherever the difference is. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A key for HTTPS: ECDSA over P-256 (FIPS 186-5), since browsers take no Ed25519. */
export type WebKey = {
  /** PKCS #8 PEM. */
  readonly pem: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** With SHA-256; the signature in DER. */
  sign(bytes: Uint8Array): Uint8Array;
};

/** A new key. */
export function createWebKey(): WebKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    pem: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    publicKey: new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
    sign: (bytes) => new Uint8Array(sign("sha256", bytes, privateKey)),
  };
}

/** A random token, 32 bytes as 43 characters of base64url. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** Random bytes from the system. */
export const randomOf = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
