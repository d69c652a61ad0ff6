// What the topology is told, and what it asks for.

import type { PeerId } from "../../core/ids.ts";
import type { Random } from "../../core/ports/clock.ts";
import type { ByeCode, PeerHint } from "../../wire/frame.ts";

/** One connection; the driver numbers them. A peer may have two for a moment. */
export type LinkId = number;

/** Addresses are `host:port` with an IP address, IPv6 in brackets. */
export type TopologyEvent =
  /** The peer said itself that it is here: by a beacon just now, by the port in its hello, or in a signed presence record that is still valid. */
  | { readonly kind: "seen"; readonly peer: PeerId; readonly addresses: readonly string[] }
  /** A linked peer says that these are here. */
  | { readonly kind: "told"; readonly from: PeerId; readonly peers: readonly PeerHint[] }
  /** An address to be linked with for ever (`--peer`), whoever answers. A host name is fine here. */
  | { readonly kind: "configured"; readonly address: string }
  /** Where a peer was in an earlier run. */
  | { readonly kind: "remembered"; readonly peer: PeerId; readonly addresses: readonly string[] }
  /** A link is usable. `address` is what was dialled, null where the other side did. */
  | { readonly kind: "linked"; readonly link: LinkId; readonly peer: PeerId; readonly address: string | null }
  /** A link ended, whoever ended it; `lost` without a bye. */
  | { readonly kind: "unlinked"; readonly link: LinkId; readonly why: ByeCode | "lost" }
  /** A dial did not become a link. self: we answered ourselves; key: another peer answered there than was asked for. */
  | { readonly kind: "dialFailed"; readonly address: string; readonly why: "failed" | "self" | "key" }
  /** Direct talk needs a link to the peer (again), for some minutes. */
  | { readonly kind: "wanted"; readonly peer: PeerId }
  /** The peer said goodbye. */
  | { readonly kind: "left"; readonly peer: PeerId }
  | { readonly kind: "tick" };

export type TopologyEffect =
  /** Dial, give up after some seconds, and report `linked` or `dialFailed` with the same address. */
  | { readonly kind: "dial"; readonly address: string; readonly peer: PeerId | null }
  /** Say bye and end the connection; then report `unlinked`. */
  | { readonly kind: "close"; readonly link: LinkId; readonly code: ByeCode }
  /** Talk with the peer goes over this connection now. A change of connections is a `down` and an `up`. */
  | { readonly kind: "up"; readonly peer: PeerId; readonly link: LinkId }
  | { readonly kind: "down"; readonly peer: PeerId }
  /** Keep for the next run: the peer answers there. */
  | { readonly kind: "remember"; readonly peer: PeerId; readonly address: string }
  /** Send the peer a `peers` frame. */
  | { readonly kind: "tell"; readonly peer: PeerId; readonly peers: readonly PeerHint[] }
  /** Send `tick` at this time; replaces the one asked for before. Milliseconds. */
  | { readonly kind: "wake"; readonly at: number };

/** One call of `handle`: its time, its dice, and what it asks for so far. */
export type Turn = { readonly now: number; readonly random: Random; readonly effects: TopologyEffect[] };

/** The time, give or take a half: so that what began together does not stay together. */
export const around = (time: number, turn: Turn): number => time * (0.5 + turn.random());
