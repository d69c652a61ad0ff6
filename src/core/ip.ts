// Numeric addresses as bytes, and what counts as one of them.

const V6_BYTES = 16;
const V4_BYTES = 4;
const V4_SHAPE = /^\d{1,3}(\.\d{1,3}){3}$/;
const V4_IN_V6 = /^::ffff:(?=[0-9.]+$)/i;

/** A numeric address in one form: no zone, IPv4 in IPv6 as IPv4. */
export const plainAddress = (address: string): string => address.replace(/%.*$/s, "").replace(V4_IN_V6, "").toLowerCase();

/** The 4 or 16 bytes of a numeric address, or null for anything else. IPv4 in IPv6 (RFC 4291 §2.5.5.2), however written, is IPv4. */
export function addressBytes(address: string): Uint8Array | null {
  const plain = plainAddress(address);
  if (plain.includes(":")) {
    const bytes = v6Bytes(plain);
    return bytes && isMapped(bytes) ? bytes.subarray(-V4_BYTES) : bytes;
  }
  const parts = V4_SHAPE.test(plain) ? plain.split(".").map(Number) : [];
  return parts.length === V4_BYTES && parts.every((part) => part < 256) ? Uint8Array.from(parts) : null;
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

/** Whether an address is this very computer. */
export function isLoopback(address: string): boolean {
  const bytes = addressBytes(address);
  if (!bytes) return false;
  return bytes.length === V4_BYTES ? bytes[0] === 127 : bytes.every((byte, index) => byte === (index === V6_BYTES - 1 ? 1 : 0));
}

type Ends = { readonly remoteAddress?: string | undefined; readonly localAddress?: string | undefined };

/** Whether the other end of a connection is this very computer: by loopback, or by its own address. */
export function isThisComputer({ remoteAddress, localAddress }: Ends): boolean {
  return remoteAddress !== undefined && (isLoopback(remoteAddress) || remoteAddress === localAddress);
}

const isMapped = (bytes: Uint8Array): boolean => bytes.subarray(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff));

const isLocal = (bytes: Uint8Array): boolean => {
  const [first = 0, second = 0] = bytes;
  return (first === 0xfe && (second & 0xc0) === 0x80) || (first & 0xfe) === 0xfc;
};

/** By way of the form in which the URL standard writes it. */
function v6Bytes(text: string): Uint8Array | null {
  const normal = /^[0-9a-f:.]+$/.test(text) ? URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1) : undefined;
  if (normal === undefined) return null;
  const [before = [], after = []] = normal.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array<string>(V6_BYTES / 2 - before.length - after.length).fill("0");
  return Uint8Array.from([...before, ...zeros, ...after].flatMap(bytesOfGroup));
}

function bytesOfGroup(group: string): readonly number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
