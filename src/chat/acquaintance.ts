// Keeps in the store who was met and when, so that people who are away stay listed after a restart, too.

import { parsePersonId } from "../core/ids.ts";
import { parseName } from "../core/name.ts";
import type { Store } from "../core/ports/store.ts";
import type { People } from "./people.ts";
import { parseList } from "./settings.ts";

const SETTING = "people";
/** Those seen last are remembered. */
const MAX_REMEMBERED = 5_000;
/** Changes gather for so long, milliseconds: a network that wakes up is many people at once. */
const GATHER = 2_000;

export class Acquaintance {
  readonly #store: Store;
  readonly #people: People;
  readonly #failed: (error: unknown) => void;
  #work: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isStale = false;

  constructor(store: Store, people: People, failed: (error: unknown) => void) {
    this.#store = store;
    this.#people = people;
    this.#failed = failed;
  }

  /** Brings back who was known. */
  async load(): Promise<void> {
    for (const item of parseList(await this.#store.recall(SETTING))) {
      const [id, name, named, seen] = Array.isArray(item) ? (item as readonly unknown[]) : [];
      if (typeof id !== "string" || typeof name !== "string" || typeof named !== "number" || typeof seen !== "number") continue;
      const person = parsePersonId(id);
      if (person && parseName(name) === name) this.#people.restore(person, name, { named, seen });
    }
  }

  /** Someone came, went or changed: it is written a little later. */
  changed(): void {
    this.#isStale = true;
    this.#timer ??= setTimeout(() => this.#begin(), GATHER).unref();
  }

  /** Writes what is still to be written; resolves once it is. */
  async idle(): Promise<void> {
    this.#begin();
    await this.#work;
  }

  /** One write is under way at a time, and the last one has it all. */
  #begin(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#work ??= this.#write();
  }

  async #write(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      await this.#store.remember(SETTING, this.#format()).catch(this.#failed);
    }
    this.#work = null;
  }

  #format(): string {
    const met = [...this.#people.entries()].flatMap(([id, { person, named, seen }]) =>
      seen === null ? [] : [[id, person.name, named, seen] as const],
    );
    return JSON.stringify(met.sort((a, b) => b[3] - a[3]).slice(0, MAX_REMEMBERED));
  }
}
