// On which interfaces of this computer people may be found.

import type { NetworkInterfaceInfo } from "node:os";

/** As `os.networkInterfaces()`. */
export type InterfaceList = Readonly<NodeJS.Dict<readonly NetworkInterfaceInfo[]>>;

/** One way out: an interface in one address family. */
export type Outlet = {
  /** Tells outlets apart; another one once the interface or its address is another. */
  readonly key: string;
  readonly name: string;
  readonly family: 4 | 6;
  /** The address to send from; a link-local one carries its zone. */
  readonly address: string;
  /** The subnet's broadcast address (RFC 919), null where there is none. */
  readonly broadcast: string | null;
  readonly mask: string;
  /** The computer's own loopback. */
  readonly internal: boolean;
};

/** Computers with more (hosts of many containers) use the first. */
const MOST_OUTLETS = 48;

/**
 * The outlets among the interfaces: one per IPv4 address, one per interface for IPv6, from its link-local address if it
 * has one. With `bind` only those that have this address; `0.0.0.0` binds to IPv4. Loopback goes by IPv4 alone: it has
 * no route for IPv6 multicast.
 */
export function outletsOf(interfaces: InterfaceList, bind: string | null): readonly Outlet[] {
  const outlets = Object.entries(interfaces).flatMap(([name, infos = []]) => [...outlets4(name, infos), ...outlet6(name, infos, bind)]);
  return outlets.filter((outlet) => isWanted(outlet, bind)).slice(0, MOST_OUTLETS);
}

function isWanted(outlet: Outlet, bind: string | null): boolean {
  if (bind === null || bind === "::") return true;
  return bind === "0.0.0.0" ? outlet.family === 4 : outlet.address === bind;
}

function outlets4(name: string, infos: readonly NetworkInterfaceInfo[]): readonly Outlet[] {
  return infos
    .filter((info) => info.family === "IPv4")
    .map(({ address, netmask, mac, internal }) => ({
      key: `4 ${name} ${address} ${netmask} ${mac}`,
      name,
      family: 4,
      address,
      broadcast: broadcastOf(address, netmask),
      mask: netmask,
      internal,
    }));
}

function outlet6(name: string, infos: readonly NetworkInterfaceInfo[], bind: string | null): readonly Outlet[] {
  const candidates = infos
    .filter((info) => info.family === "IPv6" && !info.internal)
    .map((info) => ({ ...info, address: zoned(info.address, name) }));
  const chosen =
    candidates.find(({ address }) => address === bind) ?? candidates.find(({ address }) => isLinkLocal(address)) ?? candidates[0];
  if (!chosen) return [];
  const { address, mac, netmask } = chosen;
  const scope = "scopeid" in chosen ? chosen.scopeid : 0;
  return [{ key: `6 ${name} ${address} ${mac} ${scope}`, name, family: 6, address, broadcast: null, mask: netmask, internal: false }];
}

/** Whether an IPv6 address counts on its own link only (RFC 4291 §2.5.6). */
export const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address);

const zoned = (address: string, name: string): string => (isLinkLocal(address) && !address.includes("%") ? `${address}%${name}` : address);

/** The address with all host bits set; null where the subnet is too small to have one. */
export function broadcastOf(address: string, mask: string): string | null {
  const hostBits = ~bitsOf(mask) >>> 0;
  if (hostBits < 3) return null;
  const bits = (bitsOf(address) | hostBits) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
}

/** Whether an IPv4 address is in the subnet of an outlet. */
export function isNear(address: string, outlet: Outlet): boolean {
  const mask = bitsOf(outlet.mask);
  return (bitsOf(address) & mask) === (bitsOf(outlet.address) & mask);
}

const bitsOf = (dotted: string): number => dotted.split(".").reduce((bits, octet) => ((bits << 8) | Number(octet)) >>> 0, 0);
