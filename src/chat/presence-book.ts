// Roster: who is here, as mesh learns it, turned into what people are told.

import { type PeerId, peerOf, personOf, type RoomId, tagOf } from "../core/ids.ts";
import { parseGuest } from "../core/name.ts";
import type { NoticeCode, Roster } from "../core/ports/log.ts";
import type { OwnPresence, Person, PresenceRecord, Via } from "../core/presence.ts";
import { conversationOf, directMembers, LOBBY } from "../core/room.ts";
import type { Acquaintance } from "./acquaintance.ts";
import type { Events } from "./events.ts";
import { isoOf } from "./hybrid-clock.ts";
import { type Change, MAX_PEOPLE, type People } from "./people.ts";
import type { Rooms } from "./rooms.ts";
import type { Self } from "./self.ts";

export type RosterOptions = {
  readonly peer: PeerId;
  readonly self: Self;
  readonly people: People;
  readonly acquaintance: Acquaintance;
  readonly rooms: Rooms;
  readonly events: Events;
  readonly now: () => number;
};

/** Different notices that are told in one run of the program, at most. */
const MAX_NOTICES = 1_000;

export class PresenceBook implements Roster {
  readonly #options: RosterOptions;
  /** The newest counter of each peer's records. */
  readonly #counters = new Map<PeerId, number>();
  readonly #typists = new Set<(room: RoomId, as: string | null) => void>();
  readonly #noticed = new Set<string>();

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#showSelf();
    options.self.changed(() => this.#showSelf());
  }

  own(): OwnPresence {
    return this.#options.self.own;
  }

  changed(listener: () => void): () => void {
    return this.#options.self.changed(listener);
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

  /** The person here types. */
  type(room: RoomId): void {
    for (const listener of this.#typists) listener(room, null);
  }

  typing(peer: PeerId, room: RoomId, as: string | null): void {
    if (as !== null && parseGuest(as) !== as) return;
    const { peer: self, people, events } = this.#options;
    const person = people.person(personOf(peer, as));
    const members = directMembers(room);
    const isHeard = members ? [personOf(self), person.id].every((id) => members.includes(id)) : this.#options.rooms.get(room)?.isJoined;
    if (isHeard) events.emit({ cursor: null, kind: "typing", room: conversationOf(room, personOf(self)), person });
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
    events.emit({ cursor: null, kind: "presence", person });
    if (kind === "changed") return;
    const moved = { person: people.person(id), room: LOBBY, at: isoOf(now()) };
    events.emit({ cursor: null, kind: kind === "came" ? "joined" : "left", ...moved });
  }
}
