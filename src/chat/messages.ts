// Entries as the messages that people see: the original, the last edit of its author, reactions gathered, or nothing where it was redacted.

import type { Body } from "../core/body.ts";
import { type Entry, KINDS } from "../core/entry.ts";
import type { PersonId } from "../core/ids.ts";
import { keyOf } from "../core/order.ts";
import type { Message, Reaction } from "../core/ports/chat.ts";
import type { Stored } from "../core/ports/store.ts";
import type { Person } from "../core/presence.ts";
import { conversationOf } from "../core/room.ts";
import { type HybridClock, isoOf } from "./hybrid-clock.ts";
import type { People } from "./people.ts";
import { bodyOf, editsOf, isAbout, redactionOf, speakerOf } from "./saying.ts";

export class Messages {
  readonly #people: People;
  readonly #clock: HybridClock;

  constructor(people: People, clock: HybridClock) {
    this.#people = people;
    this.#clock = clock;
  }

  /** A message as it was said, for one who may see it. Its body is null where it was erased. */
  said(entry: Entry, body: Body | null, viewer: PersonId): Message {
    const message = body?.kind === "message" ? body : null;
    return {
      id: entry.id,
      room: conversationOf(entry.header.room, viewer),
      from: this.#people.speaker(entry),
      text: message ? message.text : "",
      at: isoOf(entry.header.time),
      edited: false,
      redacted: message === null,
      replyTo: message?.replyTo ?? null,
      reactions: [],
      key: keyOf(entry),
      ahead: this.#clock.isAhead(entry.header.time),
    };
  }

  /** A message with all that was done to it; `related` in the total order. Whatever others than its author changed is passed over. */
  seen(entry: Entry, related: readonly Stored[], viewer: PersonId): Message {
    const said = this.said(entry, bodyOf(entry), viewer);
    const reactions = this.#reactions(entry, related);
    if (redactionOf(entry, related)) return { ...said, text: "", edited: false, redacted: true, reactions };
    const text = editsOf(entry, related).at(-1)?.text;
    return text === undefined || said.redacted ? { ...said, reactions } : { ...said, text, edited: true, reactions };
  }

  #reactions(target: Entry, related: readonly Stored[]): readonly Reaction[] {
    const byEmoji = new Map<string, Map<PersonId, Person>>();
    for (const { entry } of related) {
      const body = entry.header.kind === KINDS.react && isAbout(target, entry) ? bodyOf(entry) : null;
      if (body?.kind !== "react") continue;
      const people = byEmoji.getOrInsertComputed(body.emoji, () => new Map());
      if (body.on) people.set(speakerOf(entry), this.#people.speaker(entry));
      else people.delete(speakerOf(entry));
    }
    return [...byEmoji].filter(([, people]) => people.size > 0).map(([emoji, people]) => ({ emoji, by: [...people.values()] }));
  }
}
