// What a hostile peer has to give: entries and presence that are signed, and say what it likes.

import { encodeBody } from "../../src/core/body-codec.ts";
import { type Draft, type FeedHead, sealCommit } from "../../src/core/commit.ts";
import { type Entry, KINDS } from "../../src/core/entry.ts";
import type { Identity } from "../../src/core/identity.ts";
import type { RoomId } from "../../src/core/ids.ts";
import { LOBBY } from "../../src/core/room.ts";
import type { Frame } from "../../src/wire/frame.ts";
import type { Siege } from "./siege.ts";

/** This computer's clock, microseconds. */
export const now = (): number => Date.now() * 1000;

/** A commit of these texts. */
export function says(
  siege: Siege,
  identity: Identity,
  texts: readonly string[],
  more: Partial<Draft> & { head?: FeedHead } = {},
): readonly Entry[] {
  const { head = null, ...rest } = more;
  const draft = { network: siege.homes.network, room: LOBBY, kind: KINDS.message, time: now(), as: null, ...rest };
  const bodies = texts.map((text) => more.body ?? encodeBody({ kind: "message", text, replyTo: null }).bytes);
  return sealCommit(
    identity,
    head,
    bodies.map((body) => ({ ...draft, body })),
  );
}

export const frameOf = (entries: readonly Entry[], room: RoomId = LOBBY): Frame => ({ kind: "entries", room, entries });

/** What a presence record is stamped with. */
export const stamp = () => ({ counter: now(), lifetime: 60, addresses: [] as readonly string[] });
