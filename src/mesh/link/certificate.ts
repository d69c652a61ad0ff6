// The self-signed certificate under which a peer shows its Ed25519 key in TLS (X.509, RFC 5280; Ed25519 in it, RFC 8410).

import { formatIdentity, type Identity, signBytes } from "../../core/identity.ts";

/** What TLS needs of an identity, both PEM. */
export type Credentials = { readonly key: string; readonly cert: string };

const made = new WeakMap<Identity, Credentials>();

/** The key and its certificate, always the same bytes for the same identity, made once. */
export function credentialsOf(identity: Identity): Credentials {
  let credentials = made.get(identity);
  if (!credentials) {
    credentials = { key: formatIdentity(identity), cert: toPem(certificateOf(identity)) };
    made.set(identity, credentials);
  }
  return credentials;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const SEQUENCE = 0x30;
const SET = 0x31;
const GENERALIZED_TIME = 0x18;
const UTC_TIME = 0x17;
const EXPLICIT_0 = 0xa0;

/** The certificate in DER. It never runs out and names nobody but the key: trust comes from the key's hash alone. */
function certificateOf(identity: Identity): Uint8Array {
  const algorithm = tlv(SEQUENCE, tlv(OBJECT_ID, Uint8Array.of(0x2b, 0x65, 0x70)));
  const commonName = tlv(SEQUENCE, tlv(OBJECT_ID, Uint8Array.of(0x55, 0x04, 0x03)), tlv(UTF8_STRING, ascii(identity.id)));
  const name = tlv(SEQUENCE, tlv(SET, commonName));
  const validity = tlv(SEQUENCE, tlv(UTC_TIME, ascii("700101000000Z")), tlv(GENERALIZED_TIME, ascii("99991231235959Z")));
  const publicKey = tlv(SEQUENCE, algorithm, bitString(identity.publicKey));
  const version3 = tlv(EXPLICIT_0, tlv(INTEGER, Uint8Array.of(2)));
  const serial = tlv(INTEGER, Uint8Array.of(0x01, ...identity.publicKey.subarray(0, 8)));
  const toSign = tlv(SEQUENCE, version3, serial, algorithm, name, validity, name, publicKey);
  return tlv(SEQUENCE, toSign, algorithm, bitString(signBytes(identity, toSign)));
}

/** Tag, length, value (ITU-T X.690 §8.1). Lengths here stay below 65,536. */
function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const value = Buffer.concat(parts);
  const size = value.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...length), value]);
}

const bitString = (bytes: Uint8Array): Uint8Array => tlv(BIT_STRING, Uint8Array.of(0), bytes);
const ascii = (text: string): Uint8Array => Buffer.from(text, "ascii");

function toPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
