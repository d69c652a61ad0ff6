// The frames of a link, to bytes and back. `docs/protocol/link.md` has the bytes.

import { malformed, pack, readBytes, readText, readUint, unpack, type Value } from "../core/cbor.ts";
import { ChatError } from "../core/errors.ts";
import { cleanLine, parseGuest, parseNetwork } from "../core/name.ts";
import { decodeEntries, encodeEntries } from "./entries-frame.ts";
import { type ByeCode, type Frame, MAX_FRAME } from "./frame.ts";
import {
  listOf,
  MAX_RECORDS,
  readDigests,
  readFrontiers,
  readPeer,
  readPeers,
  readRecord,
  readRoom,
  readVersions,
  writeFrontiers,
  writePeer,
  writePeers,
} from "./link-values.ts";

type FrameKind = Frame["kind"];
type FrameOf<K extends FrameKind> = Frame & { readonly kind: K };

/** How one kind of frame is written and read. `read` is given at least `fields` values. */
type Format<K extends FrameKind> = {
  /** Its number on the wire, never reused. */
  readonly number: number;
  readonly fields: number;
  readonly write: (frame: FrameOf<K>) => readonly Value[];
  readonly read: (values: readonly unknown[]) => FrameOf<K>;
};

const ENTRIES = 5;
const PREFIX = 4;
const MAX_BYE_TEXT = 200;

/** Numbers on the wire, never reused. A number that is not known means `other`. */
const BYE_NUMBERS = {
  other: 0,
  leaving: 1,
  duplicate: 2,
  crowded: 3,
  protocol: 4,
  network: 5,
  key: 6,
  version: 7,
  slow: 8,
  flood: 9,
} as const satisfies Record<ByeCode, number>;
const BYE_CODES = new Map(Object.entries(BYE_NUMBERS).map(([code, number]) => [number as number, code as ByeCode]));

const FORMATS: { readonly [K in Exclude<FrameKind, "entries">]: Format<K> } = {
  hello: {
    number: 1,
    fields: 6,
    write: ({ versions, network, proof, port, clock, instance }) => [versions, network, proof, port, clock, instance],
    read: ([versions, network, proof, port, clock, instance]) => ({
      kind: "hello",
      versions: readVersions(versions),
      network: readText(network, "network", parseNetwork),
      proof: readBytes(proof, "proof", 32),
      port: readUint(port, "port", 0, 65_535),
      clock: readUint(clock, "clock"),
      instance: readBytes(instance, "instance", 8),
    }),
  },
  digests: {
    number: 2,
    fields: 1,
    write: ({ rooms }) => [[...rooms]],
    read: ([rooms]) => ({ kind: "digests", rooms: readDigests(rooms) }),
  },
  frontiers: {
    number: 3,
    fields: 2,
    write: ({ whole, rooms }) => [whole, writeFrontiers(rooms)],
    read: ([whole, rooms]) => ({ kind: "frontiers", whole: readFlag(whole), rooms: readFrontiers(rooms) }),
  },
  want: {
    number: 4,
    fields: 4,
    write: ({ room, author, from, to }) => [room, writePeer(author), from, to],
    read: ([room, author, from, to]) => {
      const first = readUint(from, "from", 1);
      return { kind: "want", room: readRoom(room), author: readPeer(author), from: first, to: readUint(to, "to", first) };
    },
  },
  prune: {
    number: 6,
    fields: 1,
    write: ({ author }) => [writePeer(author)],
    read: ([author]) => ({ kind: "prune", author: readPeer(author) }),
  },
  graft: {
    number: 7,
    fields: 1,
    write: ({ author }) => [writePeer(author)],
    read: ([author]) => ({ kind: "graft", author: readPeer(author) }),
  },
  presence: {
    number: 8,
    fields: 1,
    write: ({ records }) => [records],
    read: ([records]) => ({ kind: "presence", records: listOf(records, "records", MAX_RECORDS, readRecord) }),
  },
  peers: {
    number: 9,
    fields: 1,
    write: ({ peers }) => [writePeers(peers)],
    read: ([peers]) => ({ kind: "peers", peers: readPeers(peers) }),
  },
  typing: {
    number: 10,
    fields: 2,
    write: ({ room, as }) => [room, as],
    read: ([room, as]) => ({ kind: "typing", room: readRoom(room), as: as === null ? null : readText(as, "as", parseGuest) }),
  },
  ping: {
    number: 11,
    fields: 2,
    write: ({ nonce, clock }) => [nonce, clock],
    read: ([nonce, clock]) => ({ kind: "ping", nonce: readUint(nonce, "nonce"), clock: readUint(clock, "clock") }),
  },
  pong: {
    number: 12,
    fields: 2,
    write: ({ nonce, clock }) => [nonce, clock],
    read: ([nonce, clock]) => ({ kind: "pong", nonce: readUint(nonce, "nonce"), clock: readUint(clock, "clock") }),
  },
  bye: {
    number: 13,
    fields: 2,
    write: ({ code, text }) => [BYE_NUMBERS[code], cleanLine(text, MAX_BYE_TEXT)],
    read: ([code, text]) => ({
      kind: "bye",
      code: BYE_CODES.get(readUint(code, "code")) ?? "other",
      text: readText(text, "text", (line) => cleanLine(line, MAX_BYE_TEXT)),
    }),
  },
};

type AnyFormat = Pick<Format<Exclude<FrameKind, "entries">>, "number" | "fields" | "read">;
const BY_NUMBER: ReadonlyMap<number, AnyFormat> = new Map(Object.values(FORMATS).map((format) => [format.number, format]));

/** A frame with its length in front, ready to be written. Throws `too-large` over MAX_FRAME. */
export function encodeFrame(frame: Frame): Uint8Array {
  const bytes = frame.kind === "entries" ? encodeEntries(frame, PREFIX + 1) : encodeFields(frame);
  const length = bytes.length - PREFIX;
  if (length > MAX_FRAME) throw new ChatError("too-large", `a ${frame.kind} frame of ${length} bytes where ${MAX_FRAME} are allowed`);
  new DataView(bytes.buffer).setUint32(0, length);
  bytes[PREFIX] = frame.kind === "entries" ? ENTRIES : FORMATS[frame.kind].number;
  return bytes;
}

/**
 * Reads a frame as `FrameReader` gives it. Null for a kind of a later version, which readers pass over. Throws `bad-input` or
 * `too-large`. Entries are decoded and their hashes checked; they and presence records keep views of `bytes`.
 */
export function decodeFrame(bytes: Uint8Array): Frame | null {
  const number = bytes[0];
  if (number === undefined) throw malformed("frame", "it is empty");
  if (bytes.length > MAX_FRAME) throw new ChatError("too-large", `a frame has at most ${MAX_FRAME} bytes`);
  const content = bytes.subarray(1);
  if (number === ENTRIES) return decodeEntries(content);
  const format = BY_NUMBER.get(number);
  if (!format) return null;
  const values = unpack(content, "frame");
  if (values.length < format.fields) throw malformed("frame", `${format.fields} fields are needed`);
  return format.read(values);
}

/** Leaves room for the length and the number. */
function encodeFields(frame: Exclude<Frame, FrameOf<"entries">>): Uint8Array {
  const format = FORMATS[frame.kind] as Pick<Format<FrameKind>, "write">;
  const content = pack(format.write(frame));
  const bytes = new Uint8Array(PREFIX + 1 + content.length);
  bytes.set(content, PREFIX + 1);
  return bytes;
}

function readFlag(value: unknown): boolean {
  if (typeof value !== "boolean") throw malformed("frame", "a yes or no is needed");
  return value;
}
