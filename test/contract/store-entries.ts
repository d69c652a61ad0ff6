// Entries for the store's suites: authors with seeded keys who say things, signed and chained.

import { sealCommit } from "../../src/core/commit.ts";
import { KINDS } from "../../src/core/entry.ts";
import { type Identity, parseIdentity } from "../../src/core/identity.ts";
import type { EntryId, PeerId, RoomId } from "../../src/core/ids.ts";
import type { Incoming, Stored } from "../../src/core/ports/store.ts";

export const TEA = "#tea" as RoomId;

export type Saying = {
  readonly time?: number;
  readonly kind?: number;
  readonly as?: string;
  readonly target?: EntryId;
};

export type Author = {
  readonly id: PeerId;
  /** One commit of these texts; the first is at `time`, by default after all before. */
  says(room: RoomId, texts: readonly string[], saying?: Saying): readonly Incoming[];
  head(room: RoomId): EntryId;
};

/** PKCS #8 of an Ed25519 key (RFC 8410); the 32 bytes of the seed follow. */
const PKCS8 = Uint8Array.fromHex("302e020100300506032b657004220420");
const utf8 = new TextEncoder();

/** The author with this seed: the same key each time, a new feed each time. */
export function authorOf(seed: number): Author {
  const identity = identityOf(seed);
  const heads = new Map<RoomId, { readonly seq: number; readonly id: EntryId }>();
  return {
    id: identity.id,
    says(room, texts, { time, kind = KINDS.message, as, target } = {}) {
      const start = time ?? 1_000_000 + (heads.get(room)?.seq ?? 0);
      const drafts = texts.map((text, index) => ({
        network: "lan",
        room,
        kind,
        time: start + index,
        as: as ?? null,
        body: utf8.encode(`\x01${text}`),
      }));
      const entries = sealCommit(identity, heads.get(room) ?? null, drafts);
      const last = entries[entries.length - 1] as (typeof entries)[0];
      heads.set(room, { seq: last.header.seq, id: last.id });
      return entries.map((entry, index) => ({ entry, target: target ?? null, searchable: texts[index] as string, fork: false }));
    },
    head: (room) => (heads.get(room) as { readonly id: EntryId }).id,
  };
}

/** One message as its author's next commit. */
export const incomingOf = (author: Author, room: RoomId, text: string): readonly Incoming[] => author.says(room, [text]);

export const textsOf = (stored: readonly Stored[]): string[] =>
  stored.map(({ entry }) => new TextDecoder().decode((entry.body as Uint8Array).subarray(1)));

export const seqsOf = (stored: readonly Stored[]): number[] => stored.map(({ entry }) => entry.header.seq);

function identityOf(seed: number): Identity {
  const bytes = new Uint8Array(48);
  bytes.set(PKCS8);
  new DataView(bytes.buffer).setUint32(16, seed);
  return parseIdentity(pemOf(bytes));
}

const pemOf = (der: Uint8Array): string => `-----BEGIN PRIVATE KEY-----\n${der.toBase64()}\n-----END PRIVATE KEY-----\n`;
