// Hosting: seats for guests, announcements, and how long words are kept.

import { ChatError } from "../core/errors.ts";
import { type Conversation, type PeerId, personOf } from "../core/ids.ts";
import { cleanText } from "../core/name.ts";
import type { Guest, Hosting, Retention, Seat } from "../core/ports/hosting.ts";
import type { Store } from "../core/ports/store.ts";
import { isDirect, roomOf } from "../core/room.ts";
import type { PersonChat } from "./person-chat.ts";
import { GuestPersona, guestName, type Persona, type PersonaParts } from "./persona.ts";
import { expire } from "./retention.ts";
import { Viewer } from "./viewer.ts";

export type GuestHouseOptions = PersonaParts & {
  readonly peer: PeerId;
  readonly store: Store;
  readonly chatOf: (persona: Persona) => PersonChat;
  /** The error once the engine is closed, else null. */
  readonly closed: () => ChatError | null;
};

export class GuestHouse implements Hosting {
  readonly #options: GuestHouseOptions;

  constructor(options: GuestHouseOptions) {
    this.#options = options;
  }

  async seat({ name, since }: Guest): Promise<Seat> {
    this.#open();
    const { peer, now, chatOf } = this.#options;
    const viewer = Viewer.guest(personOf(peer, guestName(name)), since, now());
    const chat = chatOf(new GuestPersona(this.#options, viewer));
    return { chat, hasSaid: (nonce) => chat.hasSaid(nonce) };
  }

  async announce(conversation: Conversation, text: string): Promise<void> {
    this.#open();
    if (isDirect(conversation)) throw new ChatError("not-allowed", "announcements are for open rooms");
    const { peer, rooms, speaker } = this.#options;
    const room = rooms.open(roomOf(conversation, personOf(peer)));
    await speaker.speak({ room, as: null, body: { kind: "announce", text: cleanText(text) } }, () => null);
  }

  async expire(retention: Retention): Promise<number> {
    this.#open();
    const { store, rooms } = this.#options;
    return expire(store, [...rooms.all()], retention);
  }

  #open(): void {
    const closed = this.#options.closed();
    if (closed) throw closed;
  }
}
