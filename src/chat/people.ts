// Everyone this peer knows of: by their presence while they are here, by their profile entries and what was remembered otherwise.

import type { Entry } from "../core/entry.ts";
import { guestOf, type PeerId, type PersonId, peerOf, personOf, tagOf } from "../core/ids.ts";
import { foldName, parseName } from "../core/name.ts";
import type { PersonInfo } from "../core/ports/chat.ts";
import type { GuestPresence, OwnPresence, Person, PresenceRecord, Status, Via } from "../core/presence.ts";
import { isoOf } from "./hybrid-clock.ts";
import { speakerOf } from "./saying.ts";

/** Most people that are kept in mind; further strangers are shown by their tag. */
export const MAX_PEOPLE = 20_000;

/** Guests who left that are listed as offline, at most. */
const MAX_GONE_GUESTS = 1_000;

/** No name is newer than the one that is known for sure. */
const ALWAYS = Number.MAX_SAFE_INTEGER;

/** What is known of a person, as kept; times in microseconds since 1970. */
export type Known = {
  person: Person;
  /** When the name was given: the newer one wins. */
  named: number;
  status: Status;
  text: string;
  via: Via;
  seen: number | null;
  hub: string | null;
  readonly isGuest: boolean;
};

/** What a change of someone's presence means to people here. */
export type Change = { readonly id: PersonId; readonly kind: "came" | "went" | "changed" };

export class People {
  readonly #known = new Map<PersonId, Known>();
  readonly #byName = new Map<string, Set<PersonId>>();
  readonly #guests = new Map<PeerId, ReadonlySet<PersonId>>();
  readonly #gone = new Set<PersonId>();
  #here = 0;
  readonly #now: () => number;
  readonly #stranger: (newcomer: Person, known: Person) => void;

  /** `stranger` is called when a known name appears with someone new. */
  constructor(now: () => number, stranger: (newcomer: Person, known: Person) => void) {
    this.#now = now;
    this.#stranger = stranger;
  }

  /** The person by the current name; one of whom no name is known goes by the tag, but a guest's stands in the id. */
  person(id: PersonId): Person {
    return this.#known.get(id)?.person ?? { id, name: guestOf(id) ?? tagOf(id) };
  }

  knows(id: PersonId): boolean {
    return this.#known.has(id);
  }

  /** How many are here now, the owner included. */
  get here(): number {
    return this.#here;
  }

