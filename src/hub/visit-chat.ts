// What a visit holds: the Chat of the seat, guarded. It can become that of another seat while it is held (by a login).

import { ChatError } from "../core/errors.ts";
import type { Conversation, EntryId } from "../core/ids.ts";
import type { Chat, HistoryQuery, Message, RoomInfo, SayOptions, Watcher } from "../core/ports/chat.ts";
import type { HubAction } from "../core/ports/hub.ts";
import type { Person, Status } from "../core/presence.ts";
import { LOBBY } from "../core/room.ts";
import { AroundChat } from "./around-chat.ts";
import type { Bucket } from "./bucket.ts";
import type { Act, Guard } from "./guard.ts";
import type { Stay } from "./stay.ts";
import { Watching } from "./watching.ts";

export type VisitChatOptions = {
  readonly guard: Guard;
  /** What all who come from there say, together; null where it is not counted. */
  readonly address: Bucket | null;
  /** The rooms that the person may not be in now. */
  readonly closedRooms: (stay: Stay) => readonly Conversation[];
  readonly rename: (name: string) => Promise<Person>;
  readonly hub: (action: HubAction) => Promise<readonly string[]>;
  readonly left: (how: "gone" | "lost") => void;
};

const NONE: readonly Watching[] = [];

export class VisitChat extends AroundChat {
  readonly #options: VisitChatOptions;
  #watchings: readonly Watching[] = NONE;
  #stay: Stay;
  #isOver = false;

  constructor(stay: Stay, options: VisitChatOptions) {
    super();
    this.#stay = stay;
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get stay(): Stay {
    return this.#stay;
  }

  protected override get chat(): Chat {
    if (this.#isOver) throw new ChatError("closed", "this visit has ended");
    return this.#stay.seat.chat;
  }

  override self(): Person {
    return this.#stay.seat.chat.self();
  }

  override say(room: Conversation, text: string, options?: SayOptions): Promise<Message> {
    const { seat } = this.#stay;
    const isRepeated = options?.nonce !== undefined && seat.hasSaid(options.nonce);
    const refusal = this.#refused() ?? (isRepeated ? null : this.#options.guard.speech(this.#stay, this.#options.address, room, text));
    return refusal ? Promise.reject(refusal) : seat.chat.say(room, text, options);
  }

  override async edit(id: EntryId, text: string): Promise<Message> {
    this.#check(this.#options.guard.edit(this.#stay, this.#options.address, text));
    return this.chat.edit(id, text);
  }

  override async redact(id: EntryId): Promise<void> {
    this.#act("react");
    await this.chat.redact(id);
  }

  /** To react is to join: who may not be there is put out again. */
  override async react(id: EntryId, emoji: string, on?: boolean): Promise<void> {
    this.#act("react");
    this.#check(this.#options.guard.text(this.#stay, emoji));
    await this.chat.react(id, emoji, on);
    await leaveClosed(this.#stay, this.#options.closedRooms(this.#stay));
  }

  override async join(room: Conversation): Promise<RoomInfo> {
    this.#act("join");
    this.#check(this.#options.guard.entry(this.#stay, room));
    return this.chat.join(room);
  }

  override async leave(room: Conversation): Promise<void> {
    this.#act("join");
    await this.chat.leave(room);
  }

  override async setTopic(room: Conversation, text: string): Promise<void> {
    const { guard } = this.#options;
    this.#act("topic");
    this.#check(guard.topic(this.#stay, room) ?? guard.text(this.#stay, text));
    await this.chat.setTopic(room, text);
  }

  override async rename(name: string): Promise<Person> {
    this.#act("rename");
    this.#check(this.#options.guard.text(this.#stay, name));
    return this.#options.rename(name);
  }

  override async setStatus(status: Exclude<Status, "offline">, text?: string): Promise<void> {
    this.#act("status");
    if (text) this.#check(this.#options.guard.text(this.#stay, text));
    await this.chat.setStatus(status, text);
  }

  /** Throws rate-limited: everyone there is told of each. */
  override typing(room: Conversation): void {
    const { guard } = this.#options;
    if (this.#isOver || guard.text(this.#stay, "") || guard.entry(this.#stay, room)) return;
    this.#act("typing");
    this.chat.typing(room);
  }

  override async history(room: Conversation, query: HistoryQuery): Promise<readonly Message[]> {
    if (room !== LOBBY) this.#check(this.#options.guard.entry(this.#stay, room));
    return this.chat.history(room, query);
  }

  override async search(words: string, query: Parameters<Chat["search"]>[1]): Promise<readonly Message[]> {
    this.#act("search");
    const found = await this.chat.search(words, query);
    return found.filter(({ room }) => room === LOBBY || !this.#options.guard.entry(this.#stay, room));
  }

  override async watch(watcher: Watcher, after?: number): Promise<{ readonly cursor: number; stop(): void }> {
    const watching = new Watching(watcher, (over) => this.#forget(over));
    this.#watchings = [...this.#watchings, watching];
    const stop = () => {
      this.#forget(watching);
      watching.stop();
    };
    try {
      return { cursor: await watching.start(this.chat, after), stop };
    } catch (error) {
      stop();
      throw error;
    }
  }

  override async hub(action: HubAction): Promise<readonly string[]> {
    this.#act("hub");
    return this.#options.hub(action);
  }

  override async close(): Promise<void> {
    this.part("gone");
  }

  /** The person goes, or just lost the connection. */
  part(how: "gone" | "lost"): void {
    if (this.#isOver) return;
    this.end();
    this.#options.left(how);
  }

  /** From now on somebody else speaks here; watches go on where they were. */
  async turn(stay: Stay): Promise<void> {
    this.#stay = stay;
    await Promise.all(this.#watchings.map((watching) => watching.turn(stay.seat.chat)));
  }

  /** Nothing more is said or heard. */
  end(): void {
    this.#isOver = true;
    const watchings = this.#watchings;
    this.#watchings = NONE;
    for (const watching of watchings) watching.end();
  }

  #forget(watching: Watching): void {
    this.#watchings = this.#watchings.filter((other) => other !== watching);
  }

  #act(act: Act): void {
    this.#check(this.#refused() ?? this.#options.guard.act(this.#stay, act));
  }

  #refused(): ChatError | null {
    return this.#isOver ? new ChatError("closed", "this visit has ended") : null;
  }

  #check(refusal: ChatError | null): void {
    if (refusal) throw refusal;
  }
}

/** Puts somebody out of rooms; `#lobby` cannot be left. */
export async function leaveClosed(stay: Stay, rooms: readonly Conversation[]): Promise<void> {
  for (const room of rooms) if (room !== LOBBY) await stay.seat.chat.leave(room);
}
