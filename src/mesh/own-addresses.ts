// Where others may dial this peer.

import { formatAddress } from "../core/address.ts";
import { type InterfaceList, isLinkLocal } from "./discovery/interfaces.ts";

/** A presence record holds no more. */
const MOST = 16;

/** This peer's addresses, `host:port`; without link-local ones, which say nothing elsewhere, and loopback only where nothing else is bound. */
export function ownAddresses(interfaces: InterfaceList, bind: string | null, port: number): readonly string[] {
  const infos = Object.values(interfaces).flatMap((list) => list ?? []);
  const isBound = (address: string): boolean => bind === null || bind === "::" || bind === "0.0.0.0" || bind === address;
  return infos
    .filter(({ address, internal }) => isBound(address) && !isLinkLocal(address) && (!internal || bind === address))
    .filter(({ family }) => bind !== "0.0.0.0" || family === "IPv4")
    .map(({ address }) => formatAddress({ host: address, port }))
    .slice(0, MOST);
}

/** An address as it is dialed: a name or number without brackets, a link-local one with its zone. */
export function parseDialAddress(text: string): { readonly host: string; readonly port: number } {
  const at = text.lastIndexOf(":");
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(text.slice(at + 1)) };
}
