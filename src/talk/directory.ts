// The names of people as one of them reads and types them, with those of one name told apart.

import { ChatError } from "../core/errors.ts";
import { type Conversation, type PersonId, tagOf } from "../core/ids.ts";
import { cleanLine } from "../core/name.ts";
import type { Person } from "../core/presence.ts";
import { Names } from "./names.ts";

export class Directory {
  readonly #names: Names;
  #self: PersonId;

  /** The names may be shared with others who read beside this person. */
  constructor(self: Person, others: Iterable<Person> = [], names: Names = new Names()) {
    this.#names = names;
    this.#self = self.id;
    for (const person of others) this.learn(person);
    this.learn(self);
  }

  /** Who reads. */
  get self(): PersonId {
    return this.#self;
  }

  /** The one who reads is this person from now on: a guest's id changes with the name. */
  become(self: Person): void {
    this.#self = self.id;
    this.learn(self);
  }

  learn(person: Person): void {
    this.#names.learn(person);
  }

  /** See `Names.renamed`. */
  renamed(person: Person, was: PersonId | null): void {
    this.#names.renamed(person, was);
    if (was === this.#self) this.become(person);
  }

  /** The name as it stands in a line: with a tag where two people share it; nothing of it can be taken for a part of the line. */
  shown(person: Person): string {
    this.learn(person);
    const name = this.#distinct(person.id, person.name).replace(/[<>*"]/gu, (mark) => LOOKALIKES[mark] ?? "");
    return NEWS_WORDS.test(name) ? `"${name}"` : name;
  }

  /** A conversation as people type it: `#tea`, `@ann`, `@ann·k7qd`. */
  target(room: Conversation): string {
    if (!room.startsWith("@")) return room;
    const id = room.slice(1) as PersonId;
    const name = this.#names.of(id);
    return name === undefined ? room : `@${this.#distinct(id, name)}`;
  }

  /** Whom a direct conversation is with. */
  other(room: Conversation): Person {
    const id = room.slice(1) as PersonId;
    return { id, name: this.#names.of(id) ?? tagOf(id) };
  }

  /**
   * The person of this name, `name·tag` or id (its first four letters are enough), or null where nobody is called so.
   * Somebody else goes before oneself. Throws `ambiguous` with the tags where several are.
   */
  find(text: string): Person | null {
    const found = this.#called(text);
    const others = found.filter((id) => id !== this.#self);
    if (others.length > 1) {
      const choices = others.map((id) => `@${this.#names.of(id)}·${tagOf(id)}`).join(", ");
      throw new ChatError("ambiguous", `several people are called ${cleanLine(text)}: say which, ${choices}`);
    }
    const id = others[0] ?? found[0];
    return id === undefined ? null : { id, name: this.#names.of(id) ?? "" };
  }

  #called(text: string): readonly PersonId[] {
    const [, name = "", tag] = /^(.*?)(?:·([a-z2-7]{1,52}))?$/su.exec(text.trim()) ?? [];
    const same = [...this.#names.called(name)];
    if (tag !== undefined) return same.filter((id) => id.startsWith(tag));
    if (same.length > 0 || !/^[a-z2-7]{4,52}(\/|$)/.test(text)) return same;
    return this.#names.beginning(text);
  }

  #distinct(id: PersonId, name: string): string {
    return this.#names.called(name).size > 1 ? `${cleanLine(name)}·${tagOf(id)}` : cleanLine(name);
  }
}

const LOOKALIKES: Readonly<Record<string, string>> = { "<": "‹", ">": "›", "*": "∗", '"': "”" };

/** A name of several words, one of them such as news are made of (`ann left, bob`), stands in quotes. */
const NEWS_WORDS = /^(?=.*\s)(?:.*[\s\p{P}])?(?:joined|left|is|are|was|were|changed|set|removed|took|reacted|you|not)(?:[\s\p{P}]|$)/iu;
