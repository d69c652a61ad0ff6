// Commits: what an author says together is chained by hashes and signed once, on the last entry.

import { malformed } from "./cbor.ts";
import { type Entry, type Header, MAX_BODY, MAX_COMMIT, MAX_COMMIT_BYTES, MAX_HEADER } from "./entry.ts";
import { encodeHeader, entryIdBytes, entryIdOf } from "./entry-codec.ts";
import { ChatError } from "./errors.ts";
import { type Identity, sha256, signBytes, verifyBytes } from "./identity.ts";
import type { EntryId, RoomId } from "./ids.ts";

/** What goes before the header bytes when an entry is signed. */
const DOMAIN = new TextEncoder().encode("earshot entry v1\0");

/** What is to be said. `time` is microseconds since 1970, from the author's hybrid clock. */
export type Draft = {
  readonly network: string;
  readonly room: RoomId;
  readonly kind: number;
  readonly time: number;
  readonly as: string | null;
  readonly body: Uint8Array;
};

/** The last entry of a feed; null stands for an empty feed. */
export type FeedHead = { readonly seq: number; readonly id: EntryId };

/** What is wrong with a run, and at which of its entries. */
export type RunFault = { readonly code: RunFaultCode; readonly index: number };
export type RunFaultCode = "gap" | "out-of-chain" | "bad-signature" | "wrong-room" | "bad-input" | "too-large";

/**
 * Makes one commit of the drafts: numbered and chained after `head`, signed on the last. All drafts belong to one room.
 * Throws `bad-input` for none, for several rooms; `too-large` for more than one commit holds (see `splitDrafts`).
 */
export function sealCommit(identity: Identity, head: FeedHead | null, drafts: readonly Draft[]): readonly Entry[] {
  checkDrafts(drafts);
  const entries: Entry[] = [];
  let last = head;
  for (const draft of drafts) {
    const entry = chain(identity, last, draft);
    entries.push(entry);
    last = { seq: entry.header.seq, id: entry.id };
  }
  const closing = entries[entries.length - 1] as Entry;
  entries[entries.length - 1] = { ...closing, signature: signBytes(identity, signedBytes(closing.headerBytes)) };
  return entries;
}

/** Cuts drafts, in their order, into as few pieces as `sealCommit` takes. */
export function splitDrafts(drafts: readonly Draft[]): readonly (readonly Draft[])[] {
  const pieces: Draft[][] = [];
  let piece: Draft[] = [];
  let bytes = 0;
  for (const draft of drafts) {
    const size = draftSize(draft);
    if (piece.length === 0 || piece.length === MAX_COMMIT || bytes + size > MAX_COMMIT_BYTES) {
      piece = [];
      pieces.push(piece);
      bytes = 0;
    }
    piece.push(draft);
    bytes += size;
  }
  return pieces;
}

/**
 * Checks decoded entries of one feed, ascending, that follow `head`: one author and room, numbers without gaps, the chain of
 * hashes, and the signature of the last, which covers all before it. Null when all is well, else the first fault; `gap` when the
 * first entry stands beyond head + 1, `too-large` for a run longer than a commit may be (see `splitRun`): else what is kept could
 * not be passed on in pieces that can be verified. Entries that are held already are the caller's to leave out. Signatures in between are not checked: go on with `verifiedRun(entries)` only.
 */
export function verifyRun(entries: readonly Entry[], head: FeedHead | null): RunFault | null {
  const first = entries[0];
  const last = entries[entries.length - 1];
  if (!first || !last) return { code: "bad-input", index: 0 };
  if (first.header.seq > (head?.seq ?? 0) + 1) return { code: "gap", index: 0 };
  if (entries.length > MAX_COMMIT || runSize(entries) > MAX_COMMIT_BYTES) return { code: "too-large", index: 0 };
  let before = head;
  for (const [index, entry] of entries.entries()) {
    const code = faultOf(entry, before, first);
    if (code) return { code, index };
    before = { seq: entry.header.seq, id: entry.id };
  }
  const { signature, header, headerBytes } = last;
  const isSigned = signature !== null && verifyBytes(header.authorKey, signedBytes(headerBytes), signature);
  return isSigned ? null : { code: "bad-signature", index: entries.length - 1 };
}

