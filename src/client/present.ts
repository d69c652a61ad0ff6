// Who is here, as the watchers of a remote chat know it: what changed while the connection was lost is told once it stands again.

import type { PersonId } from "../core/ids.ts";
import type { ChatEvent, PersonInfo } from "../core/ports/chat.ts";
import { LOBBY } from "../core/room.ts";

export class Present {
  readonly #here = new Map<PersonId, PersonInfo>();

  /** Takes in what watchers are told. */
  heard(events: readonly ChatEvent[]): void {
    for (const event of events) if (event.kind === "presence") this.#learn(event.person);
  }

  /** Takes in a list of everyone, as it was asked for. */
  listed(people: readonly PersonInfo[]): void {
    for (const person of people) this.#learn(person);
  }

  /** How everyone is now, as events; those who are listed no more are gone. Presence is told also where it is the same: not all watchers know as much. */
  now(people: readonly PersonInfo[]): readonly ChatEvent[] {
    const listed = new Set(people.map(({ id }) => id));
    const vanished = [...this.#here.values()].filter(({ id }) => !listed.has(id));
    const everyone = [...vanished.map((person) => ({ ...person, status: "offline" as const, text: "" })), ...people];
    return everyone.flatMap((person) => this.#change(person));
  }

  #change(person: PersonInfo): readonly ChatEvent[] {
    const wasHere = this.#here.has(person.id);
    this.#learn(person);
    const shown: ChatEvent = { cursor: null, kind: "presence", person };
    if (wasHere === (person.status !== "offline")) return [shown];
    const { id, name, seen } = person;
    const kind = wasHere ? "left" : "joined";
    return [shown, { cursor: null, kind, room: LOBBY, person: { id, name }, at: seen ?? new Date().toISOString() }];
  }

  #learn(person: PersonInfo): void {
    if (person.status === "offline") this.#here.delete(person.id);
    else this.#here.set(person.id, person);
  }
}
