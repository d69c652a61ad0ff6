// How presence spreads: a pure machine that keeps the newest signed record of every peer and passes it on.
//
// Invariants after every event:
// 1. Of a peer only the record with the highest counter counts; an older one changes nothing, whoever brings it.
// 2. A linked peer is present while its link stands. One that is not linked is present until its record's lifetime
//    ends, counted from when it came; each peer renews its own in time while somebody knows it without a link.
// 3. A goodbye (status offline) ends presence at once, and stays remembered so that an older record cannot undo it.
// 4. A record goes to a link once at most, and not to the link that brought it.

import type { PeerId } from "../core/ids.ts";
import type { Random } from "../core/ports/clock.ts";
import type { PresenceRecord } from "../core/presence.ts";
import { openPresence, peekPresence, restates } from "../core/presence-record.ts";

/** Seconds that a record is believed without a link. */
export const LIFETIME = 24;
/** With the ways below it leaves a record time for three links, and whoever dies is gone within 30 s. */
const RENEW_EVERY = 12_000;
/** A link that broke without a goodbye: so long its peer has to come back before it is shown as gone. */
const GRACE = 4_000;
const FORWARD_CHANGE = 150;
/** Renewals gather on their way, and go along with whatever goes out: an idle peer is seldom woken. */
const FORWARD_RENEWAL = 2_000;
/** Goodbyes are remembered so long; longer than any record lives. */
const TOMBSTONE = 900_000;
const MAX_KNOWN = 20_000;
const BATCH_BYTES = 200_000;
/** Renewals that came together are verified over so many ticks. */
const SPREAD = 10;

export type PresenceEvent =
  /** Our own record was made anew. */
  | { readonly kind: "own"; readonly record: PresenceRecord }
  | { readonly kind: "linked"; readonly peer: PeerId }
  /** `left`: it said goodbye. `lost`: the link broke. `closed`: one side had links enough; the peer is still here. */
  | { readonly kind: "unlinked"; readonly peer: PeerId; readonly why: "left" | "lost" | "closed" }
  | { readonly kind: "records"; readonly from: PeerId; readonly records: readonly Uint8Array[] }
  | { readonly kind: "tick" };

export type PresenceEffect =
  | { readonly kind: "send"; readonly to: PeerId; readonly records: readonly Uint8Array[] }
  | { readonly kind: "present"; readonly record: PresenceRecord; readonly via: "link" | "carried" }
  | { readonly kind: "absent"; readonly peer: PeerId }
  /** Make our own record anew, with a higher counter than `above`, and hand it in. */
  | { readonly kind: "renew"; readonly above: number }
  /** The giver sent a record that nobody could have made in good faith. */
  | { readonly kind: "fault"; readonly peer: PeerId };

type Known = {
  record: PresenceRecord;
  present: boolean;
  /** When it stops being believed unless linked; after that, when the tombstone goes. */
  until: number;
  /** When it goes out to links that lack it; null when there is nothing to pass on. */
  forwardAt: number | null;
};

type Renewal = { readonly bytes: Uint8Array; readonly counter: number; readonly from: PeerId };

type LinkState = { readonly sent: Map<PeerId, number> };

/** The machine. `now` is in milliseconds of a clock that never goes back. */
export class Presence {
  readonly #self: PeerId;
  readonly #known = new Map<PeerId, Known>();
  readonly #links = new Map<PeerId, LinkState>();
  /** Records that say nothing new but that their peer is still here: they are verified a few at a time. */
  readonly #renewals = new Map<PeerId, Renewal>();
  #own: PresenceRecord | null = null;
  #renewAt = Number.POSITIVE_INFINITY;

  constructor(self: PeerId) {
    this.#self = self;
  }

