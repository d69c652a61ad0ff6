// A Chat around another: passes everything on. What is to be different is said by those who extend it.

import type { Chat } from "../core/ports/chat.ts";
import type { HubAction } from "../core/ports/hub.ts";

type Args<K extends keyof Chat> = Parameters<Chat[K]>;

export abstract class AroundChat implements Chat {
  /** Who speaks at this moment. */
  protected abstract get chat(): Chat;

  abstract hub(action: HubAction): Promise<readonly string[]>;

  self(): ReturnType<Chat["self"]> {
    return this.chat.self();
  }

  say(...args: Args<"say">): ReturnType<Chat["say"]> {
    return this.chat.say(...args);
  }

  edit(...args: Args<"edit">): ReturnType<Chat["edit"]> {
    return this.chat.edit(...args);
  }

  redact(...args: Args<"redact">): Promise<void> {
    return this.chat.redact(...args);
  }

  react(...args: Args<"react">): Promise<void> {
    return this.chat.react(...args);
  }

  join(...args: Args<"join">): ReturnType<Chat["join"]> {
    return this.chat.join(...args);
  }

  leave(...args: Args<"leave">): Promise<void> {
    return this.chat.leave(...args);
  }

  setTopic(...args: Args<"setTopic">): Promise<void> {
    return this.chat.setTopic(...args);
  }

  rename(...args: Args<"rename">): ReturnType<Chat["rename"]> {
    return this.chat.rename(...args);
  }

  setStatus(...args: Args<"setStatus">): Promise<void> {
    return this.chat.setStatus(...args);
  }

  typing(...args: Args<"typing">): void {
    this.chat.typing(...args);
  }

  markRead(...args: Args<"markRead">): Promise<void> {
    return this.chat.markRead(...args);
  }

  people(): ReturnType<Chat["people"]> {
    return this.chat.people();
  }

  rooms(): ReturnType<Chat["rooms"]> {
    return this.chat.rooms();
  }

  history(...args: Args<"history">): ReturnType<Chat["history"]> {
    return this.chat.history(...args);
  }

  search(...args: Args<"search">): ReturnType<Chat["search"]> {
    return this.chat.search(...args);
  }

  delivered(...args: Args<"delivered">): Promise<void> {
    return this.chat.delivered(...args);
  }

  watch(...args: Args<"watch">): ReturnType<Chat["watch"]> {
    return this.chat.watch(...args);
  }

  close(): Promise<void> {
    return this.chat.close();
  }
}
