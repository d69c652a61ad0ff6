// What many readers are told in one tick, as bytes that are made once for all of them.

import type { ChatEvent } from "../../core/ports/chat.ts";
import { CLOSING_OF_EVENTS, openingOfEvents } from "../../wire/web.ts";
import { encodeEvent } from "../../wire/web-events.ts";
import { textFrame } from "../../wire/web-frame.ts";

/** Events that were told together, in JSON without the brackets. */
export class Told {
  readonly bytes: Uint8Array;
  /** That of the last event that has one. */
  readonly cursor: number | null;
  /** Whether somebody has another name. */
  readonly renames: boolean;

  constructor(json: string, cursor: number | null, renames: boolean) {
    this.bytes = Buffer.from(json);
    this.cursor = cursor;
    this.renames = renames;
  }

  static of(events: readonly ChatEvent[]): Told {
    const cursor = events.findLast((event) => event.cursor !== null)?.cursor ?? null;
    return new Told(
      events.map(encodeEvent).join(","),
      cursor,
      events.some(({ kind }) => kind === "renamed"),
    );
  }
}

/** Readers who watch under further ids get bytes of their own. */
const MAX_KEPT = 16;
const COMMA = Buffer.from(",");
const CLOSING = Buffer.from(CLOSING_OF_EVENTS);

/** What was told so far in a tick. All who were told the same hold the same batch: it branches only where they were told something else. */
export class Batch {
  /** Bytes of events. */
  readonly size: number;
  readonly #before: Batch | null;
  readonly #told: Told | null;
  /** The latest that follows on this one. */
  #next: Batch | null = null;
  #frames: Map<number, Uint8Array> | null = null;

  /** Without arguments: nothing was told yet. */
  constructor(before: Batch | null = null, told: Told | null = null) {
    this.#before = before;
    this.#told = told;
    this.size = (before?.size ?? 0) + (told?.bytes.length ?? 0);
  }

  /** The batch that is this one and what was told now: the same for all who ask for the same. */
  with(told: Told): Batch {
    const next = this.#next;
    if (next !== null && next.#told === told) return next;
    this.#next = new Batch(this, told);
    return this.#next;
  }

  /** The whole WebSocket frame for those who watch under this id. */
  frame(watch: number): Uint8Array {
    const known = this.#frames?.get(watch);
    if (known) return known;
    const frame = textFrame([Buffer.from(openingOfEvents(watch)), ...this.#pieces(), CLOSING]);
    this.#frames ??= new Map();
    if (this.#frames.size < MAX_KEPT) this.#frames.set(watch, frame);
    return frame;
  }

  #pieces(): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let batch: Batch | null = this; batch !== null; batch = batch.#before) if (batch.#told) pieces.push(COMMA, batch.#told.bytes);
    return pieces.reverse().slice(0, -1);
  }
}
