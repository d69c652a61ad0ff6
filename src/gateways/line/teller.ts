// Makes lines of what happens, once for all who look from the same room.

import { type Conversation, type PersonId, peerOf, personOf } from "../../core/ids.ts";
import type { Chat, ChatEvent, PersonInfo } from "../../core/ports/chat.ts";
import type { Directory } from "../../talk/directory.ts";
import { eventLine, isAlsoPresence, type Line, messageLine, presenceLine, type View } from "../../talk/lines.ts";
import type { Names } from "../../talk/names.ts";
import type { Piece } from "./batch.ts";
import type { Comings } from "./comings.ts";
import { Days } from "./days.ts";

/** Lines that belong to a day: whoever was last told of another is told of the day first. Days are 0 where no line has one. */
export type DatedPiece = Piece & { readonly firstDay: number; readonly lastDay: number; readonly withDay: () => Piece };

/** `mover`: who does it, where that one is not to be told. */
type Item = { readonly what: ChatEvent | Line; readonly mover: PersonId | null };

/** What became of a list of events. */
type Told = {
  readonly items: readonly Item[];
  /** Of the last event that has one. */
  readonly cursor: number | null;
  /** Somebody's direct talk: told by the other's name, to one person only. */
  readonly isPersonal: boolean;
  /** Those whose coming, going or status it is: they know of it. */
  readonly movers: ReadonlySet<PersonId>;
  readonly pieces: Map<Conversation, DatedPiece | null>;
};

export class Teller {
  readonly #names: Names;
  readonly #people: Directory;
  readonly #comings: Comings;
  readonly #told = new WeakMap<readonly ChatEvent[], Told>();
  readonly #lists = new WeakMap<ChatEvent, readonly ChatEvent[]>();
  readonly #moves = new WeakSet<ChatEvent>();
  readonly #presence = new WeakMap<ChatEvent, Line | null>();
  #standing = new Map<PersonId, PersonInfo>();
  #attached = 0;
  #meeting: Promise<void> = Promise.resolve();

  /** `people`: the names as they are read by nobody in particular. */
  constructor(names: Names, people: Directory, comings: Comings) {
    this.#names = names;
    this.#people = people;
    this.#comings = comings;
  }

  /** Somebody watches from now on: while anybody does, it is known who is here. Resolves once it is. Call the result when the watch ends. */
  async attach(chat: Pick<Chat, "people" | "self">): Promise<() => void> {
    if (this.#attached++ === 0) this.#meeting = this.#meet(chat);
    try {
      await this.#meeting;
    } catch (error) {
      this.#attached--;
      throw error;
    }
    return () => void this.#attached--;
  }

  /** One event as a list, always the same for the same event. */
  listOf(event: ChatEvent): readonly ChatEvent[] {
    const known = this.#lists.get(event);
    if (known) return known;
    const list = [event];
    this.#lists.set(event, list);
    return list;
  }

  /** What there is to tell of these events to one who looks so; null for nothing. */
  piece(events: readonly ChatEvent[], view: View): DatedPiece | null {
    const told = this.#tell(events);
    if (told.isPersonal || told.movers.has(view.people.self)) {
      return rendered(
        told.items.filter(({ mover }) => mover !== view.people.self),
        view,
      );
    }
    const known = told.pieces.get(view.room);
    if (known !== undefined) return known;
    const piece = rendered(told.items, { people: this.#people, room: view.room });
    told.pieces.set(view.room, piece);
    return piece;
  }

  /** The cursor after these events, or null where none has one. */
  cursor(events: readonly ChatEvent[]): number | null {
    return this.#tell(events).cursor;
  }

  #tell(events: readonly ChatEvent[]): Told {
    const known = this.#told.get(events);
    if (known) return known;
    const items = events.flatMap((event) => this.#item(event) ?? []);
    const cursor = events.findLast((event) => event.cursor !== null)?.cursor ?? null;
    const movers = new Set(items.flatMap(({ mover }) => mover ?? []));
    const told = { items, cursor, isPersonal: events.some(isDirect), movers, pieces: new Map() };
    this.#told.set(events, told);
    if (items.length > 0) this.#comings.flush();
    return told;
  }

  #item(event: ChatEvent): Item | null {
    if (event.kind === "typing") return null;
    if ((event.kind === "joined" || event.kind === "left") && isAlsoPresence(event)) return this.#moved(event);
    if (event.kind === "presence") {
      const what = this.#presenceOnce(event);
      return what && { what, mover: event.person.id };
    }
    if (event.kind === "renamed") this.#names.renamed(event.person, event.was);
    return { what: event, mover: event.kind === "joined" || event.kind === "left" ? event.person.id : null };
  }

  #moved(event: MoveEvent): null {
    if (!this.#moves.has(event)) this.#comings.add(event);
    this.#moves.add(event);
    return null;
  }

  /** An event may come in several lists, and changes what is known once. */
  #presenceOnce(event: Extract<ChatEvent, { kind: "presence" }>): Line | null {
    const known = this.#presence.get(event);
    if (known !== undefined) return known;
    const line = this.#present(event.person);
    this.#presence.set(event, line);
    return line;
  }

  #present(person: PersonInfo): Line | null {
    const before = this.#standing.get(person.id);
    this.#names.learn(person);
    if (person.status === "offline") this.#standing.delete(person.id);
    else this.#standing.set(person.id, person);
    return before && person.status !== "offline" ? presenceLine(before, person, this.#people) : null;
  }

  async #meet(chat: Pick<Chat, "people" | "self">): Promise<void> {
    const everyone = await chat.people();
    for (const person of everyone) this.#names.learn(person);
    // what all are told is told as the one who hosts them reads it
    const host = everyone.find(({ id }) => id === personOf(peerOf(chat.self().id)));
    if (host) this.#people.become(host);
    this.#standing = new Map(everyone.filter(({ status }) => status !== "offline").map((person) => [person.id, person]));
  }
}

/** Somebody comes to the hub or its network, or goes. */
type MoveEvent = Extract<ChatEvent, { kind: "joined" | "left" }>;

const isDirect = (event: ChatEvent): boolean => {
  if (event.kind === "message" || event.kind === "edited") return event.message.room.startsWith("@");
  return "room" in event && event.room.startsWith("@");
};

function rendered(items: readonly Item[], view: View): DatedPiece | null {
  const days = new Days();
  for (const { what } of items) {
    if ("tone" in what) days.add(what);
    else if (what.kind === "message") days.add(messageLine(what.message, view), new Date(what.message.at));
    else if (what.kind !== "presence") days.add(eventLine(what, view));
  }
  return days.piece();
}
