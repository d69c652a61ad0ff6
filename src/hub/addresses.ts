// Addresses of connections: told apart for limits, and held against bans of addresses and ranges.

import { addressBytes, plainAddress } from "../core/ip.ts";

/** Addresses that share their first bits (CIDR, RFC 4632). */
export type Range = {
  readonly bytes: Uint8Array;
  readonly bits: number /** As it is shown: `10.0.0.0/8`, `10.0.0.7`. */;
  readonly text: string;
};

const V4_BYTES = 4;

/** Bits before IPv4 in IPv6. */
const MAPPED_BITS = 96;

/** Reads an address or a range, or null. Bits after the prefix are cleared. */
export function parseRange(text: string): Range | null {
  const [, host = "", length] = /^([0-9a-f:.]+(?:%[\w.-]+)?)(?:\/([0-9]{1,3}))?$/i.exec(text.trim()) ?? [];
  const bytes = addressBytes(host);
  if (!bytes) return null;
  const most = bytes.length * 8;
  const given = length === undefined ? most : Number(length);
  const bits = bytes.length === V4_BYTES && host.includes(":") && given >= MAPPED_BITS ? given - MAPPED_BITS : given;
  if (bits > most) return null;
  const cleared = bytes.map((byte, index) => byte & maskOf(bits - index * 8));
  const shown = bits < most ? `${formatBytes(cleared)}/${bits}` : bytes.length === V4_BYTES ? formatBytes(bytes) : plainAddress(host);
  return { bytes: cleared, bits, text: shown };
}

/** Whether somebody who typed this can only have meant an address or a range: no name has a slash. */
export const looksLikeRange = (text: string): boolean => /^\d+(?:\.\d+){3}$|^[\d.]+\/|^[\da-f:]*:[\da-f:.]*(?:\/|$)/i.test(text.trim());

export function isWithin(bytes: Uint8Array, range: Range): boolean {
  if (bytes.length !== range.bytes.length) return false;
  return bytes.every((byte, index) => (byte & maskOf(range.bits - index * 8)) === range.bytes[index]);
}

/** The mask of a byte of which so many bits count. */
const maskOf = (bits: number): number => (bits <= 0 ? 0 : bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff);

function formatBytes(bytes: Uint8Array): string {
  if (bytes.length === V4_BYTES) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16));
  const host = URL.parse(`http://[${groups.join(":")}]/`)?.hostname ?? "";
  return host.slice(1, -1);
}
