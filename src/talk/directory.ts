// Knows the people by their names, and tells those of one name apart.

import { ChatError } from "../core/errors.ts";
import { type Conversation, type PersonId, tagOf } from "../core/ids.ts";
import { cleanLine, foldName } from "../core/name.ts";
import type { Person } from "../core/presence.ts";

/** The people known so far. Names may change: the last one that was learnt counts. */
export class Directory {
  readonly self: PersonId;
  readonly #names = new Map<PersonId, string>();
  readonly #byName = new Map<string, Set<PersonId>>();

  constructor(self: Person, others: Iterable<Person> = []) {
    this.self = self.id;
    for (const person of others) this.learn(person);
    this.learn(self);
  }

  learn({ id, name }: Person): void {
    const before = this.#names.get(id);
    if (before === name) return;
    if (before !== undefined) this.#byName.get(foldName(before))?.delete(id);
    this.#names.set(id, name);
    const key = foldName(name);
    const same = this.#byName.get(key);
    if (same) same.add(id);
    else this.#byName.set(key, new Set([id]));
  }

  /** The name as it stands in a line: with a tag where two people share it; without marks that could be taken for those of the line. */
  shown(person: Person): string {
    this.learn(person);
    return this.#distinct(person.id, person.name).replace(/[<>*]/gu, (mark) => LOOKALIKES[mark] ?? "");
  }

  /** A conversation as people type it: `#tea`, `@ann`, `@ann·k7qd`. */
  target(room: Conversation): string {
    if (!room.startsWith("@")) return room;
    const id = room.slice(1) as PersonId;
    const name = this.#names.get(id);
    return name === undefined ? room : `@${this.#distinct(id, name)}`;
  }

  /** Whom a direct conversation is with. */
  other(room: Conversation): Person {
    const id = room.slice(1) as PersonId;
    return { id, name: this.#names.get(id) ?? tagOf(id) };
  }

  /**
   * The person of this name, `name·tag` or id (its first four letters are enough), or null where nobody is called so.
   * Somebody else goes before oneself. Throws `ambiguous` with the tags where several are.
   */
  find(text: string): Person | null {
    const found = this.#called(text);
    const others = found.filter((id) => id !== this.self);
    if (others.length > 1) {
      const choices = others.map((id) => `@${this.#names.get(id)}·${tagOf(id)}`).join(", ");
      throw new ChatError("ambiguous", `several people are called ${cleanLine(text)}: say which, ${choices}`);
    }
    const id = others[0] ?? found[0];
    return id === undefined ? null : { id, name: this.#names.get(id) ?? "" };
  }

  #called(text: string): readonly PersonId[] {
    const [, name, tag] = /^(.*?)(?:·([a-z2-7]{1,52}))?$/su.exec(text.trim()) ?? [];
    const same = [...(this.#byName.get(foldName(name ?? "")) ?? [])];
    if (tag !== undefined) return same.filter((id) => id.startsWith(tag));
    if (same.length > 0 || !/^[a-z2-7]{4,52}(\/|$)/.test(text)) return same;
    return [...this.#names.keys()].filter((id) => id.startsWith(text));
  }

  #distinct(id: PersonId, name: string): string {
    const shared = (this.#byName.get(foldName(name))?.size ?? 0) > 1;
    return shared ? `${cleanLine(name)}·${tagOf(id)}` : cleanLine(name);
  }
}

const LOOKALIKES: Readonly<Record<string, string>> = { "<": "‹", ">": "›", "*": "∗" };
