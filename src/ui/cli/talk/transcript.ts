// What chat shows of what happens: in order, with day lines, and what came late told apart from what is said now.

import type { Conversation, PersonId } from "../../../core/ids.ts";
import { compareKeys } from "../../../core/order.ts";
import type { Chat, ChatEvent, Message, PersonInfo } from "../../../core/ports/chat.ts";
import type { OrderKey } from "../../../core/ports/store.ts";
import type { Person } from "../../../core/presence.ts";
import { Directory } from "../../../talk/directory.ts";
import { dayLine, eventLine, isAlsoPresence, type Line, messageLine, newsLine, presenceLine } from "../../../talk/lines.ts";
import { type Move, withMoves } from "../../../talk/moves.ts";
import { Stream } from "../stream.ts";
import { Latecomers } from "./latecomers.ts";
import type { Screen } from "./screen.ts";

export class Transcript {
  /** The room that needs no mention. */
  room: Conversation;
  readonly people: Directory;
  readonly #chat: Chat;
  readonly #screen: Screen;
  readonly #present: Map<PersonId, PersonInfo>;
  readonly #stream = new Stream((events) => this.#tell(events));
  readonly #late: Latecomers;
  #day = new Date().toDateString();

  constructor(chat: Chat, screen: Screen, present: readonly PersonInfo[], room: Conversation) {
    this.room = room;
    this.people = new Directory(chat.self(), present);
    this.#chat = chat;
    this.#screen = screen;
    this.#present = new Map(present.map((person) => [person.id, person]));
    this.#late = new Latecomers((messages, heading) => this.showMessages(messages, heading));
  }

  /** Takes an event; it is shown in its order, a moment later. */
  event(event: ChatEvent): void {
    if (event.kind === "message" && event.message.from.id !== this.people.self && this.#late.take(event.message)) return;
    if (event.kind === "typing") return;
    if (!this.#isStale(event)) this.#stream.add(event);
    else if (event.kind === "renamed") this.#renamed(event.person, event.was);
  }

  /** Shows everything that is still held. */
  flush(): void {
    this.#late.flush();
    this.#stream.flush();
  }

  news(...texts: readonly string[]): void {
    this.#screen.show(texts.map((text) => newsLine(text)));
  }

  /** Shows messages of the past, after a heading where there is one, and marks them as read. */
  showMessages(messages: readonly Message[], heading: string | null = null): void {
    const head = heading === null ? [] : [newsLine(heading)];
    this.#screen.show([...head, ...messages.flatMap((message) => this.#said(message))]);
    this.#markRead(messages);
  }

  /** Somebody who was never here before missed nothing, but may read what was said. */
  welcome(): void {
    this.#late.isNewcomer = true;
  }

  /** Takes in who is here, told by no event. */
  meet(people: readonly PersonInfo[]): void {
    for (const person of people) {
      this.#present.set(person.id, person);
      this.people.learn(person);
    }
  }

  /** Who is here now, oneself not included. */
  get here(): readonly PersonInfo[] {
    return [...this.#present.values()].filter(({ id, status }) => id !== this.people.self && status !== "offline");
  }

  /** What is known of one's own status. */
  get own(): PersonInfo | undefined {
    return this.#present.get(this.people.self);
  }

  #tell(events: readonly ChatEvent[]): void {
    const told = events.flatMap((event): readonly (Line | Move)[] => {
      if (event.kind === "message") return this.#said(event.message);
      return event.kind === "presence" ? this.#presence(event.person) : this.#happened(event);
    });
    const lines = withMoves(told.filter(isNoRename(events)), this.people);
    if (lines.length > 0) this.#screen.show(lines);
    this.#markRead(events.flatMap((event) => (event.kind === "message" ? [event.message] : [])));
  }

  #said(message: Message): Line[] {
    this.#late.shown(message);
    const at = new Date(message.at);
    const before = this.#day;
    this.#day = at.toDateString();
    const line = messageLine(message, this);
    return before === this.#day ? [line] : [dayLine(at), line];
  }

  #happened(event: Exclude<ChatEvent, { kind: "message" | "presence" }>): Line[] {
    if (event.kind === "joined") this.people.learn(event.person);
    if (event.kind === "renamed") this.#renamed(event.person, event.was);
    if (isAlsoPresence(event) || this.#isOwnMove(event)) return [];
    const line = eventLine(event, this);
    return line ? [line] : [];
  }

  /** A guest who has a new name has a new id, too, and is not here by the old one. */
  #renamed(person: Person, was: PersonId | null): void {
    this.people.renamed(person, was);
    if (was !== null) this.#present.delete(was);
  }

  /** News of somebody's being here: who comes or goes, joins or leaves the room of all. */
  #presence(person: PersonInfo): (Line | Move)[] {
    const before = this.#present.get(person.id);
    this.#present.set(person.id, person);
    this.people.learn(person);
    if (person.id === this.people.self) return [];
    const wasHere = before !== undefined && before.status !== "offline";
    const isHere = person.status !== "offline";
    if (wasHere !== isHere) return [{ kind: isHere ? "joined" : "left", person }];
    const line = presenceLine(before, person, this.people);
    return line ? [line] : [];
  }

  /** What was asked for here is answered here. */
  #isOwnMove(event: ChatEvent): boolean {
    return (event.kind === "joined" || event.kind === "left") && event.person.id === this.people.self;
  }

  /** Old comings, goings, names and reactions say nothing any more; nor, to somebody new, old announcements. */
  #isStale(event: ChatEvent): boolean {
    if (event.cursor === null || !("at" in event)) return false;
    const isPassing = PASSING.has(event.kind) || (event.kind === "announced" && this.#late.isNewcomer);
    return isPassing && this.#late.isPast(Date.parse(event.at) * 1000);
  }

  #markRead(messages: readonly Message[]): void {
    const last = new Map<Conversation, OrderKey>();
    for (const { room, key } of messages) {
      const known = last.get(room);
      if (!known || compareKeys(key, known) > 0) last.set(room, key);
    }
    // what is not marked now will be shown as unread once more: no harm, nothing to tell
    for (const [room, key] of last) this.#chat.markRead(room, key).catch(() => {});
  }
}

const PASSING: ReadonlySet<ChatEvent["kind"]> = new Set(["joined", "left", "renamed", "reacted"]);

/** A guest who takes a new name goes by one id and comes by another: that is told as what it is. */
function isNoRename(events: readonly ChatEvent[]): (told: Line | Move) => boolean {
  const renamed = new Set(events.flatMap((event) => (event.kind === "renamed" ? [event.was, event.person.id] : [])));
  return (told) => "text" in told || !renamed.has(told.person.id);
}
