// Stored entries as the events that people see. Live talk and a replay pass through here alike, so that both tell the same.

import type { Body } from "../core/body.ts";
import { type Entry, KINDS } from "../core/entry.ts";
import { type Conversation, type EntryId, personOf } from "../core/ids.ts";
import { parseGuest } from "../core/name.ts";
import { keyOf } from "../core/order.ts";
import type { ChatEvent } from "../core/ports/chat.ts";
import type { Store, Stored } from "../core/ports/store.ts";
import type { Person } from "../core/presence.ts";
import { conversationOf, LOBBY } from "../core/room.ts";
import type { History } from "./history.ts";
import { isoOf } from "./hybrid-clock.ts";
import type { Messages } from "./messages.ts";
import type { People } from "./people.ts";
import type { Rooms } from "./rooms.ts";
import { bodyOf, editsOf, isAbout, mayChange, redactionOf, speakerOf } from "./saying.ts";
import type { Viewer } from "./viewer.ts";

type BodyOf<K extends Body["kind"]> = Extract<Body, { readonly kind: K }>;
type Told = ChatEvent | null;

/** An entry that was stored, and what it says. */
export type Item = { readonly arrival: number; readonly entry: Entry; readonly body: Body | null };

/** The same, before the eyes of somebody who may see it. */
type Seen = Item & { readonly viewer: Viewer };

export type TranslatorOptions = {
  readonly store: Store;
  readonly rooms: Rooms;
  readonly people: People;
  readonly messages: Messages;
  readonly history: History;
};

/** How many profile entries are looked through for someone's former name. */
const PROFILES_BACK = 64;
/** Most messages that are remembered to have been reacted to before they came. */
const MAX_EARLY = 10_000;

export class Translator {
  readonly #options: TranslatorOptions;
  /** Messages that others reacted to before they reached us. */
  readonly #early = new Set<EntryId>();

  constructor(options: TranslatorOptions) {
    this.#options = options;
  }

