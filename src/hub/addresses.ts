// Addresses of connections: told apart for limits, and held against bans of addresses and ranges.

import { isIPv4, isIPv6 } from "node:net";

/** Addresses that share their first bits (CIDR, RFC 4632). */
export type Range = {
  readonly bytes: Uint8Array;
  readonly bits: number /** As it is shown: `10.0.0.0/8`, `10.0.0.7`. */;
  readonly text: string;
};

const V4_BYTES = 4;
const V6_BYTES = 16;
const V4_IN_V6 = /^::ffff:(?=[0-9.]+$)/i;

/** A numeric address in one form: no zone, IPv4 in IPv6 as IPv4. */
export const plainAddress = (address: string): string => address.replace(/%.*$/s, "").replace(V4_IN_V6, "").toLowerCase();

/** The 4 or 16 bytes of a numeric address, or null for anything else. */
export function addressBytes(address: string): Uint8Array | null {
  const plain = plainAddress(address);
  if (isIPv4(plain)) return Uint8Array.from(plain.split("."), Number);
  return isIPv6(plain) ? v6Bytes(plain) : null;
}

/**
 * Under what an address is counted. An IPv6 host has a whole /64 to choose from, and so that counts as one; but local addresses
 * (fe80::/10, fc00::/7), of which a whole network shares one, count each.
 */
export function addressKey(address: string): string {
  const plain = plainAddress(address);
  const bytes = addressBytes(plain);
  if (!bytes || bytes.length === V4_BYTES || isLocal(bytes)) return plain;
  return `${bytes.subarray(0, 8).toHex()}/64`;
}

/** Whether the other end is this computer. */
export function isLoopback(address: string): boolean {
  const bytes = addressBytes(address);
  if (!bytes) return false;
  return bytes.length === V4_BYTES ? bytes[0] === 127 : bytes.every((byte, index) => byte === (index === V6_BYTES - 1 ? 1 : 0));
}

/** Reads an address or a range, or null. Bits after the prefix are cleared. */
export function parseRange(text: string): Range | null {
  const [, host = "", length] = /^([0-9a-f:.]+(?:%[\w.-]+)?)(?:\/([0-9]{1,3}))?$/i.exec(text.trim()) ?? [];
  const bytes = addressBytes(host);
  if (!bytes) return null;
  const most = bytes.length * 8;
  const bits = length === undefined ? most : Number(length);
  if (bits > most) return null;
  const cleared = bytes.map((byte, index) => byte & maskOf(bits - index * 8));
  const shown = bits === most ? plainAddress(host) : `${formatBytes(cleared)}/${bits}`;
  return { bytes: cleared, bits, text: shown };
}

export function isWithin(bytes: Uint8Array, range: Range): boolean {
  if (bytes.length !== range.bytes.length) return false;
  return bytes.every((byte, index) => (byte & maskOf(range.bits - index * 8)) === range.bytes[index]);
}

/** The mask of a byte of which so many bits count. */
const maskOf = (bits: number): number => (bits <= 0 ? 0 : bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff);

const isLocal = (bytes: Uint8Array): boolean => {
  const [first = 0, second = 0] = bytes;
  return (first === 0xfe && (second & 0xc0) === 0x80) || (first & 0xfe) === 0xfc;
};

function v6Bytes(text: string): Uint8Array {
  const [head = "", tail] = text.split("::");
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = new Array<number>(V6_BYTES - before.length - after.length).fill(0);
  return Uint8Array.from([...before, ...zeros, ...after]);
}

const groupsOf = (text: string): readonly number[] =>
  text === ""
    ? []
    : text.split(":").flatMap((group) => {
        if (group.includes(".")) return group.split(".").map(Number);
        const value = Number.parseInt(group, 16);
        return [value >>> 8, value & 0xff];
      });

function formatBytes(bytes: Uint8Array): string {
  if (bytes.length === V4_BYTES) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16));
  const host = URL.parse(`http://[${groups.join(":")}]/`)?.hostname ?? "";
  return host.slice(1, -1);
}