  handle(event: PresenceEvent, now: number, random: Random): readonly PresenceEffect[] {
    switch (event.kind) {
      case "own":
        return this.#ownChanged(event.record, now);
      case "linked":
        return this.#linked(event.peer);
      case "unlinked":
        return this.#unlinked(event.peer, event.why, now);
      case "records":
        return event.records.flatMap((bytes) => this.#received(bytes, event.from, now, random));
      case "tick":
        return [...this.#believe(now, random), ...this.#expire(now), ...this.#forward(now), ...this.#renew(now)];
    }
  }

  /** The peers that are here now, linked or not. */
  here(): readonly PeerId[] {
    return [...this.#known].filter(([, known]) => known.present).map(([peer]) => peer);
  }

  #ownChanged(record: PresenceRecord, now: number): PresenceEffect[] {
    this.#own = record;
    this.#renewAt = now + RENEW_EVERY;
    return [...this.#links.keys()].map((to) => ({ kind: "send", to, records: [record.bytes] }));
  }

  #linked(peer: PeerId): PresenceEffect[] {
    const link: LinkState = { sent: new Map() };
    this.#links.set(peer, link);
    const effects = this.#sendAll(peer, link);
    const known = this.#known.get(peer);
    if (known && known.record.status !== "offline") effects.push(...this.#show(known));
    return effects;
  }

  /** Everything a new link should know: our own record first, then everyone who is here. */
  #sendAll(to: PeerId, link: LinkState): PresenceEffect[] {
    const records = this.#own ? [this.#own] : [];
    for (const [peer, known] of this.#known) if (known.present && peer !== to) records.push(known.record);
    for (const record of records) link.sent.set(record.peer, record.counter);
    return inBatches(records).map((batch) => ({ kind: "send", to, records: batch }));
  }

  #unlinked(peer: PeerId, why: "left" | "lost" | "closed", now: number): PresenceEffect[] {
    this.#links.delete(peer);
    const known = this.#known.get(peer);
    if (!known?.present) return [];
    if (why === "left") return this.#hide(known, now);
    known.until = now + (why === "lost" ? GRACE : known.record.lifetime * 1000);
    if (why === "closed") return this.#show(known);
    return [];
  }

  #received(bytes: Uint8Array, from: PeerId, now: number, random: Random): PresenceEffect[] {
    const claim = peek(bytes);
    if (!claim) return [{ kind: "fault", peer: from }];
    if (claim.peer === this.#self) return this.#ownSeen(claim.counter);
    const known = this.#known.get(claim.peer);
    if (known && claim.counter <= known.record.counter) {
      this.#noteHeld(from, claim.peer, claim.counter);
      return [];
    }
    if (!known && this.#known.size >= MAX_KNOWN) return [];
    if (known?.present && restates(bytes, known.record)) {
      this.#keep({ bytes, counter: claim.counter, from }, claim.peer);
      return [];
    }
    return this.#take(bytes, from, now, random);
  }

  #keep(renewal: Renewal, peer: PeerId): void {
    this.#noteHeld(renewal.from, peer, renewal.counter);
    if ((this.#renewals.get(peer)?.counter ?? 0) < renewal.counter) this.#renewals.set(peer, renewal);
  }

  /** A tenth of the renewals that wait: signatures cost, and nobody is kept waiting by these. */
  #believe(now: number, random: Random): PresenceEffect[] {
    const due = this.#renewals.entries().take(Math.ceil(this.#renewals.size / SPREAD));
    return [...due].flatMap(([peer, { bytes, from, counter }]) => {
      this.#renewals.delete(peer);
      return counter > (this.#known.get(peer)?.record.counter ?? 0) ? this.#take(bytes, from, now, random) : [];
    });
  }

  #take(bytes: Uint8Array, from: PeerId, now: number, random: Random): PresenceEffect[] {
    const record = open(bytes);
    if (!record) return [{ kind: "fault", peer: from }];
    this.#noteHeld(from, record.peer, record.counter);
    return this.#accept(record, now, random);
  }

  #accept(record: PresenceRecord, now: number, random: Random): PresenceEffect[] {
    const before = this.#known.get(record.peer);
    const changed = !before?.present || saysMore(record, before.record);
    const delay = changed ? FORWARD_CHANGE * (0.5 + random()) : FORWARD_RENEWAL;
    const known: Known = {
      record,
      present: before?.present ?? false,
      until: now + record.lifetime * 1000,
      forwardAt: now + delay,
    };
    this.#known.set(record.peer, known);
    if (record.status === "offline") return known.present ? this.#hide(known, now) : this.#bury(known, now);
    if (!changed) {
      known.present = true;
      return [];
    }
    return this.#show(known);
  }

  /** Our own record came back newer than ours: it is of an earlier run, or of a copy of this machine. */
  #ownSeen(counter: number): PresenceEffect[] {
    return this.#own && counter > this.#own.counter ? [{ kind: "renew", above: counter }] : [];
  }

  #noteHeld(link: PeerId, peer: PeerId, counter: number): void {
    const sent = this.#links.get(link)?.sent;
    if (sent && (sent.get(peer) ?? 0) < counter) sent.set(peer, counter);
  }

