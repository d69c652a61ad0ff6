// Carries out what the replica decides: frames to links, ranges from the log, entries into it.

import { splitRun } from "../core/commit.ts";
import { type Entry, MAX_COMMIT_BYTES } from "../core/entry.ts";
import type { PeerId } from "../core/ids.ts";
import type { Random } from "../core/ports/clock.ts";
import type { Appended, Ingested, Log } from "../core/ports/log.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { ByeCode } from "../wire/frame.ts";
import { encodeFrame } from "../wire/link.ts";
import { Inbox } from "./inbox.ts";
import type { Link } from "./link/link.ts";
import type { ReplicaEffect, ReplicaEvent } from "./replica/events.ts";
import type { Replica } from "./replica/replica.ts";

/** Entries of one link that may wait to be stored. */
const MOST_OWED = 8_192;

export type ReplicaParts = {
  readonly replica: Replica;
  readonly log: Log;
  readonly links: ReadonlyMap<PeerId, Link>;
  readonly close: (peer: PeerId, code: ByeCode, text: string) => void;
  readonly now: () => number;
  readonly random: Random;
  readonly logger: Logger;
};

/** An event, and the entries it tells of, if it tells of entries. */
type Told = { readonly event: ReplicaEvent; readonly entries: readonly Entry[] };

type Serve = Extract<ReplicaEffect, { kind: "serve" }>;
type Push = Extract<ReplicaEffect, { kind: "push" }>;
type Ingest = Extract<ReplicaEffect, { kind: "ingest" }>;

export class ReplicaDriver {
  readonly #parts: ReplicaParts;
  readonly #inbox = new Inbox<Told>((told) => this.#work(told));
  readonly #stopListening: () => void;
  /** Served links whose queue is full, and what goes on when it is not. */
  readonly #waiting = new Map<PeerId, () => void>();
  /** Entries of each link that the store has not taken yet. */
  readonly #owed = new WeakMap<Link, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    this.#stopListening = parts.log.subscribe((appended) => this.#tellAppended(appended));
  }

  /** Tells the replica and does what it asks for. Events that arise meanwhile wait their turn. */
  handle(event: ReplicaEvent, entries: readonly Entry[] = []): void {
    this.#inbox.put({ event, entries });
  }

  /** The link's queue has room again, or the link is gone. */
  released(peer: PeerId): void {
    this.#waiting.get(peer)?.();
    this.#waiting.delete(peer);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopListening();
    for (const peer of [...this.#waiting.keys()]) this.released(peer);
  }

  #work({ event, entries }: Told): void {
    const { replica, now, random } = this.#parts;
    for (const effect of replica.handle(event, now(), random)) this.#carryOut(effect, entries);
  }

  #tellAppended(appended: Appended): void {
    const { room, author, entries, from: origin } = appended;
    const [first, last] = [entries[0], entries.at(-1)];
    if (!first || !last) return;
    this.handle({ kind: "appended", room, author, from: first.header.seq, to: last.header.seq, origin }, entries);
  }

  #carryOut(effect: ReplicaEffect, appended: readonly Entry[]): void {
    switch (effect.kind) {
      case "send":
        return this.#write(effect.peer, encodeFrame(effect.frame));
      case "push":
        return this.#push(effect, appended);
      case "serve":
        return void this.#serve(effect);
      case "ingest":
        return void this.#ingest(effect);
      case "acknowledged":
        return this.#parts.log.acknowledged(effect.peer, effect.room, effect.frontier);
      case "close":
        return this.#parts.close(effect.peer, effect.code, effect.text);
      case "wake":
        return this.#wakeAt(effect.at);
    }
  }

  #write(peer: PeerId, bytes: Uint8Array): void {
    if (this.#parts.links.get(peer)?.sendEncoded(bytes) === false) this.handle({ kind: "blocked", peer });
  }

  /** One encoding serves all links. */
  #push(push: Push, appended: readonly Entry[]): void {
    const entries = appended.filter(({ header }) => header.seq >= push.from && header.seq <= push.to);
    for (const piece of splitRun(entries)) {
      const bytes = encodeFrame({ kind: "entries", room: push.room, entries: piece });
      for (const peer of push.peers) this.#write(peer, bytes);
    }
  }

  /** Ends with the link: one that is made anew begins afresh. */
  async #serve({ peer, room, author, from, to }: Serve): Promise<void> {
    const link = this.#parts.links.get(peer);
    let next = from;
    try {
      while (next <= to) {
        const entries = await this.#parts.log.range(room, author, next, to, MAX_COMMIT_BYTES);
        const last = entries.at(-1);
        if (!last || !link || this.#parts.links.get(peer) !== link) break;
        next = last.header.seq + 1;
        const ready = splitRun(entries).map((piece) => link.send({ kind: "entries", room, entries: piece }));
        if (ready.includes(false)) await this.#released(peer, link);
      }
    } catch (error) {
      this.#parts.logger.warn(`cannot read ${room} for ${peer}: ${String(error)}`);
    }
    if (this.#parts.links.get(peer) === link) this.handle({ kind: "served", peer, room, author, to: next - 1 });
  }

  async #released(peer: PeerId, link: Link): Promise<void> {
    if (this.#parts.links.get(peer) !== link) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(peer, resolve);
    await promise;
  }

  /** A link that gives faster than the store takes is not read meanwhile. */
  async #ingest({ peer, room, author, entries }: Ingest): Promise<void> {
    const link = this.#parts.links.get(peer);
    let result: Ingested | null = null;
    if (link) this.#owe(link, entries.length);
    try {
      result = await this.#parts.log.ingest(room, entries, peer);
    } catch (error) {
      this.#parts.logger.error(`cannot store ${room} from ${peer}: ${String(error)}`);
    }
    if (link) this.#owe(link, -entries.length);
    this.handle({ kind: "ingested", peer, room, author, result });
  }

  #owe(link: Link, change: number): void {
    const before = this.#owed.get(link) ?? 0;
    const after = before + change;
    this.#owed.set(link, after);
    if (before <= MOST_OWED && after > MOST_OWED) link.pause();
    else if (before > MOST_OWED && after <= MOST_OWED) link.resume();
  }

  #wakeAt(at: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.handle({ kind: "tick" }), Math.max(0, at - this.#parts.now()));
    this.#timer.unref();
  }
}
