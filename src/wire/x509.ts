// Writes self-signed certificates (X.509, RFC 5280, in DER, ITU-T X.690). Pure: who signs is passed in.

import { addressBytes } from "../core/ip.ts";

export type CertificateParts = {
  /** The common name of whom it is about, and by whom. */
  readonly name: string;
  /** The public key as SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** How it is signed: the contents of the object identifier. */
  readonly algorithm: Uint8Array;
  /** Up to 8 bytes that tell it from other certificates of the same name. */
  readonly serial: Uint8Array;
  /** Host names and numeric addresses for which it stands as a server's. Left out, it has no extensions. */
  readonly hosts?: readonly string[];
  readonly sign: (bytes: Uint8Array) => Uint8Array;
};

/** How Ed25519 signs (RFC 8410), which is also the name of its keys: 1.3.101.112. */
export const ED25519 = Uint8Array.of(0x2b, 0x65, 0x70);
/** ECDSA with SHA-256 (RFC 5758): 1.2.840.10045.4.3.2. */
export const ECDSA_SHA256 = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const SEQUENCE = 0x30;
const SET = 0x31;
const GENERALIZED_TIME = 0x18;
const UTC_TIME = 0x17;
const EXPLICIT_0 = 0xa0;
const EXPLICIT_3 = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

const COMMON_NAME = Uint8Array.of(0x55, 0x04, 0x03);
const SUBJECT_ALT_NAME = Uint8Array.of(0x55, 0x1d, 0x11);
const EXTENDED_KEY_USAGE = Uint8Array.of(0x55, 0x1d, 0x25);
const SERVER_AUTH = Uint8Array.of(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01);

/** The certificate in PEM. It never runs out: clocks on a network without internet are often wrong. */
export function writeCertificate({ name, publicKey, algorithm, serial, hosts, sign }: CertificateParts): string {
  const signing = tlv(SEQUENCE, tlv(OBJECT_ID, algorithm));
  const named = tlv(SEQUENCE, tlv(SET, tlv(SEQUENCE, tlv(OBJECT_ID, COMMON_NAME), tlv(UTF8_STRING, utf8(name)))));
  const validity = tlv(SEQUENCE, tlv(UTC_TIME, utf8("700101000000Z")), tlv(GENERALIZED_TIME, utf8("99991231235959Z")));
  const version3 = tlv(EXPLICIT_0, tlv(INTEGER, Uint8Array.of(2)));
  const number = tlv(INTEGER, Uint8Array.of(0x01, ...serial));
  const extensions = hosts ? [extensionsFor(hosts)] : [];
  const toSign = tlv(SEQUENCE, version3, number, signing, named, validity, named, publicKey, ...extensions);
  return toPem(tlv(SEQUENCE, toSign, signing, bitString(sign(toSign))));
}

/** An Ed25519 public key as SubjectPublicKeyInfo (RFC 8410). */
export function ed25519Info(publicKey: Uint8Array): Uint8Array {
  return tlv(SEQUENCE, tlv(SEQUENCE, tlv(OBJECT_ID, ED25519)), bitString(publicKey));
}

/** That it is a server's (RFC 5280 §4.2.1.12), and of which hosts (§4.2.1.6). */
function extensionsFor(hosts: readonly string[]): Uint8Array {
  const usage = extension(EXTENDED_KEY_USAGE, tlv(SEQUENCE, tlv(OBJECT_ID, SERVER_AUTH)));
  const names = hosts.map((host) => {
    const address = addressBytes(host);
    return address ? tlv(IP_ADDRESS, address) : tlv(DNS_NAME, utf8(host));
  });
  return tlv(EXPLICIT_3, tlv(SEQUENCE, usage, extension(SUBJECT_ALT_NAME, tlv(SEQUENCE, ...names))));
}

const extension = (id: Uint8Array, value: Uint8Array): Uint8Array => tlv(SEQUENCE, tlv(OBJECT_ID, id), tlv(OCTET_STRING, value));

/** Tag, length, value (X.690 §8.1). Lengths here stay below 65,536. */
function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  const bytes = new Uint8Array(1 + length.length + size);
  bytes.set([tag, ...length]);
  let at = 1 + length.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const bitString = (bytes: Uint8Array): Uint8Array => tlv(BIT_STRING, Uint8Array.of(0), bytes);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function toPem(der: Uint8Array): string {
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
