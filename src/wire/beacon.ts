// The datagram that says "I am here". `docs/protocol/beacon.md` has the bytes.

import { type Identity, peerIdOf, signBytes, verifyBytes } from "../core/identity.ts";
import type { PeerId } from "../core/ids.ts";
import { cleanLine } from "../core/name.ts";

/** Beacons are sent to and heard on this UDP port. */
export const UDP_PORT = 3277;
/** Multicast groups by address family: IPv4 of local scope (RFC 2365 §6.1), IPv6 transient and link-local (RFC 4291 §2.7). */
export const GROUPS = { 4: "239.255.32.77", 6: "ff12::4541:5253" } as const;

/** `here` asks for an answer, `answer` does not; `bye` ends presence at once. */
export type BeaconKind = "here" | "answer" | "bye";

export type BeaconFields = {
  readonly kind: BeaconKind;
  /** 8 bytes that mark the network (`networkOf`). */
  readonly tag: Uint8Array;
  /** 8 random bytes, new at every start. */
  readonly instance: Uint8Array;
  /** Grows with every beacon of the peer, across restarts, too: microseconds since 1970, or one more than the last. */
  readonly counter: number;
  /** TCP port for links; the address is where the datagram came from. */
  readonly port: number;
  /** Whether guests may come. */
  readonly hub: boolean;
  /** How a hub calls itself, one line of at most 64 bytes; may be empty. */
  readonly title: string;
};

export type Beacon = BeaconFields & { readonly peer: PeerId; readonly key: Uint8Array };

/** Numbers on the wire, never reused. */
const KIND_NUMBERS = { here: 1, answer: 2, bye: 3 } as const satisfies Record<BeaconKind, number>;
const KIND_OF = new Map(Object.entries(KIND_NUMBERS).map(([kind, number]) => [number as number, kind as BeaconKind]));

const utf8 = new TextEncoder();
const utf8Strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** "EARS" and the version. */
const START = Uint8Array.of(0x45, 0x41, 0x52, 0x53, 1);
const DOMAIN = utf8.encode("earshot beacon v1\0");
/** Where the fields begin. */
const AT = { kind: 5, flags: 6, tag: 7, key: 15, counter: 47, instance: 55, port: 63, titleLength: 65, title: 66 } as const;
const FLAG_HUB = 1;
const MAX_TITLE = 64;
const SIGNATURE = 64;

/** The longest beacon, bytes; longer datagrams are none. */
export const MAX_BEACON = AT.title + MAX_TITLE + SIGNATURE;

/** A signed beacon. The title is cleaned and cut. */
export function encodeBeacon(fields: BeaconFields, identity: Identity): Uint8Array {
  const title = utf8.encode(shortTitle(fields.title));
  const bytes = new Uint8Array(AT.title + title.length + SIGNATURE);
  const view = new DataView(bytes.buffer);
  bytes.set(START);
  bytes[AT.kind] = KIND_NUMBERS[fields.kind];
  bytes[AT.flags] = fields.hub ? FLAG_HUB : 0;
  bytes.set(fields.tag, AT.tag);
  bytes.set(identity.publicKey, AT.key);
  view.setBigUint64(AT.counter, BigInt(fields.counter));
  bytes.set(fields.instance, AT.instance);
  view.setUint16(AT.port, fields.port);
  bytes[AT.titleLength] = title.length;
  bytes.set(title, AT.title);
  bytes.set(signBytes(identity, signedPart(bytes)), AT.title + title.length);
  return bytes;
}

/** What a datagram claims, its signature not yet looked at; null for what is no beacon. Never throws. */
export function peekBeacon(bytes: Uint8Array): Beacon | null {
  if (bytes.length < AT.title + SIGNATURE || START.some((byte, i) => bytes[i] !== byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = KIND_OF.get(bytes[AT.kind] as number);
  const counter = Number(view.getBigUint64(AT.counter));
  const port = view.getUint16(AT.port);
  const title = titleIn(bytes);
  if (!kind || !Number.isSafeInteger(counter) || port === 0 || title === null) return null;
  const key = bytes.slice(AT.key, AT.counter);
  return {
    kind,
    tag: bytes.slice(AT.tag, AT.key),
    peer: peerIdOf(key),
    key,
    counter,
    instance: bytes.slice(AT.instance, AT.port),
    port,
    hub: ((bytes[AT.flags] as number) & FLAG_HUB) !== 0,
    title,
  };
}

/** What a datagram says, signed by its peer; null for everything else. Costs a verification. Never throws. */
export function openBeacon(bytes: Uint8Array): Beacon | null {
  const beacon = peekBeacon(bytes);
  return beacon && verifyBytes(beacon.key, signedPart(bytes), bytes.subarray(-SIGNATURE)) ? beacon : null;
}

function titleIn(bytes: Uint8Array): string | null {
  const length = bytes[AT.titleLength] as number;
  if (length > MAX_TITLE || bytes.length !== AT.title + length + SIGNATURE) return null;
  try {
    const title = utf8Strict.decode(bytes.subarray(AT.title, AT.title + length));
    return cleanLine(title) === title ? title : null;
  } catch {
    return null;
  }
}

/** As much of the title as fits, cut between characters. */
function shortTitle(text: string): string {
  let title = cleanLine(text, MAX_TITLE);
  while (utf8.encode(title).length > MAX_TITLE) title = cleanLine(title, Array.from(title).length - 1);
  return title;
}

function signedPart(bytes: Uint8Array): Uint8Array {
  const signed = new Uint8Array(DOMAIN.length + bytes.length - SIGNATURE);
  signed.set(DOMAIN);
  signed.set(bytes.subarray(0, -SIGNATURE), DOMAIN.length);
  return signed;
}
