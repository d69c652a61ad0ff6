// Chat for the person who owns this peer: what is asked is checked here, said by the speaker, and read from history.

import { MAX_EMOJI, MAX_TEXT, MAX_TOPIC } from "../core/body.ts";
import { ChatError } from "../core/errors.ts";
import { type Conversation, type EntryId, type PersonId, peerOf } from "../core/ids.ts";
import { cleanLine, cleanText } from "../core/name.ts";
import type { Chat, HistoryQuery, Message, PersonInfo, RoomInfo, SayOptions, Watcher } from "../core/ports/chat.ts";
import type { OrderKey, Stored } from "../core/ports/store.ts";
import type { Person, Status } from "../core/presence.ts";
import { LOBBY, roomOf } from "../core/room.ts";
import type { Eraser } from "./erase.ts";
import type { Events } from "./events.ts";
import type { History } from "./history.ts";
import type { Messages } from "./messages.ts";
import type { People } from "./people.ts";
import type { PresenceBook } from "./presence-book.ts";
import type { Reading } from "./reading.ts";
import type { Receipts } from "./receipts.ts";
import type { RoomList } from "./room-list.ts";
import type { RoomState } from "./room-state.ts";
import type { Rooms } from "./rooms.ts";
import { redactionOf, speakerOf } from "./saying.ts";
import { nameOf, type Self } from "./self.ts";
import type { Speaker } from "./speaker.ts";

export type PersonChatOptions = {
  readonly id: PersonId;
  readonly self: Self;
  readonly rooms: Rooms;
  readonly roomList: RoomList;
  readonly people: People;
  readonly speaker: Speaker;
  readonly messages: Messages;
  readonly history: History;
  readonly reading: Reading;
  readonly receipts: Receipts;
  readonly events: Events;
  readonly roster: PresenceBook;
  readonly eraser: Eraser;
  /** The error once chat is closed, else null. */
  readonly closed: () => ChatError | null;
  readonly close: () => Promise<void>;
};

export class PersonChat implements Chat {
  readonly #options: PersonChatOptions;

  constructor(options: PersonChatOptions) {
    this.#options = options;
  }

  self(): Person {
    return this.#options.people.person(this.#options.id);
  }

  async say(conversation: Conversation, text: string, options?: SayOptions): Promise<Message> {
    const { speaker, messages } = this.#options;
    const room = this.#roomToSpeakIn(conversation);
    const body = { kind: "message", text: textOf(text), replyTo: options?.replyTo ?? null } as const;
    return speaker.speak(room, body, (entry) => messages.said(entry, body));
  }

