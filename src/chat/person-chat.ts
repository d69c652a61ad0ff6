// Chat for someone of this peer, its owner or a guest: what is asked is checked here, said by the speaker, and read from history.

import { type Body, MAX_EMOJI, MAX_TEXT, MAX_TOPIC, parseNonce } from "../core/body.ts";
import { ChatError } from "../core/errors.ts";
import { type Conversation, type EntryId, peerOf } from "../core/ids.ts";
import { cleanLine, cleanText } from "../core/name.ts";
import type { Chat, HistoryQuery, Message, PersonInfo, RoomInfo, SayOptions, Watcher } from "../core/ports/chat.ts";
import type { OrderKey, Stored } from "../core/ports/store.ts";
import type { Person, Status } from "../core/presence.ts";
import { LOBBY, roomOf } from "../core/room.ts";
import type { Eraser } from "./erase.ts";
import type { Events } from "./events.ts";
import type { History } from "./history.ts";
import type { Messages } from "./messages.ts";
import type { Once } from "./once.ts";
import type { People } from "./people.ts";
import type { Persona } from "./persona.ts";
import type { PresenceBook } from "./presence-book.ts";
import type { Reading } from "./reading.ts";
import type { Receipts } from "./receipts.ts";
import type { RoomList } from "./room-list.ts";
import { RoomState } from "./room-state.ts";
import type { Rooms } from "./rooms.ts";
import { redactionOf, speakerOf } from "./saying.ts";
import type { Speaker } from "./speaker.ts";
import type { Viewer } from "./viewer.ts";

export type PersonChatOptions = {
  readonly rooms: Rooms;
  readonly roomList: RoomList;
  readonly people: People;
  readonly speaker: Speaker;
  readonly once: Once;
  readonly messages: Messages;
  readonly history: History;
  readonly reading: Reading;
  readonly receipts: Receipts;
  readonly events: Events;
  readonly roster: PresenceBook;
  readonly eraser: Eraser;
  /** The error once the engine is closed, else null. */
  readonly closed: () => ChatError | null;
};

export class PersonChat implements Chat {
  readonly #options: PersonChatOptions;
  readonly #persona: Persona;
  readonly #viewer: Viewer;
  #hasLeft = false;

  constructor(options: PersonChatOptions, persona: Persona) {
    this.#options = options;
    this.#persona = persona;
    this.#viewer = persona.viewer;
  }

  self(): Person {
    return this.#options.people.person(this.#viewer.id);
  }

  async say(conversation: Conversation, text: string, { replyTo, nonce }: SayOptions = {}): Promise<Message> {
    const room = this.#roomToSpeakIn(conversation);
    const clean = textOf(text);
    if (nonce === undefined) return this.#say(room, { kind: "message", text: clean, replyTo: replyTo ?? null });
    if (parseNonce(nonce) === null) throw new ChatError("bad-input", "a nonce has 8 to 64 letters, digits, - _ .");
    const { once } = this.#options;
    const say = () => this.#say(room, { kind: "message", text: clean, replyTo: replyTo ?? null, nonce });
    return once.say(nonce, this.#viewer, say, (id) => this.#recall(id));
  }

  /** Whether something was said under the nonce, as far as that is known. */
  hasSaid(nonce: string): boolean {
    return this.#options.once.has(nonce, this.#viewer);
  }

  async #recall(id: EntryId): Promise<Message> {
    const message = await this.#options.history.message(id, this.#viewer);
    if (!message) throw new ChatError("not-found", "this was said, and is not kept any more");
    return message;
  }

