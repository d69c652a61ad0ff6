// A Chat for tests of the command line: what is said is kept in memory, what others do is told by the test.

import { ChatError } from "../../../core/errors.ts";
import { type Conversation, type EntryId, type PersonId, peerOf } from "../../../core/ids.ts";
import { compareKeys } from "../../../core/order.ts";
import type { Chat, ChatEvent, HistoryQuery, Message, PersonInfo, RoomInfo, Watcher } from "../../../core/ports/chat.ts";
import type { HubAction } from "../../../core/ports/hub.ts";
import type { Person } from "../../../core/presence.ts";
import { LOBBY } from "../../../core/room.ts";

/** A person with an id made of one letter. */
export const person = (letter: string, name: string): Person => ({ id: letter.repeat(52) as PersonId, name });

export const here = (someone: Person, more: Partial<PersonInfo> = {}): PersonInfo => ({
  ...someone,
  status: "online",
  text: "",
  via: "link",
  host: null,
  hub: null,
  verified: false,
  seen: null,
  ...more,
});

/** A message said at this time (ISO 8601), in #lobby unless told otherwise. */
export function message(from: Person, text: string, at: string, more: Partial<Message> = {}): Message {
  const time = Date.parse(at) * 1000;
  const plain = { id: idOf(from, time), room: LOBBY, from, text, at: new Date(at).toISOString() };
  const untouched = { edited: false, redacted: false, replyTo: null, reactions: [], ahead: false };
  return { ...plain, ...untouched, key: { time, author: peerOf(from.id), seq: 1 }, ...more };
}

const idOf = (from: Person, time: number): EntryId => `${from.id.charCodeAt(0)}${time}`.padStart(64, "0") as EntryId;

export class FakeChat implements Chat {
  readonly said: Message[] = [];
  readonly calls: string[] = [];
  everyone: PersonInfo[];
  roomList: RoomInfo[] = [];
  /** Errors for the next calls of `say`, in turn; null lets one pass. */
  refusals: (ChatError | null)[] = [];
  #me: Person;
  readonly #watchers = new Set<Watcher>();
  #cursor = 0;

  constructor(me: Person, others: readonly PersonInfo[] = []) {
    this.#me = me;
    this.everyone = [here(me), ...others];
  }

  /** How many watch. */
  get watching(): number {
    return this.#watchers.size;
  }

  /** Tells the watchers that something happened. */
  happen(event: ChatEvent): void {
    for (const watcher of this.#watchers) watcher.event(event);
  }

  hear(heard: Message): void {
    this.said.push(heard);
    this.happen({ kind: "message", message: heard, cursor: ++this.#cursor });
  }

  self = (): Person => this.#me;

  async say(room: Conversation, text: string): Promise<Message> {
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    const spoken = message(this.#me, text, new Date().toISOString());
    const key = { ...spoken.key, seq: this.said.length + 1 };
    const kept = { ...spoken, room, key, id: this.said.length.toString(16).padStart(64, "0") as EntryId };
    this.hear(kept);
    return kept;
  }

  async history(room: Conversation, { limit, before, after }: HistoryQuery): Promise<readonly Message[]> {
    const all = this.said.filter((each) => each.room === room).sort((a, b) => compareKeys(a.key, b.key));
    if (after) return all.filter(({ key }) => compareKeys(key, after) > 0).slice(0, limit);
    return all.filter(({ key }) => !before || compareKeys(key, before) < 0).slice(-limit);
  }

  async search(words: string, { limit, before }: Parameters<Chat["search"]>[1]): Promise<readonly Message[]> {
    const found = this.said.filter(({ text, key }) => text.includes(words) && (!before || compareKeys(key, before) < 0));
    return found.sort((a, b) => compareKeys(b.key, a.key)).slice(0, limit);
  }

  async watch(watcher: Watcher): Promise<{ readonly cursor: number; stop(): void }> {
    this.#watchers.add(watcher);
    return { cursor: this.#cursor, stop: () => void this.#watchers.delete(watcher) };
  }

  async rename(name: string): Promise<Person> {
    this.calls.push(`rename ${name}`);
    this.#me = { ...this.#me, name };
    return this.#me;
  }

  async join(room: Conversation): Promise<RoomInfo> {
    this.calls.push(`join ${room}`);
    return { room, kind: "open", name: room.slice(1), topic: "", joined: true, here: 1, unread: 0, last: null };
  }

  leave = async (room: Conversation): Promise<void> => this.#called(`leave ${room}`);
  setTopic = async (room: Conversation, text: string): Promise<void> => this.#called(`topic ${room} ${text}`);
  setStatus = async (status: string, text?: string): Promise<void> => this.#called(`status ${status} ${text ?? ""}`.trim());
  markRead = async (room: Conversation): Promise<void> => this.#called(`read ${room}`);
  people = async (): Promise<readonly PersonInfo[]> => this.everyone;
  rooms = async (): Promise<readonly RoomInfo[]> => this.roomList;
  delivered = async (): Promise<void> => {};
  typing(): void {}
  edit = async (): Promise<Message> => unused();
  redact = async (): Promise<void> => unused();
  react = async (): Promise<void> => unused();
  hub = async (action: HubAction): Promise<readonly string[]> => {
    this.#called(`hub ${JSON.stringify(action)}`);
    return [];
  };
  close = async (): Promise<void> => {};

  #called(call: string): void {
    this.calls.push(call);
  }
}

function unused(): never {
  throw new ChatError("not-allowed", "the command line does not do this");
}
