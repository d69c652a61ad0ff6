// Somebody who was let in: what is typed is said or done, and what happens is told.

import { ChatError, textForGuests } from "../../core/errors.ts";
import type { PersonId, Conversation as Room } from "../../core/ids.ts";
import { cleanLine, cleanText } from "../../core/name.ts";
import type { Chat, ChatEvent, Message, PersonInfo, WatchEnd } from "../../core/ports/chat.ts";
import { LOBBY } from "../../core/room.ts";
import { Directory } from "../../talk/directory.ts";
import { messageLine, newsLine } from "../../talk/lines.ts";
import type { Names } from "../../talk/names.ts";
import { runSlash } from "../../talk/slash.ts";
import type { Talker } from "../../talk/talker.ts";
import { readTyped } from "../../talk/typed.ts";
import { SECRET } from "../../talk/words.ts";
import type { Piece } from "./batch.ts";
import { Days, dayOfDate } from "./days.ts";
import type { Outlet } from "./outlet.ts";
import { Speech, VOLLEY } from "./speech.ts";
import type { DatedPiece, Teller } from "./teller.ts";

/** Messages that a newcomer is shown. */
const GREETING = 50;
/** Messages of the past that are made into lines at once, and characters of them after which no older ones are asked for. */
const PAGE = 200;
const MOST_PAST = 4_000_000;

export type ConversationParts = {
  readonly chat: Chat;
  readonly outlet: Outlet;
  readonly teller: Teller;
  readonly names: Names;
  /** Called when nothing more can be told. */
  readonly lost: (why: string) => void;
};