  #say(room: RoomState, body: Extract<Body, { readonly kind: "message" }>): Promise<Message> {
    const { id, as } = this.#viewer;
    return this.#options.speaker.speak({ room, as, body }, (entry) => this.#options.messages.said(entry, body, id));
  }

  async edit(id: EntryId, text: string): Promise<Message> {
    const clean = textOf(text);
    const { target, related, room } = await this.#mine(id);
    if (redactionOf(target.entry, related)) throw new ChatError("not-allowed", "a redacted message cannot be edited");
    await this.#speak(room, { kind: "edit", target: id, text: clean });
    const { history, messages } = this.#options;
    return (await history.message(id, this.#viewer)) ?? messages.seen(target.entry, related, this.#viewer.id);
  }

  async redact(id: EntryId): Promise<void> {
    const { target, related, room } = await this.#mine(id);
    if (redactionOf(target.entry, related)) return;
    await this.#speak(room, { kind: "redact", target: id });
    await this.#options.eraser.idle();
  }

  async react(id: EntryId, emoji: string, on = true): Promise<void> {
    const line = cleanLine(emoji);
    if (line === "") throw new ChatError("bad-input", "react with what? Give an emoji");
    checkSize(line, MAX_EMOJI, "a reaction");
    const { room } = await this.#message(id);
    await this.#joinQuietly(room);
    await this.#speak(room, { kind: "react", target: id, emoji: line, on });
  }

  async join(conversation: Conversation): Promise<RoomInfo> {
    const room = this.#room(conversation);
    await this.#joinQuietly(room);
    return this.#options.roomList.info(room, this.#viewer);
  }

  async leave(conversation: Conversation): Promise<void> {
    const room = this.#room(conversation);
    if (room.direct || room.id === LOBBY) throw new ChatError("not-allowed", `${room.direct ? "direct talk" : LOBBY} cannot be left`);
    if (this.#viewer.isIn(room)) await this.#speak(room, { kind: "leave" });
  }

  async setTopic(conversation: Conversation, text: string): Promise<void> {
    const room = this.#room(conversation);
    if (room.direct) throw new ChatError("not-allowed", "direct talk has no topic");
    const line = cleanLine(text, MAX_TOPIC);
    checkSize(line, MAX_TOPIC, "a topic");
    await this.#joinQuietly(room);
    await this.#speak(room, { kind: "topic", text: line });
  }

  async rename(name: string): Promise<Person> {
    this.#open();
    await this.#persona.rename(name);
    return this.self();
  }

  async setStatus(status: Exclude<Status, "offline">, text?: string): Promise<void> {
    this.#open();
    await this.#persona.setStatus(status, text);
  }

  typing(conversation: Conversation): void {
    if (this.#closed()) return;
    const id = roomOf(conversation, this.#viewer.id);
    this.#options.roster.type(this.#options.rooms.get(id) ?? new RoomState(id), this.#viewer);
  }

  /** Of a room that nobody knows there is nothing to read. */
  async markRead(conversation: Conversation, upTo: OrderKey): Promise<void> {
    this.#open();
    const room = this.#options.rooms.get(roomOf(conversation, this.#viewer.id));
    if (room) await this.#options.reading.markRead(room, upTo, this.#viewer);
  }

  async people(): Promise<readonly PersonInfo[]> {
    this.#open();
    return this.#options.people.all();
  }

  async rooms(): Promise<readonly RoomInfo[]> {
    this.#open();
    return this.#options.roomList.all(this.#viewer);
  }

  async history(conversation: Conversation, query: HistoryQuery): Promise<readonly Message[]> {
    this.#open();
    return this.#options.history.page(roomOf(conversation, this.#viewer.id), query, this.#viewer);
  }

  async search(words: string, query: Parameters<Chat["search"]>[1]): Promise<readonly Message[]> {
    this.#open();
    const { room, limit, before } = query;
    const rooms = room === undefined ? this.#options.roomList.visible(this.#viewer) : [roomOf(room, this.#viewer.id)];
    return this.#options.history.search(words, { rooms, limit, before }, this.#viewer);
  }

  async delivered(id: EntryId, signal?: AbortSignal): Promise<void> {
    const { target, room } = await this.#message(id);
    const { author, header } = target.entry;
    const other = this.#viewer.other(room);
    const isHeldHere = this.#viewer.as !== null && other === null;
    if (author !== this.#viewer.peer || isHeldHere) return;
    await this.#options.receipts.held(room.id, { seq: header.seq, by: other && peerOf(other) }, signal);
  }

  async watch(watcher: Watcher, after?: number): Promise<{ readonly cursor: number; stop(): void }> {
    this.#open();
    return this.#options.events.watch(this.#viewer, watcher, after);
  }

  async hub(): Promise<never> {
    throw new ChatError("not-allowed", "this is no hub: `earshot hub` opens one");
  }

  close(): Promise<void> {
    this.#hasLeft = true;
    return this.#persona.leave();
  }

  #closed(): ChatError | null {
    return this.#options.closed() ?? (this.#hasLeft ? new ChatError("closed", "this chat has been closed") : null);
  }

  #open(): void {
    const closed = this.#closed();
    if (closed) throw closed;
  }

  #room(conversation: Conversation): RoomState {
    this.#open();
    return this.#options.rooms.open(roomOf(conversation, this.#viewer.id));
  }

  async #speak(room: RoomState, body: Body): Promise<void> {
    await this.#options.speaker.speak({ room, as: this.#viewer.as, body }, () => null);
  }

  /** To say something in an open room is to join it; direct talk needs somebody who is known. */
  #roomToSpeakIn(conversation: Conversation): RoomState {
    const room = this.#room(conversation);
    const other = this.#viewer.other(room);
    if (other !== null && !this.#options.people.knows(other) && room.isEmpty) {
      throw new ChatError("not-found", `nobody here is known as ${conversation}`);
    }
    if (!this.#viewer.isIn(room)) void this.#joinQuietly(room).catch(() => {});
    return room;
  }

  /** Joins unless that is done, or under way: then whatever is said next comes after it. */
  async #joinQuietly(room: RoomState): Promise<void> {
    if (!this.#viewer.isIn(room)) await this.#options.speaker.join(room, this.#viewer.as);
  }

  async #message(id: EntryId): Promise<{ readonly target: Stored; readonly related: readonly Stored[]; readonly room: RoomState }> {
    this.#open();
    const found = await this.#options.history.withRelated(id);
    const room = found && this.#options.rooms.get(found.target.entry.header.room);
    if (!found || !room || !this.#viewer.maySee(room, found.target.entry.header.time)) throw new ChatError("not-found", "no such message");
    return { ...found, room };
  }

  async #mine(id: EntryId) {
    const found = await this.#message(id);
    if (speakerOf(found.target.entry) !== this.#viewer.id) throw new ChatError("not-allowed", "only its author may change a message");
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
