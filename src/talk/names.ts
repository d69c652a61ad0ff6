// Who is called how, as far as it is known.

import type { PersonId } from "../core/ids.ts";
import { foldName } from "../core/name.ts";
import type { Person } from "../core/presence.ts";

/** Beyond so many, who was learnt first is forgotten. */
const MOST = 20_000;

/** The people known so far. Names may change: the last one that was learnt counts. */
export class Names {
  readonly #names = new Map<PersonId, string>();
  readonly #byName = new Map<string, Set<PersonId>>();

  learn({ id, name }: Person): void {
    const before = this.#names.get(id);
    if (before === name) return;
    if (before !== undefined) this.#drop(id, before);
    else if (this.#names.size >= MOST) this.#forgetFirst();
    this.#names.set(id, name);
    const key = foldName(name);
    const same = this.#byName.get(key);
    if (same) same.add(id);
    else this.#byName.set(key, new Set([id]));
  }

  /** Somebody has a new name; where the id went with it, the one before (`was`) is nobody's now. */
  renamed(person: Person, was: PersonId | null): void {
    if (was !== null) this.forget(was);
    this.learn(person);
  }

  forget(id: PersonId): void {
    const name = this.#names.get(id);
    if (name === undefined) return;
    this.#names.delete(id);
    this.#drop(id, name);
  }

  of(id: PersonId): string | undefined {
    return this.#names.get(id);
  }

  /** All of this name, however it is written. */
  called(name: string): ReadonlySet<PersonId> {
    return this.#byName.get(foldName(name)) ?? NOBODY;
  }

  /** All whose id begins so. */
  beginning(text: string): readonly PersonId[] {
    return [...this.#names.keys()].filter((id) => id.startsWith(text));
  }

  #drop(id: PersonId, name: string): void {
    const key = foldName(name);
    const same = this.#byName.get(key);
    same?.delete(id);
    if (same?.size === 0) this.#byName.delete(key);
  }

  #forgetFirst(): void {
    for (const id of this.#names.keys()) return this.forget(id);
  }
}

const NOBODY: ReadonlySet<PersonId> = new Set();