  isHere(id: PersonId): boolean {
    return (this.#known.get(id)?.status ?? "offline") !== "offline";
  }

  /** The person whom an entry speaks for; a guest's name stands in the entry itself. */
  speaker(entry: Entry): Person {
    const id = speakerOf(entry);
    const known = this.#known.get(id);
    if (known) return known.person;
    return { id, name: entry.header.as ?? tagOf(id) };
  }

  info(id: PersonId): PersonInfo | null {
    const known = this.#known.get(id);
    if (!known) return null;
    const { person, status, text, via, seen, hub, isGuest } = known;
    const host = isGuest ? this.person(personOf(peerOf(id))) : null;
    const last = status === "offline" ? seen : this.#now();
    return { ...person, status, text, via, host, hub, verified: false, seen: last === null ? null : isoOf(last) };
  }

  all(): readonly PersonInfo[] {
    return [...this.#known.keys()].flatMap((id) => this.info(id) ?? []);
  }

  entries(): Iterable<readonly [PersonId, Readonly<Known>]> {
    return this.#known;
  }

  /** Takes in someone who was known before this start: nobody is warned. */
  restore(id: PersonId, name: string, times: { readonly named: number; readonly seen: number | null }): void {
    const before = this.#known.get(id);
    const known = this.#know(id, name, times.named);
    if (!known) return;
    if (times.seen !== null && (known.seen ?? 0) < times.seen) known.seen = times.seen;
    if (before && times.named > before.named) this.#name(known, name, times.named);
  }

  /** How the person here shows; never a newcomer to oneself. */
  own(id: PersonId, now: OwnPresence): void {
    const known = this.#know(id, now.name, this.#now());
    if (!known) return;
    this.#name(known, now.name, ALWAYS);
    this.#stand(known, now.status);
    Object.assign(known, { text: now.text, via: "link", hub: now.hub ?? null });
  }

  /** How a guest of this peer shows. */
  guest(id: PersonId, { name, status, text }: GuestPresence): Change | null {
    return this.#show(id, { name, status, text, counter: this.#now(), via: "guest", hub: null });
  }

  /** A guest of this peer left. */
  guestLeft(id: PersonId): Change | null {
    return this.#hide(id);
  }

  /** A guest goes by another name, and so by another id: it is neither a coming nor a going. Null where there was none here. */
  moved(was: PersonId, id: PersonId): readonly [PersonId, PersonId] | null {
    const before = this.#known.get(was);
    const name = guestOf(id);
    if (!before || name === null || before.status === "offline" || this.isHere(id)) return null;
    const known = this.#meet(id, name, this.#now());
    if (!known) return null;
    const { status, text, via } = before;
    this.#hide(was);
    this.#stand(known, status);
    Object.assign(known, { text, via, seen: this.#now() });
    const guests = this.#guests.get(peerOf(id));
    if (guests) this.#guests.set(peerOf(id), new Set([...guests].filter((guest) => guest !== was).concat(id)));
    return [was, id];
  }

  /** Lists a guest who is gone no more; one who is here stays. */
  forget(id: PersonId): void {
    this.#gone.delete(id);
    if (this.isHere(id)) return;
    const name = this.#known.get(id)?.person.name;
    this.#known.delete(id);
    if (name !== undefined) this.#byName.get(foldName(name))?.delete(id);
  }

  /** A name from a profile entry. It yields to a newer one, and to the presence of a person who is here. */
  profiled(id: PersonId, name: string, time: number): void {
    const known = this.#known.get(id);
    if (!known) this.#meet(id, name, time);
    else if (time > known.named && known.status === "offline") this.#rename(known, name, time);
  }

  /** What the newest record of a peer says of its owner and its guests. */
  present(record: PresenceRecord, via: Exclude<Via, "guest">): readonly Change[] {
    const owner = personOf(record.peer);
    const changes = [this.#show(owner, { ...record, via, hub: record.hub ?? null })];
    const guests = new Set<PersonId>();
    for (const guest of record.guests) {
      const id = personOf(record.peer, guest.name);
      guests.add(id);
      changes.push(this.#show(id, { ...guest, counter: record.counter, via: "guest", hub: null }));
    }
    for (const gone of this.#guests.get(record.peer) ?? []) if (!guests.has(gone)) changes.push(this.#hide(gone));
    this.#guests.set(record.peer, guests);
    return changes.filter((change) => change !== null);
  }

  /** The peer is gone, and with it its guests. */
  absent(peer: PeerId): readonly Change[] {
    const guests = this.#guests.get(peer) ?? [];
    this.#guests.delete(peer);
    return [personOf(peer), ...guests].map((id) => this.#hide(id)).filter((change) => change !== null);
  }

  #show(id: PersonId, now: { name: string; status: Status; text: string; counter: number; via: Via; hub: string | null }): Change | null {
    const name = parseName(now.name) ?? tagOf(id);
    const known = this.#known.get(id) ?? this.#meet(id, name, now.counter);
    if (!known) return null;
    const { status, text, via, hub } = known;
    const wasHere = status !== "offline";
    const isSame = known.person.name === name && status === now.status && text === now.text && via === now.via && hub === now.hub;
    if (known.person.name !== name) this.#rename(known, name, now.counter);
    this.#stand(known, now.status);
    Object.assign(known, {
      named: Math.max(known.named, now.counter),
      text: now.text,
      via: now.via,
      hub: now.hub,
      seen: this.#now(),
    });
    if (!wasHere) return { id, kind: "came" };
    return isSame ? null : { id, kind: "changed" };
  }

  #hide(id: PersonId): Change | null {
    const known = this.#known.get(id);
    if (!known || known.status === "offline") return null;
    this.#stand(known, "offline");
    known.seen = this.#now();
    if (known.isGuest) this.#keepFewGone(id);
    return { id, kind: "went" };
  }

  #stand(known: Known, status: Status): void {
    this.#here += Number(status !== "offline") - Number(known.status !== "offline");
    known.status = status;
  }

  /** Guests come under ever new names: of those who left, the latest are kept in mind. */
  #keepFewGone(id: PersonId): void {
    this.#gone.delete(id);
    this.#gone.add(id);
    const [oldest] = this.#gone;
    if (this.#gone.size <= MAX_GONE_GUESTS || oldest === undefined) return;
    this.forget(oldest);
  }

  /** Someone new: whoever goes by the same name is told apart. */
  #meet(id: PersonId, name: string, time: number): Known | null {
    const known = this.#know(id, name, time);
    if (known) this.#warn(known.person);
    return known;
  }

  #know(id: PersonId, name: string, time: number): Known | null {
    const known = this.#known.get(id);
    if (known) return known;
    if (this.#known.size >= MAX_PEOPLE) return null;
    const isGuest = (id as string).includes("/");
    const made: Known = { person: { id, name }, named: time, status: "offline", text: "", via: "carried", seen: null, hub: null, isGuest };
    this.#known.set(id, made);
    this.#index(made.person);
    return made;
  }

  #rename(known: Known, name: string, time: number): void {
    if (this.#name(known, name, time)) this.#warn(known.person);
  }

  #name(known: Known, name: string, time: number): boolean {
    known.named = time;
    if (known.person.name === name) return false;
    this.#byName.get(foldName(known.person.name))?.delete(known.person.id);
    known.person = { id: known.person.id, name };
    this.#index(known.person);
    return true;
  }

  #index(person: Person): void {
    const folded = foldName(person.name);
    const same = this.#byName.get(folded);
    if (same) same.add(person.id);
    else this.#byName.set(folded, new Set([person.id]));
  }

  #warn(newcomer: Person): void {
    for (const id of this.#byName.get(foldName(newcomer.name)) ?? []) {
      if (id !== newcomer.id) return this.#stranger(newcomer, this.person(id));
    }
  }
}
