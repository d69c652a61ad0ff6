// Roster: who is here, as mesh learns it, turned into what people are told.

import { type PeerId, type PersonId, peerOf, personOf, type RoomId, tagOf } from "../core/ids.ts";
import { parseGuest } from "../core/name.ts";
import type { NoticeCode, Roster } from "../core/ports/log.ts";
import type { GuestPresence, OwnPresence, Person, PresenceRecord, Via } from "../core/presence.ts";
import { conversationOf, LOBBY } from "../core/room.ts";
import type { Acquaintance } from "./acquaintance.ts";
import type { Events } from "./events.ts";
import type { Guests } from "./guests.ts";
import { isoOf } from "./hybrid-clock.ts";
import { type Change, MAX_PEOPLE, type People } from "./people.ts";
import { RoomState } from "./room-state.ts";
import type { Rooms } from "./rooms.ts";
import type { Self } from "./self.ts";
import type { Viewer } from "./viewer.ts";

export type RosterOptions = {
  readonly peer: PeerId;
  readonly self: Self;
  readonly guests: Guests;
  readonly people: People;
  readonly acquaintance: Acquaintance;
  readonly rooms: Rooms;
  readonly events: Events;
  readonly now: () => number;
};

/** Different notices that are told in one run of the program, at most. */
const MAX_NOTICES = 1_000;

/** A guest's renaming reaches other peers as an entry; presence follows so much later, milliseconds, lest it look like a coming and a going. */
const ENTRY_AHEAD = 500;

export class PresenceBook implements Roster {
  readonly #options: RosterOptions;
  /** The newest counter of each peer's records. */
  readonly #counters = new Map<PeerId, number>();
  readonly #listeners = new Set<() => void>();
  readonly #typists = new Set<(room: RoomId, as: string | null) => void>();
  readonly #noticed = new Set<string>();

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#showSelf();
    options.self.changed(() => this.#showSelf());
    options.guests.changed((name, now) => this.#showGuest(name, now));
  }

  own(): OwnPresence {
    const { self, guests } = this.#options;
    return { ...self.own, guests: guests.presences() };
  }

  changed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  present(record: PresenceRecord, via: Exclude<Via, "guest">): void {
    const newest = this.#counters.get(record.peer) ?? 0;
    if (record.peer === this.#options.peer || record.counter < newest) return;
    if (newest === 0 && this.#counters.size >= MAX_PEOPLE) return;
    this.#counters.set(record.peer, record.counter);
    const { people } = this.#options;
    this.#tell(record.status !== "offline" ? people.present(record, via) : people.absent(record.peer));
  }

  absent(peer: PeerId): void {
    if (peer !== this.#options.peer) this.#tell(this.#options.people.absent(peer));
  }

  typed(listener: (room: RoomId, as: string | null) => void): () => void {
    this.#typists.add(listener);
    return () => void this.#typists.delete(listener);
  }

  /** Somebody here types. */
  type(room: RoomState, viewer: Viewer): void {
    for (const listener of this.#typists) listener(room.id, viewer.as);
    this.#tellTyping(room, viewer.id, viewer);
  }

  typing(peer: PeerId, id: RoomId, as: string | null): void {
    const room = this.#options.rooms.get(id) ?? new RoomState(id);
    if (as !== null && parseGuest(as) !== as) return;
    const person = personOf(peer, as);
    if (!room.direct || room.direct.includes(person)) this.#tellTyping(room, person, null);
  }

  #tellTyping(room: RoomState, id: PersonId, typist: Viewer | null): void {
    const { people, events } = this.#options;
    const person = people.person(id);
    events.emitIn(room, typist, (viewer) => ({ cursor: null, kind: "typing", room: conversationOf(room.id, viewer.id), person }));
  }

  /** A guest goes by another name: the entry that says so is told as a renaming, and nobody came or went. */
  moved(was: PersonId, id: PersonId): void {
    const { people, events } = this.#options;
    const moved = people.moved(was, id)?.flatMap((person) => people.info(person) ?? []) ?? [];
    if (moved.length > 0) {
      events.emit(...moved.map((person) => ({ cursor: null, kind: "presence", person }) as const));
      if (!this.#hasDirectTalk(was)) people.forget(was);
    }
    if (peerOf(id) === this.#options.peer) setTimeout(() => this.#tellPeers(), ENTRY_AHEAD).unref();
  }

  /** What was said to somebody alone stays with the name it was said to. */
  #hasDirectTalk(id: PersonId): boolean {
    for (const room of this.#options.rooms.all()) if (room.direct?.includes(id)) return true;
    return false;
  }

  notice(code: NoticeCode, text: string): void {
    const key = `${code} ${text}`;
    if (this.#noticed.has(key) || this.#noticed.size >= MAX_NOTICES) return;
    this.#noticed.add(key);
    this.#options.events.notice(code, text);
  }

  /** Someone new goes by a name that another has. */
  stranger(newcomer: Person, known: Person): void {
    const [now, before] = [`${newcomer.name}·${tagOf(newcomer.id)}`, `${known.name}·${tagOf(known.id)}`];
    const isMine = peerOf(known.id) === this.#options.peer;
    const rest = isMine ? `you are ${before}` : `the ${known.name} you know is ${before}`;
    this.notice("key", `another ${newcomer.name} is here, with another key: ${now}; ${rest}`);
  }

  /** Someone signs in two places with one key. */
  forked(author: PeerId): void {
    const person = this.#options.people.person(personOf(author));
    const whose = author === this.#options.peer ? "your key is" : `the key of ${person.name} (${tagOf(person.id)}) is`;
    this.notice("fork", `${whose} used in two places: two different entries stand at one place of its feed; both are kept`);
  }

  crowded(): void {
    this.notice("network", "too many rooms or people by strangers: further ones are not taken in");
  }

  #showSelf(): void {
    const { peer, people, self, events } = this.#options;
    const id = personOf(peer);
    people.own(id, self.own);
    const person = people.info(id);
    if (person) events.emit({ cursor: null, kind: "presence", person });
    this.#tellPeers();
  }

  #showGuest(name: string, now: GuestPresence | null): void {
    const { peer, people } = this.#options;
    const id = personOf(peer, name);
    const change = now ? people.guest(id, now) : people.guestLeft(id);
    if (change) this.#tell([change]);
    this.#tellPeers();
  }

  #tellPeers(): void {
    for (const listener of this.#listeners) listener();
  }

  #tell(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    for (const change of changes) this.#tellOne(change);
    this.#options.acquaintance.changed();
  }

  #tellOne({ id, kind }: Change): void {
    const { people, events, now } = this.#options;
    const person = people.info(id);
    if (!person) return;
    const presence = { cursor: null, kind: "presence", person } as const;
    const moved = { cursor: null, person: people.person(id), room: LOBBY, at: isoOf(now()) };
    if (kind === "changed") events.emit(presence);
    else events.emit(presence, { ...moved, kind: kind === "came" ? "joined" : "left" });
  }
}