  /** What a person who is told of this entry is told; of an open room all are told the same. Null for nothing. At once where no other
   *  entry needs to be read. Rejects storage. */
  translate(item: Item, viewer: Viewer): Told | Promise<Told> {
    const { entry, body } = item;
    const seen: Seen = { ...item, viewer };
    if (entry.header.kind === KINDS.message) return this.#message(seen);
    switch (body?.kind) {
      case "edit":
        return this.#edited(seen, body);
      case "redact":
        return this.#redacted(seen, body);
      case "react":
        return this.#reacted(seen, body);
      case "profile":
        return entry.header.as === null ? this.#renamed(seen, body) : this.#renamedGuest(seen, body);
      case "topic":
      case "announce":
        return { cursor: item.arrival, kind: body.kind === "topic" ? "topic" : "announced", text: body.text, ...this.#signed(seen) };
      case "join":
      case "leave":
        return this.#moved(seen, body.kind === "join" ? "joined" : "left");
      default:
        return null;
    }
  }

  #message({ arrival, entry, body, viewer }: Seen): Told | Promise<Told> {
    const { messages } = this.#options;
    if (this.#early.delete(entry.id)) return this.#messageAsOf(arrival, entry, viewer);
    return { cursor: arrival, kind: "message", message: messages.said(entry, body, viewer.id) };
  }

  async #messageAsOf(arrival: number, entry: Entry, viewer: Viewer): Promise<Told> {
    const found = await this.#options.history.withRelated(entry.id);
    const related = found?.related.filter((about) => about.arrival < arrival) ?? [];
    return { cursor: arrival, kind: "message", message: this.#options.messages.seen(entry, related, viewer.id) };
  }

  async #edited({ arrival, entry, viewer }: Seen, { target: id }: BodyOf<"edit">): Promise<Told> {
    const found = await this.#options.history.withRelated(id);
    if (!found || !mayChange(found.target.entry, entry) || !this.#maySee(viewer, found.target)) return null;
    const { target, related } = found;
    const before = related.filter((about) => about.arrival < arrival);
    const until = related.filter((about) => about.arrival <= arrival);
    if (redactionOf(target.entry, before) || editsOf(target.entry, until).at(-1)?.entry.id !== entry.id) return null;
    const { messages, people } = this.#options;
    const previous = messages.seen(target.entry, before, viewer.id).text;
    const message = messages.seen(target.entry, until, viewer.id);
    return { cursor: arrival, kind: "edited", message, previous, by: people.speaker(entry) };
  }

  async #redacted(item: Seen, { target: id }: BodyOf<"redact">): Promise<Told> {
    const found = await this.#options.history.withRelated(id);
    if (!found || !mayChange(found.target.entry, item.entry) || !this.#maySee(item.viewer, found.target)) return null;
    if (
      redactionOf(
        found.target.entry,
        found.related.filter((about) => about.arrival < item.arrival),
      )
    )
      return null;
    return { cursor: item.arrival, kind: "redacted", id, ...this.#signed(item) };
  }

  async #reacted(item: Seen, { target: id, emoji, on }: BodyOf<"react">): Promise<Told> {
    const found = await this.#options.history.withRelated(id);
    if (found && !(isAbout(found.target.entry, item.entry) && this.#maySee(item.viewer, found.target))) return null;
    if (!found || found.target.arrival > item.arrival) {
      if (this.#early.size < MAX_EARLY) this.#early.add(id);
      return null;
    }
    return { cursor: item.arrival, kind: "reacted", id, emoji, on, ...this.#signed(item) };
  }

  /** What is done to a message is no business of those who may not see the message: it was said to an earlier guest of the name. */
  #maySee(viewer: Viewer, { entry }: Stored): boolean {
    const room = this.#options.rooms.get(entry.header.room);
    return room !== null && viewer.maySee(room, entry.header.time);
  }

  /** A new name, unless it is the first. Where the one before stands too far back, nobody is told. */
  async #renamed({ arrival, entry }: Seen, { name }: BodyOf<"profile">): Promise<Told> {
    if (entry.header.seq === 1) return null;
    const { store, people } = this.#options;
    const { room } = entry.header;
    const before = await store.read({ kind: "page", room, kinds: [KINDS.profile], before: keyOf(entry), limit: PROFILES_BACK });
    const former = before.findLast((other) => speakerOf(other.entry) === speakerOf(entry));
    const said = former ? bodyOf(former.entry) : null;
    if (said?.kind !== "profile" || said.name === name) return null;
    const person = { id: people.speaker(entry).id, name };
    return { cursor: arrival, kind: "renamed", person, previous: said.name, was: null, at: isoOf(entry.header.time) };
  }

  /** A guest's id goes with the name. */
  #renamedGuest({ arrival, entry }: Seen, { name }: BodyOf<"profile">): Told {
    const { as, time } = entry.header;
    if (as === null || as === name || parseGuest(name) !== name) return null;
    const person = { id: personOf(entry.author, name), name };
    return { cursor: arrival, kind: "renamed", person, previous: as, was: personOf(entry.author, as), at: isoOf(time) };
  }

  /** Who comes to `#lobby` and leaves it is told by presence. */
  #moved({ arrival, entry, viewer }: Seen, kind: "joined" | "left"): Told {
    const room = this.#options.rooms.get(entry.header.room);
    const conversation = room && viewer.conversation(room);
    if (!conversation || room.direct || room.id === LOBBY) return null;
    return { cursor: arrival, kind, room: conversation, person: this.#options.people.speaker(entry), at: isoOf(entry.header.time) };
  }

  /** Where, by whom, when. */
  #signed({ entry, viewer }: Seen): { readonly room: Conversation; readonly by: Person; readonly at: string } {
    const room = conversationOf(entry.header.room, viewer.id);
    return { room, by: this.#options.people.speaker(entry), at: isoOf(entry.header.time) };
  }
}
