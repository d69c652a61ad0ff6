// The hub of a peer: lets guests in, and answers the owner who looks after them. Loaded for the first who needs it.

import type { Chat } from "../core/ports/chat.ts";
import type { FrontDesk, HubAction } from "../core/ports/hub.ts";
import { AroundChat } from "../hub/around-chat.ts";
import type { Hub } from "../hub/open.ts";

export class LateHub {
  readonly #open: () => Promise<Hub>;
  #opening: Promise<Hub> | null = null;
  #hub: Hub | null = null;

  /** `open` is called for the first who needs the hub, and again after it failed. */
  constructor(open: () => Promise<Hub>) {
    this.#open = open;
  }

  /** The hub where it is open already. */
  now(): Hub | null {
    return this.#hub;
  }

  /** Rejects `storage`, `bad-input`. */
  get(): Promise<Hub> {
    this.#opening ??= this.#begin();
    return this.#opening;
  }

  readonly desk = async (): Promise<FrontDesk> => (await this.get()).desk;

  /** Says goodbye to all guests, and stores what is to be kept. */
  async close(): Promise<void> {
    const hub = await this.#opening?.catch(() => null);
    await hub?.close();
  }

  async #begin(): Promise<Hub> {
    try {
      this.#hub = await this.#open();
      return this.#hub;
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }
}

/** The owner's Chat, with what a hub does beyond talk. */
export class OwnersChat extends AroundChat {
  protected readonly chat: Chat;
  readonly #hub: LateHub;

  constructor(chat: Chat, hub: LateHub) {
    super();
    this.chat = chat;
    this.#hub = hub;
  }

  async hub(action: HubAction): Promise<readonly string[]> {
    return (await this.#hub.get()).ownerChat.hub(action);
  }
}
