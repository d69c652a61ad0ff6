// What others hold and we lack: who is asked for it, how much at once, and what happens when nothing comes.

import type { PeerId, RoomId } from "../../core/ids.ts";
import type { Turn } from "./events.ts";
import { FeedMap } from "./feed-map.ts";
import type { Inbound } from "./inbound.ts";
import { Lender } from "./lender.ts";

/** Entries in one want. Two are kept under way per feed, so that the giver always has the next one. */
export const RANGE = 2048;
/** A want is given up when its giver sends nothing we asked for during this time … milliseconds. */
export const PATIENCE = 5_000;
/** … or nothing of this feed during this. Milliseconds. */
const LAST_PATIENCE = 60_000;
/** A claim that was asked for in vain so often is not believed any more. */
export const MAX_FAILURES = 3;

type Feed = { readonly room: RoomId; readonly author: PeerId };
type Claim = { seq: number; failures: number };
type Fetch = { readonly lender: Lender; asked: number; since: number };
type Missing = {
  readonly room: RoomId;
  readonly author: PeerId;
  readonly claims: Map<PeerId, Claim>;
  dueAt: number;
  graft: boolean;
  fetch: Fetch | null;
};

/**
 * Invariants: a feed is fetched from one link at a time, in order, at most two ranges ahead of what is held; different
 * feeds are spread over the links that claim them, the least busy first; a feed is here only while somebody claims more
 * of it than we hold; claims per link are bounded (lender.ts), and those that are never kept are dropped.
 */
export class Wants {
  readonly #inbound: Inbound;
  readonly #feeds = new FeedMap<Missing>();
  readonly #lenders = new Map<PeerId, Lender>();
  readonly #idle = new Set<Missing>();
  readonly #active = new Set<Missing>();
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(inbound: Inbound) {
    this.#inbound = inbound;
  }

  linked(peer: PeerId): void {
    this.#lenders.set(peer, new Lender(peer));
  }

