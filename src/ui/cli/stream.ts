// Brings events into the one order, a moment after they arrive.

import { peerOf } from "../../core/ids.ts";
import type { ChatEvent } from "../../core/ports/chat.ts";
import type { OrderKey } from "../../core/ports/store.ts";
import type { Person } from "../../core/presence.ts";
import { Settle } from "./settle.ts";

/** A Settle with a clock: `emit` is given events in order, about 100 ms after they came. */
export class Stream {
  readonly #settle = new Settle<ChatEvent>();
  readonly #emit: (events: readonly ChatEvent[]) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(emit: (events: readonly ChatEvent[]) => void) {
    this.#emit = emit;
  }

  add(event: ChatEvent): void {
    this.#settle.add(event, placeOf(event), performance.now());
    this.#schedule();
  }

  /** Emits whatever is held. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#release(Number.POSITIVE_INFINITY);
  }

  #schedule(): void {
    const due = this.#settle.due;
    if (due === null || this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#release(performance.now());
        this.#schedule();
      },
      Math.max(1, due - performance.now()),
    );
  }

  #release(now: number): void {
    const events = this.#settle.release(now);
    if (events.length > 0) this.#emit(events);
  }
}

/** Where an event stands among messages; null for what has no place in history. */
function placeOf(event: ChatEvent): OrderKey | null {
  if (event.kind === "message") return event.message.key;
  if (!("at" in event)) return null;
  const person: Person = "by" in event ? event.by : event.person;
  return { time: Date.parse(event.at) * 1000, author: peerOf(person.id), seq: 0 };
}
