// The values inside frames, to CBOR and back, each with its bound.

import { parseAddress } from "../core/address.ts";
import { malformed, readBytes, readList, readText, readUint, type Value } from "../core/cbor.ts";
import type { Frontier } from "../core/entry.ts";
import { type PeerId, peerIdBytes, peerIdFromBytes, type RoomId } from "../core/ids.ts";
import { MAX_PRESENCE } from "../core/presence-record.ts";
import { parseRoomId } from "../core/room.ts";
import type { PeerHint } from "./frame.ts";

/** The most presence records of a frame. */
export const MAX_RECORDS = 10_000;
const MAX_ROOMS = 10_000;
const MAX_PEERS = 10_000;
const MAX_ADDRESSES = 16;
const MAX_VERSIONS = 16;

/** A list of at most `most` values, each read by `read`. */
export const listOf = <T>(value: unknown, what: string, most: number, read: (item: unknown) => T): readonly T[] =>
  readList(value, what, most).map(read);

export const readRoom = (value: unknown): RoomId => readText(value, "room", parseRoomId);

export const writePeer = (peer: PeerId): Uint8Array => peerIdBytes(peer);

export function readPeer(value: unknown): PeerId {
  return peerIdFromBytes(readBytes(value, "peer", 32)) as PeerId;
}

/** Ascending, at least one. */
export function readVersions(value: unknown): readonly number[] {
  const versions = listOf(value, "versions", MAX_VERSIONS, (version) => readUint(version, "version", 1, 255));
  if (versions.length === 0) throw malformed("versions", "there is none");
  if (versions.some((version, i) => version <= (versions[i - 1] ?? 0))) throw malformed("versions", "they must ascend");
  return versions;
}

export const readDigests = (value: unknown): ReadonlyMap<RoomId, Uint8Array> =>
  mapOf(value, "digests", (digest) => readBytes(digest, "digest", 32));

/** Of each room the authors and numbers in turn, in one flat list. */
export const writeFrontiers = (rooms: ReadonlyMap<RoomId, Frontier>): Value =>
  [...rooms].map(([room, frontier]) => [room, [...frontier].flatMap(([author, seq]): Value[] => [writePeer(author), seq])]);

export const readFrontiers = (value: unknown): ReadonlyMap<RoomId, Frontier> => mapOf(value, "frontiers", readFrontier);

/** Addresses that mean nothing elsewhere (names, zones) are left out. */
export const writePeers = (peers: readonly PeerHint[]): Value =>
  peers.map(({ peer, addresses }) => [writePeer(peer), addresses.filter(isAddress).slice(0, MAX_ADDRESSES)]);

export const readPeers = (value: unknown): readonly PeerHint[] =>
  listOf(value, "peers", MAX_PEERS, (item) => {
    const [peer, addresses] = readPair(item, "peer");
    return { peer: readPeer(peer), addresses: listOf(addresses, "addresses", MAX_ADDRESSES, readAddress) };
  });

/** A presence record's bytes; `openPresence` reads them. */
export function readRecord(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length > MAX_PRESENCE) throw malformed("record", `at most ${MAX_PRESENCE} bytes`);
  return value;
}

function readFrontier(value: unknown): Frontier {
  const flat = readList(value, "frontier", Number.POSITIVE_INFINITY);
  if (flat.length % 2 !== 0) throw malformed("frontier", "an author without a number");
  const frontier = new Map<PeerId, number>();
  for (let i = 0; i < flat.length; i += 2) frontier.set(readPeer(flat[i]), readUint(flat[i + 1], "seq", 1));
  if (frontier.size * 2 < flat.length) throw malformed("frontier", "an author occurs twice");
  return frontier;
}

function mapOf<T>(value: unknown, what: string, read: (item: unknown) => T): ReadonlyMap<RoomId, T> {
  const items = readList(value, what, MAX_ROOMS);
  const map = new Map<RoomId, T>();
  for (const item of items) {
    const [room, content] = readPair(item, what);
    map.set(readRoom(room), read(content));
  }
  if (map.size < items.length) throw malformed(what, "a room occurs twice");
  return map;
}

function readPair(value: unknown, what: string): readonly [unknown, unknown] {
  const pair = readList(value, what, 2);
  if (pair.length !== 2) throw malformed(what, "a pair is needed");
  return [pair[0], pair[1]];
}

const isAddress = (text: string): boolean => parseAddress(text) !== null;

const readAddress = (value: unknown): string => readText(value, "address", (text) => (isAddress(text) ? text : null));