  async edit(id: EntryId, text: string): Promise<Message> {
    const clean = textOf(text);
    const { target, related, room } = await this.#mine(id);
    if (redactionOf(target.entry, related)) throw new ChatError("not-allowed", "a redacted message cannot be edited");
    await this.#options.speaker.speak(room, { kind: "edit", target: id, text: clean }, () => null);
    return (await this.#options.history.message(id)) ?? this.#options.messages.seen(target.entry, related);
  }

  async redact(id: EntryId): Promise<void> {
    const { target, related, room } = await this.#mine(id);
    if (redactionOf(target.entry, related)) return;
    await this.#options.speaker.speak(room, { kind: "redact", target: id }, () => null);
    await this.#options.eraser.idle();
  }

  async react(id: EntryId, emoji: string, on = true): Promise<void> {
    const line = cleanLine(emoji);
    if (line === "") throw new ChatError("bad-input", "react with what? Give an emoji");
    checkSize(line, MAX_EMOJI, "a reaction");
    const { room } = await this.#message(id);
    await this.#joinQuietly(room);
    await this.#options.speaker.speak(room, { kind: "react", target: id, emoji: line, on }, () => null);
  }

  async join(conversation: Conversation): Promise<RoomInfo> {
    const room = this.#room(conversation);
    await this.#joinQuietly(room);
    return this.#options.roomList.info(room);
  }

  async leave(conversation: Conversation): Promise<void> {
    const room = this.#room(conversation);
    if (room.direct || room.id === LOBBY) throw new ChatError("not-allowed", `${room.direct ? "direct talk" : LOBBY} cannot be left`);
    if (room.isJoined) await this.#options.speaker.speak(room, { kind: "leave" }, () => null);
  }

  async setTopic(conversation: Conversation, text: string): Promise<void> {
    const room = this.#room(conversation);
    if (room.direct) throw new ChatError("not-allowed", "direct talk has no topic");
    const line = cleanLine(text, MAX_TOPIC);
    checkSize(line, MAX_TOPIC, "a topic");
    await this.#joinQuietly(room);
    await this.#options.speaker.speak(room, { kind: "topic", text: line }, () => null);
  }

  async rename(name: string): Promise<Person> {
    this.#open();
    const { self, rooms, speaker } = this.#options;
    const clean = nameOf(name);
    if (clean === self.own.name) return this.self();
    await speaker.speak(rooms.open(LOBBY), { kind: "profile", name: clean }, () => null);
    await self.rename(clean);
    return this.self();
  }

  async setStatus(status: Exclude<Status, "offline">, text?: string): Promise<void> {
    this.#open();
    await this.#options.self.setStatus(status, text);
  }

  typing(conversation: Conversation): void {
    const { roster, closed } = this.#options;
    if (!closed()) roster.type(this.#room(conversation).id);
  }

  async markRead(conversation: Conversation, upTo: OrderKey): Promise<void> {
    await this.#options.reading.markRead(this.#room(conversation), upTo);
  }

  async people(): Promise<readonly PersonInfo[]> {
    this.#open();
    return this.#options.people.all();
  }

  async rooms(): Promise<readonly RoomInfo[]> {
    this.#open();
    return this.#options.roomList.all();
  }

  async history(conversation: Conversation, query: HistoryQuery): Promise<readonly Message[]> {
    this.#open();
    return this.#options.history.page(roomOf(conversation, this.#options.id), query);
  }

  async search(words: string, query: Parameters<Chat["search"]>[1]): Promise<readonly Message[]> {
    this.#open();
    const { room, limit, before } = query;
    const rooms = room === undefined ? this.#options.roomList.visible() : [roomOf(room, this.#options.id)];
    return this.#options.history.search(words, { rooms, limit, before });
  }

  async delivered(id: EntryId, signal?: AbortSignal): Promise<void> {
    const { target, room } = await this.#message(id);
    const { author, header } = target.entry;
    if (author === peerOf(this.#options.id)) await this.#options.receipts.held(room, header.seq, signal);
  }

  async watch(watcher: Watcher, after?: number): Promise<{ readonly cursor: number; stop(): void }> {
    this.#open();
    return this.#options.events.watch(watcher, after);
  }

  async hub(): Promise<never> {
    throw new ChatError("not-allowed", "this is no hub: `earshot hub` opens one");
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  #open(): void {
    const closed = this.#options.closed();
    if (closed) throw closed;
  }

  #room(conversation: Conversation): RoomState {
    this.#open();
    return this.#options.rooms.open(roomOf(conversation, this.#options.id));
  }

  /** To say something in an open room is to join it; direct talk needs somebody who is known. */
  #roomToSpeakIn(conversation: Conversation): RoomState {
    const room = this.#room(conversation);
    const { other } = room;
    if (other !== null && !this.#options.people.knows(other) && room.isEmpty) {
      throw new ChatError("not-found", `nobody here is known as ${conversation}`);
    }
    if (!room.isJoined) void this.#joinQuietly(room).catch(() => {});
    return room;
  }

  /** Joins unless that is done, or under way: then whatever is said next comes after it. */
  async #joinQuietly(room: RoomState): Promise<void> {
    if (!room.isJoined) await this.#options.speaker.join(room);
  }

  async #message(id: EntryId): Promise<{ readonly target: Stored; readonly related: readonly Stored[]; readonly room: RoomState }> {
    this.#open();
    const found = await this.#options.history.withRelated(id);
    const room = found && this.#options.rooms.get(found.target.entry.header.room);
    if (!found || !room?.conversation) throw new ChatError("not-found", "no such message");
    return { ...found, room };
  }

  async #mine(id: EntryId) {
    const found = await this.#message(id);
    if (speakerOf(found.target.entry) !== this.#options.id) throw new ChatError("not-allowed", "only its author may change a message");
    return found;
  }
}

/** Message text as it may be said. */
function textOf(text: string): string {
  const clean = cleanText(text);
  if (clean.trim() === "") throw new ChatError("bad-input", "a message needs a text");
  checkSize(clean, MAX_TEXT, "a message");
  return clean;
}

function checkSize(text: string, most: number, what: string): void {
  if (text.length * 3 > most && utf8.encode(text).length > most) throw new ChatError("too-large", `${what} has at most ${most} bytes`);
}
const utf8 = new TextEncoder();
