// Who comes, goes and shows otherwise, gathered for all watches of a gateway: the first change is told at once, further ones together.

import type { PersonId } from "../../core/ids.ts";
import type { ChatEvent, PersonInfo } from "../../core/ports/chat.ts";
import { LOBBY } from "../../core/room.ts";
import { encodePresence } from "../../wire/web-events.ts";
import type { PresenceChanges } from "../../wire/web-people.ts";
import { Told } from "./batch.ts";

/** Milliseconds between two tellings. */
const PAUSE_MS = 250;

/** A watch that is told. */
export type Reader = { tell(told: Told): void };

type How = keyof PresenceChanges;

export class PresenceFeed {
  readonly #readers = new Set<Reader>();
  readonly #changes = new Map<PersonId, { readonly info: PersonInfo; readonly how: How }>();
  #toldAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #isDue = false;

  add(reader: Reader): void {
    this.#readers.add(reader);
  }

  remove(reader: Reader): void {
    this.#readers.delete(reader);
  }

  /** Takes what is presence out of a list, and gives the rest back. */
  take(events: readonly ChatEvent[]): readonly ChatEvent[] {
    if (!events.some((event) => event.cursor === null && event.kind === "presence")) return events;
    const rest = events.filter((event) => !this.#note(event));
    this.#schedule();
    return rest;
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  #note(event: ChatEvent): boolean {
    if (event.kind === "presence") {
      const before = this.#changes.get(event.person.id);
      this.#changes.set(event.person.id, { info: event.person, how: before?.how ?? "changed" });
      return true;
    }
    const isMove = event.cursor === null && (event.kind === "joined" || event.kind === "left") && event.room === LOBBY;
    const noted = isMove ? this.#changes.get(event.person.id) : undefined;
    if (!isMove || !noted) return false;
    this.#move(event.person.id, noted, event.kind === "joined" ? "came" : "went");
    return true;
  }

  /** Who went and came back in between only shows otherwise; of who came and went again nobody needs to hear. */
  #move(id: PersonId, noted: { readonly info: PersonInfo; readonly how: How }, how: "came" | "went"): void {
    const { info, how: before } = noted;
    if (before === "changed" || before === how) this.#changes.set(id, { info, how });
    else if (before === "went") this.#changes.set(id, { info, how: "changed" });
    else this.#changes.delete(id);
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const wait = this.#toldAt + PAUSE_MS - performance.now();
    if (wait <= 0) setImmediate(() => this.#tell());
    else this.#timer = setTimeout(() => this.#tell(), wait).unref();
  }

  #tell(): void {
    this.#isDue = false;
    this.#toldAt = performance.now();
    if (this.#changes.size === 0) return;
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    const those = (how: How) => changes.filter((change) => change.how === how).map(({ info }) => info);
    const told = new Told(encodePresence({ came: those("came"), changed: those("changed"), went: those("went") }), null, false);
    for (const reader of this.#readers) reader.tell(told);
  }
}
