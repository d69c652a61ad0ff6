// Listens to a Chat: what came so far, and a way to wait for what comes next. A barrier instead of a sleep.

import type { Chat, ChatEvent, WatchEnd } from "../../src/core/ports/chat.ts";

type Kind = ChatEvent["kind"];
/** Also where one shape serves two kinds. */
type EventOf<K extends Kind, E = ChatEvent> = E extends { readonly kind: infer Kinds } ? (K extends Kinds ? E : never) : never;
type Wish = { readonly fits: (event: ChatEvent) => boolean; readonly grant: (event: ChatEvent) => void };

export class Listener {
  readonly events: ChatEvent[] = [];
  ended: WatchEnd | null = null;
  cursor = 0;
  stop: () => void = () => {};
  readonly #wishes = new Set<Wish>();

  /** Starts a watch. */
  static async to(chat: Chat, after?: number): Promise<Listener> {
    const listener = new Listener();
    const watch = await chat.watch({ event: (event) => listener.#hear(event), ended: (why) => listener.#end(why) }, after);
    listener.cursor = watch.cursor;
    listener.stop = () => watch.stop();
    return listener;
  }

  /** All of one kind so far. */
  of<K extends Kind>(kind: K): EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> => event.kind === kind);
  }

  /** The texts of all messages so far. */
  get texts(): string[] {
    return this.of("message").map(({ message }) => message.text);
  }

  /** The first event of a kind that fits, come already or to come. */
  hears<K extends Kind>(kind: K, fits: (event: EventOf<K>) => boolean = () => true): Promise<EventOf<K>> {
    const isWished = (event: ChatEvent): event is EventOf<K> => event.kind === kind && fits(event as EventOf<K>);
    const heard = this.events.find(isWished);
    if (heard) return Promise.resolve(heard);
    return new Promise((resolve) => {
      this.#wishes.add({ fits: isWished, grant: (event) => resolve(event as EventOf<K>) });
    });
  }

  /** The message of this text. */
  async message(text: string): Promise<EventOf<"message">["message"]> {
    return (await this.hears("message", ({ message }) => message.text === text)).message;
  }

  #hear(event: ChatEvent): void {
    this.events.push(event);
    for (const wish of this.#wishes) {
      if (!wish.fits(event)) continue;
      this.#wishes.delete(wish);
      wish.grant(event);
    }
  }

  #end(why: WatchEnd): void {
    this.ended = why;
  }
}