/** The entries of a run that `verifyRun` passed, without the signatures that it did not check: nobody passes on what nobody verified. */
export function verifiedRun(entries: readonly Entry[]): readonly Entry[] {
  const last = entries.length - 1;
  return entries.map((entry, index) => (index === last || entry.signature === null ? entry : { ...entry, signature: null }));
}

/**
 * Cuts a run that ends on a signed entry into pieces that `verifyRun` takes, each ending on a signed entry and as long as may be.
 * Entries after the last signed one are left out: nobody could verify them.
 */
export function splitRun(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const pieces: (readonly Entry[])[] = [];
  let start = 0;
  let end = 0;
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    bytes += entrySize(entry);
    if (end > start && (index - start >= MAX_COMMIT || bytes > MAX_COMMIT_BYTES)) {
      pieces.push(entries.slice(start, end));
      start = end;
      bytes = runSize(entries.slice(start, index + 1));
    }
    if (entry.signature) end = index + 1;
  }
  if (end > start) pieces.push(entries.slice(start, end));
  return pieces;
}

function checkDrafts(drafts: readonly Draft[]): void {
  const first = drafts[0];
  if (!first) throw malformed("commit", "there is nothing to sign");
  if (drafts.length > MAX_COMMIT) throw new ChatError("too-large", `a commit has at most ${MAX_COMMIT} entries`);
  let bytes = 0;
  for (const draft of drafts) {
    if (draft.room !== first.room || draft.network !== first.network) throw malformed("commit", "its entries belong to several rooms");
    if (draft.body.length > MAX_BODY) throw new ChatError("too-large", `a body has at most ${MAX_BODY} bytes`);
    bytes += draftSize(draft);
  }
  if (bytes > MAX_COMMIT_BYTES) throw new ChatError("too-large", `a commit has at most ${MAX_COMMIT_BYTES} bytes`);
}

/** Bytes of a header beside its texts, at most. */
const HEADER_FIXED = 160;

/** Most bytes of a draft as an entry; a character has at most three in UTF-8 per code unit. */
const draftSize = ({ network, room, as, body }: Draft): number =>
  HEADER_FIXED + 3 * (network.length + room.length + (as?.length ?? 0)) + body.length;

const entrySize = (entry: Entry): number => entry.headerBytes.length + (entry.body?.length ?? 0);

function runSize(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entrySize(entry);
  return bytes;
}

function chain(identity: Identity, head: FeedHead | null, draft: Draft): Entry {
  const header: Header = {
    version: 1,
    network: draft.network,
    room: draft.room,
    authorKey: identity.publicKey,
    seq: head ? head.seq + 1 : 1,
    previous: head ? entryIdBytes(head.id) : null,
    time: draft.time,
    kind: draft.kind,
    as: draft.as,
    bodyHash: sha256(draft.body),
  };
  const headerBytes = encodeHeader(header);
  if (headerBytes.length > MAX_HEADER) throw new ChatError("too-large", `a header has at most ${MAX_HEADER} bytes`);
  return { id: entryIdOf(headerBytes), author: identity.id, header, headerBytes, body: draft.body, signature: null };
}

function faultOf(entry: Entry, before: FeedHead | null, first: Entry): RunFault["code"] | null {
  const { seq, previous, room } = entry.header;
  if (entry.author !== first.author) return "bad-input";
  if (room !== first.header.room) return "wrong-room";
  if (seq !== (before?.seq ?? 0) + 1) return "out-of-chain";
  return (previous?.toHex() ?? null) === (before?.id ?? null) ? null : "out-of-chain";
}

function signedBytes(headerBytes: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(DOMAIN.length + headerBytes.length);
  bytes.set(DOMAIN);
  bytes.set(headerBytes, DOMAIN.length);
  return bytes;
}