export class Conversation implements Talker {
  readonly chat: Chat;
  readonly people: Directory;
  readonly #parts: ConversationParts;
  readonly #speech: Speech;
  #room: Room = LOBBY;
  #early: (readonly ChatEvent[])[] | null = [];
  #cursor: number | undefined;
  #day = dayOfDate(new Date());
  #watch: { stop(): void } | null = null;
  #detach: (() => void) | null = null;
  #isOver = false;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    this.chat = parts.chat;
    this.people = new Directory(parts.chat.self(), [], parts.names);
    this.#speech = new Speech(
      parts.chat,
      (text) => this.tell(text),
      () => this.#isOver,
    );
  }

  get self(): PersonId {
    return this.people.self;
  }

  get room(): Room {
    return this.#room;
  }

  /** Whether nothing that is typed counts any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it is told of what happens; before, it is being greeted. */
  get isLive(): boolean {
    return this.#early === null && !this.#isOver;
  }

  /** Greets with what was said last; from then on all is told that happens, nothing twice and nothing left out. */
  async open(): Promise<void> {
    await this.#listen();
    this.#detach = await this.#parts.teller.attach(this.chat);
    if (this.#isOver) return this.close();
    const [rooms, past] = await Promise.all([this.chat.rooms(), this.chat.history(LOBBY, { limit: GREETING })]);
    const lobby = rooms.find(({ room }) => room === LOBBY);
    const others = Math.max(0, (lobby?.here ?? 1) - 1);
    const here = others === 0 ? "with nobody else yet" : `with ${others} other${others === 1 ? "" : "s"}`;
    this.tell(`you are ${this.people.shown(this.chat.self())}, in ${LOBBY}, ${here}. /help lists what can be typed`);
    if (lobby?.topic) this.tell(`the topic of ${LOBBY}: ${cleanLine(lobby.topic, 1000)}`);
    this.#showMessages(past);
    const early = this.#early ?? [];
    this.#early = null;
    const shown = new Set(past.map(({ id }) => id));
    for (const events of early) this.#tellRest(events, shown);
  }

  /** Takes lines in their order, one at least; answers with how many it took. Never rejects with ChatError. */
  async take(lines: readonly string[]): Promise<number> {
    const typed = lines.slice(0, VOLLEY).map(readTyped);
    const texts: string[] = [];
    for (const each of typed) {
      if (each.kind !== "say") break;
      texts.push(each.text);
    }
    if (texts.length > 0) {
      await this.#speech.say(this.#room, texts);
      return texts.length;
    }
    const [first] = typed;
    if (first?.kind === "exit") this.quit();
    else if (first?.kind === "secret") this.tell(SECRET);
    else if (first?.kind === "command") await this.#run(first.line);
    return 1;
  }

  quit(): void {
    this.#isOver = true;
  }

  close(): void {
    this.#isOver = true;
    this.#watch?.stop();
    this.#watch = null;
    this.#detach?.();
    this.#detach = null;
  }

  async here(): Promise<readonly PersonInfo[]> {
    const people = await this.chat.people();
    return people.filter(({ id, status }) => id !== this.self && status !== "offline");
  }

  async own(): Promise<PersonInfo | undefined> {
    return (await this.chat.people()).find(({ id }) => id === this.self);
  }

  say(text: string, room: Room = this.#room): Promise<void> {
    return this.#speech.say(room, [text]);
  }

  tell(...lines: readonly string[]): void {
    for (const text of lines) this.#parts.outlet.line(newsLine(cleanText(text)).text);
  }

  /** Page by page, each when the one before has been taken in. */
  async showPast(room: Room, limit: number): Promise<void> {
    const pages: (readonly Message[])[] = [];
    let left = limit;
    let chars = 0;
    let before: Message["key"] | undefined;
    while (left > 0 && chars < MOST_PAST) {
      const page = await this.chat.history(room, { limit: Math.min(PAGE, left), before });
      for (const { text } of page) chars += text.length;
      if (page.length > 0) pages.push(page);
      if (page.length < Math.min(PAGE, left)) break;
      before = page[0]?.key;
      left -= page.length;
    }
    if (pages.length === 0) return this.tell("nothing was said here yet");
    for (const page of pages.reverse()) {
      this.#showMessages(page);
      await this.#parts.outlet.drained();
    }
  }

  async enter(room: Room): Promise<void> {
    this.#room = room;
  }

  async lookFor<T>(find: () => T | null): Promise<T | null> {
    const found = find();
    if (found !== null) return found;
    for (const person of await this.chat.people()) this.people.learn(person);
    return find();
  }

  /** What all are told, who look at it from anywhere. */
  told(piece: Piece): void {
    this.#parts.outlet.put(piece);
  }

  async #run(line: string): Promise<void> {
    try {
      await runSlash(this, line);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.tell(textForGuests(error));
    }
  }

  async #listen(): Promise<void> {
    const { teller } = this.#parts;
    const watch = await this.chat.watch(
      {
        event: (event) => this.#happened(teller.listOf(event)),
        events: (events) => this.#happened(events),
        ended: (why) => this.#ended(why),
      },
      this.#cursor,
    );
    this.#watch = watch;
    this.#cursor ??= watch.cursor;
    if (this.#isOver) this.close();
  }

  #happened(events: readonly ChatEvent[]): void {
    if (this.#early) this.#early.push(events);
    else if (!this.#isOver) this.#tellEvents(events);
  }

  #tellEvents(events: readonly ChatEvent[]): void {
    const { teller } = this.#parts;
    this.#cursor = teller.cursor(events) ?? this.#cursor;
    this.#put(teller.piece(events, this));
  }

  /** Messages that were shown as past are not told again. */
  #tellRest(events: readonly ChatEvent[], shown: ReadonlySet<string>): void {
    const isShown = (event: ChatEvent) => event.kind === "message" && shown.has(event.message.id);
    this.#tellEvents(events.some(isShown) ? events.filter((event) => !isShown(event)) : events);
  }

  #put(piece: DatedPiece | null): void {
    if (piece === null) return;
    const isSameDay = piece.firstDay === 0 || piece.firstDay === this.#day;
    if (piece.lastDay !== 0) this.#day = piece.lastDay;
    this.#parts.outlet.put(isSameDay ? piece : piece.withDay());
  }

  #showMessages(messages: readonly Message[]): void {
    const days = new Days();
    for (const message of messages) days.add(messageLine(message, this), new Date(message.at));
    this.#put(days.piece());
  }

  #ended(why: WatchEnd): void {
    this.#watch = null;
    if (this.#isOver) return;
    if (why === "busy") this.#listen().catch(() => this.#parts.lost(CLOSED));
    else this.#parts.lost(CLOSED);
  }
}

const CLOSED = "this hub has stopped";
