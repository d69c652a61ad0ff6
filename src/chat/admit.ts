// The one door for what others give: a range is verified here before anything of it is believed.

import type { Body } from "../core/body.ts";
import { decodeBody } from "../core/body-codec.ts";
import { type FeedHead, verifyRun } from "../core/commit.ts";
import type { Entry } from "../core/entry.ts";
import { entryIdFromBytes } from "../core/entry-codec.ts";
import { type PeerId, peerOf, type RoomId } from "../core/ids.ts";
import type { Ingested } from "../core/ports/log.ts";
import type { Incoming } from "../core/ports/store.ts";
import { directMembers } from "../core/room.ts";
import { speakerOf } from "./saying.ts";

/** An entry that may be appended, and what it says; null where its kind is unknown, its body erased or malformed. */
export type Admitted = { readonly incoming: Incoming; readonly body: Body | null };

/** Where we stand: what a range is measured against. */
export type Here = { readonly network: string; readonly peer: PeerId };

/** What is wrong with a range in itself, whatever is held of its feed; null if nothing. */
export function faultOf(room: RoomId, entries: readonly Entry[], from: PeerId, here: Here): Ingested["refused"] {
  for (const entry of entries) {
    if (entry.header.network !== here.network) return "wrong-network";
    if (entry.header.room !== room) return "wrong-room";
  }
  if (!mayGive(room, entries, from, here.peer)) return "not-allowed";
  return verifyRun(entries, impliedHead(entries))?.code ?? null;
}

/** An entry with what the store needs to know of its body. */
export function admitted(entry: Entry, fork = false): Admitted {
  return admittedWith(entry, entry.body === null ? null : decodeBody(entry.header.kind, entry.body), fork);
}

/** The same for a body that was decoded already. */
export function admittedWith(entry: Entry, body: Body | null, fork = false): Admitted {
  const target = body !== null && "target" in body ? body.target : null;
  const searchable = body?.kind === "message" || body?.kind === "edit" ? body.text : null;
  return { incoming: { entry, target, searchable, fork }, body };
}

/** Direct rooms go only between the peers of their two people, and only these two speak there. */
function mayGive(room: RoomId, entries: readonly Entry[], from: PeerId, self: PeerId): boolean {
  const members = directMembers(room);
  if (!members) return true;
  const [a, b] = members.map(peerOf);
  const isBetweenUs = (a === self && b === from) || (a === from && b === self);
  return isBetweenUs && entries.every((entry) => members.includes(speakerOf(entry)));
}

/** The head that the first entry claims to follow. */
function impliedHead(entries: readonly Entry[]): FeedHead | null {
  const header = entries[0]?.header;
  return header?.previous ? { seq: header.seq - 1, id: entryIdFromBytes(header.previous) } : null;
}
