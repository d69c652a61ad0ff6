// The owner's Chat at a hub: as it was, and what is asked of the hub is done.

import type { Chat } from "../core/ports/chat.ts";
import type { HubAction } from "../core/ports/hub.ts";
import { AroundChat } from "./around-chat.ts";

export class OwnerChat extends AroundChat {
  protected readonly chat: Chat;
  readonly #perform: (action: HubAction) => Promise<readonly string[]>;

  constructor(chat: Chat, perform: (action: HubAction) => Promise<readonly string[]>) {
    super();
    this.chat = chat;
    this.#perform = perform;
  }

  override hub(action: HubAction): Promise<readonly string[]> {
    return this.#perform(action);
  }
}