  #show(known: Known): PresenceEffect[] {
    known.present = true;
    return [{ kind: "present", record: known.record, via: this.#links.has(known.record.peer) ? "link" : "carried" }];
  }

  #hide(known: Known, now: number): PresenceEffect[] {
    known.present = false;
    return [{ kind: "absent", peer: known.record.peer }, ...this.#bury(known, now)];
  }

  #bury(known: Known, now: number): PresenceEffect[] {
    known.until = now + TOMBSTONE;
    return [];
  }

  #expire(now: number): PresenceEffect[] {
    const effects: PresenceEffect[] = [];
    for (const [peer, known] of this.#known) {
      if (known.until > now || this.#links.has(peer)) continue;
      if (known.present) effects.push(...this.#hide(known, now));
      else {
        this.#known.delete(peer);
        for (const link of this.#links.values()) link.sent.delete(peer);
      }
    }
    return effects;
  }

  #forward(now: number): PresenceEffect[] {
    const waiting = [...this.#known.values()].filter((known) => known.forwardAt !== null);
    const due = waiting.some(({ forwardAt }) => (forwardAt ?? now) <= now) ? waiting : [];
    if (due.length === 0) return [];
    for (const known of due) known.forwardAt = null;
    const effects: PresenceEffect[] = [];
    for (const [to, link] of this.#links) {
      const records = due.map((known) => known.record).filter((record) => this.#lacks(to, link, record));
      for (const record of records) link.sent.set(record.peer, record.counter);
      for (const batch of inBatches(records)) effects.push({ kind: "send", to, records: batch });
    }
    return effects;
  }

  #lacks(to: PeerId, link: LinkState, record: PresenceRecord): boolean {
    return record.peer !== to && (link.sent.get(record.peer) ?? 0) < record.counter;
  }

  #renew(now: number): PresenceEffect[] {
    if (!this.#own || now < this.#renewAt) return [];
    this.#renewAt = now + RENEW_EVERY;
    const carried = this.here().some((peer) => !this.#links.has(peer));
    return carried ? [{ kind: "renew", above: this.#own.counter }] : [];
  }
}

/** Whether people should be told of the newer record, beyond that the peer is still here. */
function saysMore(newer: PresenceRecord, older: PresenceRecord): boolean {
  return (
    newer.name !== older.name ||
    newer.status !== older.status ||
    newer.text !== older.text ||
    JSON.stringify([newer.addresses, newer.guests]) !== JSON.stringify([older.addresses, older.guests])
  );
}

function inBatches(records: readonly PresenceRecord[]): Uint8Array[][] {
  const batches: Uint8Array[][] = [];
  let room = 0;
  for (const { bytes } of records) {
    if (bytes.length > room) {
      batches.push([]);
      room = BATCH_BYTES;
    }
    batches.at(-1)?.push(bytes);
    room -= bytes.length;
  }
  return batches;
}

function peek(bytes: Uint8Array): { readonly peer: PeerId; readonly counter: number } | null {
  try {
    return peekPresence(bytes);
  } catch {
    return null;
  }
}

function open(bytes: Uint8Array): PresenceRecord | null {
  try {
    return openPresence(bytes);
  } catch {
    return null;
  }
}
