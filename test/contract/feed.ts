// Makes feeds as other peers would: sealed by their own key, whatever they say.

import { encodeBody } from "../../src/core/body-codec.ts";
import { type Draft, type FeedHead, sealCommit } from "../../src/core/commit.ts";
import type { Entry } from "../../src/core/entry.ts";
import { createIdentity, type Identity } from "../../src/core/identity.ts";
import type { RoomId } from "../../src/core/ids.ts";
import { LOBBY } from "../../src/core/room.ts";
import { NETWORK, START } from "./pair.ts";

/** Someone's feed in one room. */
export class Feed {
  readonly identity: Identity;
  readonly room: RoomId;
  readonly entries: Entry[] = [];

  constructor(room: RoomId = LOBBY, identity: Identity = createIdentity()) {
    this.room = room;
    this.identity = identity;
  }

  get head(): FeedHead | null {
    const last = this.entries.at(-1);
    return last ? { seq: last.header.seq, id: last.id } : null;
  }

  /** One commit of messages. */
  say(...texts: readonly string[]): readonly Entry[] {
    return this.seal(texts.map((text) => ({ ...encodeBody({ kind: "message", text, replyTo: null }) })));
  }

  /** One commit of whatever bytes. */
  seal(bodies: readonly { readonly kind: number; readonly bytes: Uint8Array }[], change: Partial<Draft> = {}): readonly Entry[] {
    const time = START + 1_000 * (this.head?.seq ?? 0);
    const drafts = bodies.map(({ kind, bytes }) => ({ network: NETWORK, room: this.room, kind, time, as: null, body: bytes, ...change }));
    const sealed = sealCommit(this.identity, this.head, drafts);
    this.entries.push(...sealed);
    return sealed;
  }

  /** The same feed up to a number, from where it may go another way. */
  fork(seq: number): Feed {
    const other = new Feed(this.room, this.identity);
    other.entries.push(...this.entries.slice(0, seq));
    return other;
  }
}
