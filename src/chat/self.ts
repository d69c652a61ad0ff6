// How the person here shows to others: name, status, status text. The status text outlives a restart; being away does not.

import { ChatError } from "../core/errors.ts";
import { cleanLine, parseName } from "../core/name.ts";
import type { Store } from "../core/ports/store.ts";
import type { OwnPresence } from "../core/presence.ts";
import { Bearing, type Shown } from "./bearing.ts";

/** Under these names the store remembers what shows. */
const NAME_SETTING = "name";
const TEXT_SETTING = "status-text";

export class Self {
  readonly #store: Store;
  readonly #listeners = new Set<() => void>();
  readonly #bearing: Bearing;
  #name: string;
  #hub: string | null = null;

  private constructor(store: Store, name: string, text: string) {
    this.#store = store;
    this.#name = name;
    this.#bearing = new Bearing(text);
  }

  /** By the name given, else the one remembered. Rejects bad-input where there is neither, or one nobody could read. */
  static async load(store: Store, given: string | undefined): Promise<Self> {
    const [remembered, text] = await Promise.all([store.recall(NAME_SETTING), store.recall(TEXT_SETTING)]);
    const name = nameOf(given ?? remembered ?? "");
    if (name !== remembered) await store.remember(NAME_SETTING, name);
    return new Self(store, name, cleanLine(text ?? ""));
  }

  /** What others shall see. */
  get own(): OwnPresence {
    const { status, text } = this.#bearing;
    return { name: this.#name, status, text, guests: [], ...(this.#hub !== null && { hub: this.#hub }) };
  }

  /** The doors are open to guests under this title, or closed (null). */
  openDoors(title: string | null): void {
    this.#hub = title;
    this.#tell();
  }

  /** Calls back when `own` has changed. Returns the way to stop. */
  changed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Remembers the name, then shows it. */
  async rename(name: string): Promise<void> {
    await this.#store.remember(NAME_SETTING, name);
    this.#name = name;
    this.#tell();
  }

  /** See `Chat.setStatus`. */
  async setStatus(status: Shown, text?: string): Promise<void> {
    const standing = text === undefined || status === "away" ? this.#bearing.standing : cleanLine(text);
    if (standing !== this.#bearing.standing) await this.#store.remember(TEXT_SETTING, standing || null);
    this.#bearing.take(status, text);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The text as a name. Throws bad-input where nobody could read it. */
export function nameOf(text: string): string {
  const name = parseName(text);
  if (name === null)
    throw new ChatError(
      "bad-input",
      "a name has 1 to 48 characters that others can read, none of them · or /, and begins neither with # nor @",
    );
  return name;
}