  unlinked(peer: PeerId, now: number): void {
    if (!this.#lenders.delete(peer)) return;
    for (const feed of [...this.#idle, ...this.#active]) if (feed.claims.has(peer)) this.#drop(feed, peer, now);
  }

  /** When to call `next` again, whatever happens. */
  dueAt(): number {
    return this.#dueAt;
  }

  /** The link says that it holds the feed up to `seq`; ask for it at `at`, unless it has come by then. */
  claimed(peer: PeerId, feed: Feed, seq: number, at: number): void {
    const { room, author } = feed;
    const lender = this.#lenders.get(peer);
    if (!lender || seq <= this.#inbound.held(room, author) || lender.bars(room, author)) return;
    const missing = this.#feeds.get(room, author) ?? this.#lack(room, author, at);
    const claim = missing.claims.get(peer);
    if (claim) claim.seq = Math.max(claim.seq, seq);
    else if (lender.mayClaim()) missing.claims.set(peer, { seq, failures: 0 });
    missing.dueAt = Math.min(missing.dueAt, at);
    this.#dueAt = Math.min(this.#dueAt, missing.fetch ? this.#dueAt : missing.dueAt);
    if (missing.claims.size === 0) this.#forget(missing);
  }

  /** Whether the link is known to hold the feed up to `seq`, which we do not, or did not a moment ago. */
  claims(peer: PeerId, room: RoomId, author: PeerId, seq: number): boolean {
    return (this.#feeds.get(room, author)?.claims.get(peer)?.seq ?? 0) >= seq;
  }

  /** Whether the feed is being fetched from the link. */
  fetching(peer: PeerId, room: RoomId, author: PeerId): boolean {
    return this.#feeds.get(room, author)?.fetch?.lender.peer === peer;
  }

  /** The next want for the feed shall also ask to be pushed it from now on. */
  graft(room: RoomId, author: PeerId): void {
    const missing = this.#feeds.get(room, author);
    if (missing && !missing.fetch) missing.graft = true;
  }

  /** Entries that were asked for came by the link. */
  delivered(peer: PeerId, feed: Feed, now: number): void {
    const fetch = this.#feeds.get(feed.room, feed.author)?.fetch;
    if (!fetch || fetch.lender.peer !== peer) return;
    fetch.since = now;
    fetch.lender.delivered(now);
  }

  /** What the link gave was not fit: it is not asked for this feed again while this link lasts. False if that is so already. */
  bar(peer: PeerId, { room, author }: Feed, now: number): boolean {
    const lender = this.#lenders.get(peer);
    if (!lender || lender.bars(room, author)) return false;
    lender.bar(room, author);
    const missing = this.#feeds.get(room, author);
    if (missing) this.#drop(missing, peer, now);
    return true;
  }

  /** The feed grew, or an answer was stored. */
  advanced(room: RoomId, author: PeerId, turn: Turn): void {
    const missing = this.#feeds.get(room, author);
    if (!missing) return;
    const held = this.#inbound.held(room, author);
    for (const [peer, claim] of missing.claims) {
      if (claim.seq > held) continue;
      missing.claims.delete(peer);
      this.#lenders.get(peer)?.withdrawn();
    }
    const { fetch } = missing;
    if (missing.claims.size === 0) this.#forget(missing);
    else if (fetch && missing.claims.has(fetch.lender.peer)) this.#extend(missing, fetch, turn);
    else if (fetch) this.#release(missing, turn.now);
  }

  /** Gives up on what did not come, and asks for what is due. */
  next(turn: Turn): void {
    if (turn.now < this.#dueAt) return;
    this.#dueAt = Number.POSITIVE_INFINITY;
    for (const missing of this.#active) this.#check(missing, turn);
    let free = 0;
    for (const lender of this.#lenders.values()) free += lender.free(turn.now);
    for (const missing of this.#idle) {
      if (missing.dueAt > turn.now) this.#dueAt = Math.min(this.#dueAt, missing.dueAt);
      else if (free > 0 && this.#start(missing, turn)) free--;
    }
    for (const lender of this.#lenders.values()) if (lender.pausedUntil > turn.now) this.#dueAt = Math.min(this.#dueAt, lender.pausedUntil);
  }

  #check(missing: Missing, turn: Turn): void {
    const { room, author, fetch } = missing;
    if (!fetch) return;
    if (this.#inbound.pending(room, author)) fetch.since = turn.now;
    const until = Math.min(Math.max(fetch.since, fetch.lender.lastDelivery) + PATIENCE, fetch.since + LAST_PATIENCE);
    if (until > turn.now) {
      this.#dueAt = Math.min(this.#dueAt, until);
      return;
    }
    fetch.lender.failed(turn);
    this.#release(missing, turn.now);
    const claim = missing.claims.get(fetch.lender.peer);
    if (claim && ++claim.failures >= MAX_FAILURES) this.#drop(missing, fetch.lender.peer, turn.now);
  }

  /** Asks the least busy of those who claim most reliably. False if none can be asked now. */
  #start(missing: Missing, turn: Turn): boolean {
    let best: Lender | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const [peer, claim] of missing.claims) {
      const lender = this.#lenders.get(peer);
      if (!lender || lender.free(turn.now) === 0) continue;
      const cost = claim.failures * 1000 + lender.busy + turn.random();
      if (cost < least) [best, least] = [lender, cost];
    }
    if (!best) return false;
    const held = this.#inbound.held(missing.room, missing.author);
    missing.fetch = { lender: best, asked: held, since: turn.now };
    best.busy++;
    this.#idle.delete(missing);
    this.#active.add(missing);
    if (missing.graft) turn.effects.push({ kind: "send", peer: best.peer, frame: { kind: "graft", author: missing.author } });
    this.#extend(missing, missing.fetch, turn);
    this.#dueAt = Math.min(this.#dueAt, turn.now + PATIENCE);
    return true;
  }

  #extend(missing: Missing, fetch: Fetch, turn: Turn): void {
    const { room, author } = missing;
    const held = this.#inbound.held(room, author);
    const claimed = missing.claims.get(fetch.lender.peer)?.seq ?? 0;
    fetch.asked = Math.max(fetch.asked, held);
    while (fetch.asked < claimed && fetch.asked - held <= RANGE) {
      const from = fetch.asked + 1;
      fetch.asked = Math.min(claimed, fetch.asked + RANGE);
      turn.effects.push({ kind: "send", peer: fetch.lender.peer, frame: { kind: "want", room, author, from, to: fetch.asked } });
    }
  }

  #lack(room: RoomId, author: PeerId, dueAt: number): Missing {
    const missing: Missing = { room, author, claims: new Map(), dueAt, graft: false, fetch: null };
    this.#feeds.set(room, author, missing);
    this.#idle.add(missing);
    return missing;
  }

  /** The link's claim is void. */
  #drop(missing: Missing, peer: PeerId, now: number): void {
    if (missing.claims.delete(peer)) this.#lenders.get(peer)?.withdrawn();
    if (missing.fetch?.lender.peer === peer) this.#release(missing, now);
    if (missing.claims.size === 0) this.#forget(missing);
  }

  #release(missing: Missing, now: number): void {
    if (missing.fetch) missing.fetch.lender.busy--;
    missing.fetch = null;
    missing.dueAt = now;
    this.#dueAt = Math.min(this.#dueAt, now);
    this.#active.delete(missing);
    this.#idle.add(missing);
  }

  #forget(missing: Missing): void {
    if (missing.fetch) {
      missing.fetch.lender.busy--;
      missing.fetch = null;
      this.#dueAt = 0;
    }
    this.#active.delete(missing);
    this.#idle.delete(missing);
    this.#feeds.delete(missing.room, missing.author);
  }
}
