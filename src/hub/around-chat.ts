// A Chat around another: passes everything on. What is to be different is said by those who extend it.

import type { Chat, Message, PersonInfo, RoomInfo } from "../core/ports/chat.ts";
import type { HubAction } from "../core/ports/hub.ts";
import type { Person } from "../core/presence.ts";

type Args<K extends keyof Chat> = Parameters<Chat[K]>;

export abstract class AroundChat implements Chat {
  /** Who speaks at this moment. May throw: then all but `say`, `typing` and `watch`, which are passed on without a step between, reject. */
  protected abstract get chat(): Chat;

  abstract hub(action: HubAction): Promise<readonly string[]>;

  self(): ReturnType<Chat["self"]> {
    return this.chat.self();
  }

  say(...args: Args<"say">): ReturnType<Chat["say"]> {
    return this.chat.say(...args);
  }

  async edit(...args: Args<"edit">): Promise<Message> {
    return this.chat.edit(...args);
  }

  async redact(...args: Args<"redact">): Promise<void> {
    return this.chat.redact(...args);
  }

  async react(...args: Args<"react">): Promise<void> {
    return this.chat.react(...args);
  }

  async join(...args: Args<"join">): Promise<RoomInfo> {
    return this.chat.join(...args);
  }

  async leave(...args: Args<"leave">): Promise<void> {
    return this.chat.leave(...args);
  }

  async setTopic(...args: Args<"setTopic">): Promise<void> {
    return this.chat.setTopic(...args);
  }

  async rename(...args: Args<"rename">): Promise<Person> {
    return this.chat.rename(...args);
  }

  async setStatus(...args: Args<"setStatus">): Promise<void> {
    return this.chat.setStatus(...args);
  }

  typing(...args: Args<"typing">): void {
    this.chat.typing(...args);
  }

  async markRead(...args: Args<"markRead">): Promise<void> {
    return this.chat.markRead(...args);
  }

  async people(): Promise<readonly PersonInfo[]> {
    return this.chat.people();
  }

  async rooms(): Promise<readonly RoomInfo[]> {
    return this.chat.rooms();
  }

  async history(...args: Args<"history">): Promise<readonly Message[]> {
    return this.chat.history(...args);
  }

  async search(...args: Args<"search">): Promise<readonly Message[]> {
    return this.chat.search(...args);
  }

  async delivered(...args: Args<"delivered">): Promise<void> {
    return this.chat.delivered(...args);
  }

  watch(...args: Args<"watch">): ReturnType<Chat["watch"]> {
    return this.chat.watch(...args);
  }

  async close(): Promise<void> {
    return this.chat.close();
  }
}
