// A peer's signed word of itself: sealed by it, opened and passed on by everyone. `docs/protocol/link.md` has the bytes.

import { parseAddress } from "./address.ts";
import { malformed, pack, readList, readText, readUint, unpackBetween } from "./cbor.ts";
import { ChatError } from "./errors.ts";
import { type Identity, peerIdOf, sameBytes, signBytes, verifyBytes } from "./identity.ts";
import type { PeerId } from "./ids.ts";
import { cleanLine, parseGuest, parseName } from "./name.ts";
import type { GuestPresence, OwnPresence, PresenceRecord, Status } from "./presence.ts";

/** The longest record, bytes. */
export const MAX_PRESENCE = 65_536;
export const MAX_GUESTS = 1000;
const MAX_ADDRESSES = 16;
const MAX_LIFETIME = 600;
/** Most characters of what a hub is called. */
const MAX_TITLE = 64;

const DOMAIN = new TextEncoder().encode("earshot presence v1\0");
const VERSION = 1;
/** Version (1), key (32), counter (8); then the CBOR array, then the signature (64). */
const KEY_AT = 1;
const COUNTER_AT = 33;
const FIELDS_AT = 41;
const SIGNATURE = 64;

/** Numbers on the wire, never reused. */
const STATUS_NUMBERS = { online: 1, away: 2, busy: 3, offline: 4 } as const satisfies Record<Status, number>;
const STATUS_OF = new Map(Object.entries(STATUS_NUMBERS).map(([status, number]) => [number as number, status as Status]));

export type PresenceStamp = Pick<PresenceRecord, "counter" | "lifetime" | "addresses">;

/**
 * Signs what a peer says of itself. Texts are cleaned; addresses that are not numeric, guests beyond 1000 and guests of a name
 * already there are left out, and so are the guests' status texts where the record would be too long. Throws `bad-input` for a
 * name that is none, a counter or a lifetime out of bounds.
 */
export function sealPresence(identity: Identity, own: OwnPresence, stamp: PresenceStamp): PresenceRecord {
  const most = MAX_PRESENCE - FIELDS_AT - SIGNATURE;
  const whole = fieldsOf(own, stamp, (text) => cleanLine(text));
  const fields = whole.length <= most ? whole : fieldsOf(own, stamp, () => "");
  const bytes = new Uint8Array(FIELDS_AT + fields.length + SIGNATURE);
  bytes[0] = VERSION;
  bytes.set(identity.publicKey, KEY_AT);
  new DataView(bytes.buffer).setBigUint64(COUNTER_AT, BigInt(readUint(stamp.counter, "counter")));
  bytes.set(fields, FIELDS_AT);
  bytes.set(signBytes(identity, signedPart(bytes)), bytes.length - SIGNATURE);
  return decodePresence(bytes);
}

/** Reads and verifies a record; it keeps `bytes` as given. Throws `too-large`, `bad-input` or `bad-signature`. */
export function openPresence(bytes: Uint8Array): PresenceRecord {
  const record = decodePresence(bytes);
  if (!verifyBytes(record.key, signedPart(bytes), bytes.subarray(-SIGNATURE))) {
    throw new ChatError("bad-signature", "a presence record that its peer did not sign");
  }
  return record;
}

/** Whose record it claims to be and how new, so that one that is known already costs no verification. Throws `too-large`, `bad-input`. */
export function peekPresence(bytes: Uint8Array): { readonly peer: PeerId; readonly counter: number } {
  if (bytes.length > MAX_PRESENCE) throw new ChatError("too-large", `a presence record has at most ${MAX_PRESENCE} bytes`);
  if (bytes.length <= FIELDS_AT + SIGNATURE || bytes[0] !== VERSION) throw malformed("presence", "only version 1 is known");
  const counter = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(COUNTER_AT);
  return { peer: peerIdOf(bytes.subarray(KEY_AT, COUNTER_AT)), counter: readUint(Number(counter), "counter") };
}

/** Whether a record says what another said, only later. That it is of the same peer is for the caller to know. */
export function restates(bytes: Uint8Array, before: PresenceRecord): boolean {
  const said = (whole: Uint8Array) => whole.subarray(FIELDS_AT, -SIGNATURE);
  return sameBytes(said(bytes), said(before.bytes));
}

function decodePresence(bytes: Uint8Array): PresenceRecord {
  const { peer, counter } = peekPresence(bytes);
  const fields = unpackBetween(bytes.subarray(FIELDS_AT, -SIGNATURE), 6, 7, "presence");
  const [lifetime, name, status, text, addresses, guests, hub] = fields;
  return {
    peer,
    key: bytes.slice(KEY_AT, COUNTER_AT),
    counter,
    lifetime: readUint(lifetime, "lifetime", 1, MAX_LIFETIME),
    name: readText(name, "name", parseName),
    status: readStatus(status),
    text: readText(text, "status text", (line) => cleanLine(line)),
    addresses: readList(addresses, "addresses", MAX_ADDRESSES).map(readAddress),
    guests: readGuests(guests),
    ...(hub !== undefined && { hub: readText(hub, "hub", parseTitle) }),
    bytes,
  };
}

function fieldsOf(own: OwnPresence, stamp: PresenceStamp, shorten: (text: string) => string): Uint8Array {
  const addresses = stamp.addresses.filter((address) => parseAddress(address) !== null).slice(0, MAX_ADDRESSES);
  const guests = new Map(own.guests.slice(0, MAX_GUESTS).map((guest) => [guest.name, guest]));
  return pack([
    readUint(stamp.lifetime, "lifetime", 1, MAX_LIFETIME),
    own.name,
    STATUS_NUMBERS[own.status],
    cleanLine(own.text),
    addresses,
    [...guests.values()].map(({ name, status, text }) => [name, STATUS_NUMBERS[status], shorten(text)]),
    ...(own.hub === undefined ? [] : [readText(cleanLine(own.hub, MAX_TITLE), "hub", parseTitle)]),
  ]);
}

function readGuests(value: unknown): readonly GuestPresence[] {
  const guests = readList(value, "guests", MAX_GUESTS).map(readGuest);
  if (new Set(guests.map((guest) => guest.name)).size < guests.length) throw malformed("guests", "a name occurs twice");
  return guests;
}

function readGuest(value: unknown): GuestPresence {
  const fields = readList(value, "guest", 3);
  if (fields.length !== 3) throw malformed("guest", "3 fields are needed");
  const [name, status, text] = fields;
  return {
    name: readText(name, "guest name", parseGuest),
    status: readStatus(status),
    text: readText(text, "status text", (line) => cleanLine(line)),
  };
}

function readStatus(value: unknown): Status {
  const status = STATUS_OF.get(readUint(value, "status"));
  if (!status) throw malformed("status", "an unknown number");
  return status;
}

const parseTitle = (text: string): string | null => cleanLine(text, MAX_TITLE) || null;

const readAddress = (value: unknown): string => readText(value, "address", (text) => (parseAddress(text) ? text : null));

function signedPart(bytes: Uint8Array): Uint8Array {
  const signed = new Uint8Array(DOMAIN.length + bytes.length - SIGNATURE);
  signed.set(DOMAIN);
  signed.set(bytes.subarray(0, -SIGNATURE), DOMAIN.length);
  return signed;
}
