// A hub for tests of the gateway: everyone in one memory, told of everything in the same lists, as the engine does it.

import { ChatError } from "../../../core/errors.ts";
import { type Conversation, type EntryId, type PeerId, type PersonId, personOf } from "../../../core/ids.ts";
import { foldName, parseGuest } from "../../../core/name.ts";
import type { Chat, ChatEvent, Message, PersonInfo, RoomInfo, Watcher } from "../../../core/ports/chat.ts";
import type { Credentials, Farewell, FrontDesk, HubAction, Origin, Visit } from "../../../core/ports/hub.ts";
import type { Person } from "../../../core/presence.ts";
import { LOBBY } from "../../../core/room.ts";

export const HOST = "h".repeat(51).concat("a") as PeerId;

type Guest = { id: PersonId; name: string; readonly watchers: Set<Watcher>; farewell: ((why: Farewell) => void) | null };

/** Made for tests: not what a hub forbids or keeps. */
export class Hall implements FrontDesk {
  title = "Room 12";
  welcome = "";
  topic = "";
  readonly said: Message[] = [];
  readonly actions: HubAction[] = [];
  readonly members = new Map<string, string>();
  /** Errors for the next calls of `say`, in turn; null lets one pass. */
  refusals: (ChatError | null)[] = [];
  refusesAll: string | null = null;
  released = 0;
  readonly #guests = new Map<PersonId, Guest>();
  #count = 0;

  about = () => ({ title: this.title, welcome: this.welcome });
  isMember = (name: string): boolean => this.members.has(foldName(name));
  admit = (_from: Origin) => (this.refusesAll === null ? { release: () => void this.released++ } : { refused: this.refusesAll });

  async enter(who: Credentials): Promise<Visit> {
    const name = who.kind === "name" ? parseGuest(who.name) : null;
    if (name === null || who.kind !== "name") throw new ChatError("bad-input", "that cannot be a name");
    if (this.isMember(name) && this.members.get(foldName(name)) !== who.password) throw new ChatError("bad-signature", "wrong password");
    const id = personOf(HOST, name);
    if (this.#guests.has(id)) throw new ChatError("in-use", `${name} is here already`);
    const guest: Guest = { id, name, watchers: new Set(), farewell: null };
    this.#guests.set(id, guest);
    this.tell(this.#moved(guest, true));
    const ended = (listener: (why: Farewell) => void) => {
      guest.farewell = listener;
    };
    return { chat: this.#chatOf(guest), token: "", passId: guest.name, lost: () => {}, ended };
  }

  /** Tells everyone, or one, the very same list. */
  tell(events: readonly ChatEvent[], only?: PersonId): void {
    for (const guest of this.#guests.values()) {
      if (only !== undefined && guest.id !== only) continue;
      for (const watcher of guest.watchers) watcher.events?.(events);
    }
  }

  /** Says it as anyone, with what is to be different. */
  hear(from: Person, text: string, more: Partial<Message> = {}): Message {
    const seq = ++this.#count;
    const at = new Date().toISOString();
    const key = { time: Date.parse(at) * 1000 + seq, author: HOST, seq };
    const plain = { id: String(seq).padStart(64, "0") as EntryId, room: LOBBY as Conversation, from, text, at, key };
    const message: Message = { ...plain, edited: false, redacted: false, replyTo: null, reactions: [], ahead: false, ...more };
    this.said.push(message);
    const other = message.room.startsWith("@") ? (message.room.slice(1) as PersonId) : null;
    this.tell([{ kind: "message", message, cursor: seq }], other === null ? undefined : from.id);
    const back = { ...message, room: `@${from.id}` as Conversation };
    if (other !== null) this.tell([{ kind: "message", message: back, cursor: seq }], other);
    return message;
  }

  end(name: string, why: Farewell): void {
    this.#guests.get(personOf(HOST, name))?.farewell?.(why);
  }

  get here(): readonly string[] {
    return [...this.#guests.values()].map(({ name }) => name);
  }

  #moved(guest: Guest, isHere: boolean): readonly ChatEvent[] {
    const person = infoOf(guest, isHere);
    const { id, name } = guest;
    const move = { room: LOBBY, person: { id, name }, at: new Date().toISOString(), cursor: null };
    return [
      { kind: "presence", person, cursor: null },
      { kind: isHere ? "joined" : "left", ...move },
    ];
  }

  #rename(guest: Guest, name: string): Person {
    const [was, previous] = [guest.id, guest.name];
    this.#guests.delete(was);
    Object.assign(guest, { name, id: personOf(HOST, name) });
    this.#guests.set(guest.id, guest);
    const person = { id: guest.id, name };
    this.tell([{ kind: "renamed", person, previous, was, at: new Date().toISOString(), cursor: ++this.#count }]);
    return person;
  }

  #leave(guest: Guest): void {
    if (!this.#guests.delete(guest.id)) return;
    this.tell(this.#moved(guest, false));
  }

  #chatOf(guest: Guest): Chat {
    const self = (): Person => ({ id: guest.id, name: guest.name });
    const unused = async (): Promise<never> => {
      throw new ChatError("not-allowed", "not in these tests");
    };
    const roomInfo = (room: Conversation): RoomInfo => {
      const here = this.#guests.size;
      return { room, kind: "open", name: room.slice(1), topic: this.topic, joined: true, here, unread: 0, last: null };
    };
    return {
      self,
      say: async (room, text) => {
        const refusal = this.refusals.shift();
        if (refusal) throw refusal;
        return this.hear(self(), text, { room });
      },
      ...{ edit: unused, redact: unused, react: unused, leave: async () => {}, setStatus: async () => {}, delivered: unused },
      ...{ typing: () => {}, markRead: async () => {}, search: unused, join: async (room) => roomInfo(room) },
      setTopic: async (room, text) => {
        this.topic = text;
        this.tell([{ kind: "topic", room, text, by: self(), at: new Date().toISOString(), cursor: ++this.#count }]);
      },
      rename: async (name) => this.#rename(guest, name),
      people: async (): Promise<readonly PersonInfo[]> => [...this.#guests.values()].map((each) => infoOf(each, true)),
      rooms: async () => [roomInfo(LOBBY)],
      history: async (room, { limit, before }) =>
        this.said.filter((each) => each.room === room && (!before || each.key.time < before.time)).slice(-limit),
      watch: async (watcher) => {
        guest.watchers.add(watcher);
        return { cursor: this.#count, stop: () => void guest.watchers.delete(watcher) };
      },
      hub: async (action) => {
        this.actions.push(action);
        return [];
      },
      close: async () => this.#leave(guest),
    };
  }
}

const infoOf = ({ id, name }: Guest, isHere: boolean): PersonInfo => {
  const host = { id: personOf(HOST), name: "host" };
  const status = isHere ? "online" : "offline";
  return { id, name, status, text: "", via: "guest", host, hub: null, verified: false, seen: null };
};
