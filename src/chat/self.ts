// How the person here shows to others: name, status, status text. The status text outlives a restart; being away does not.

import { ChatError } from "../core/errors.ts";
import { cleanLine, parseName } from "../core/name.ts";
import type { Store } from "../core/ports/store.ts";
import type { OwnPresence, Status } from "../core/presence.ts";

/** Under these names the store remembers what shows. */
const NAME_SETTING = "name";
const TEXT_SETTING = "status-text";

export class Self {
  readonly #store: Store;
  readonly #listeners = new Set<() => void>();
  #status: Exclude<Status, "offline"> = "online";
  #name: string;
  #text: string;
  /** Shown instead of the text while away. */
  #awayText = "";

  private constructor(store: Store, name: string, text: string) {
    this.#store = store;
    this.#name = name;
    this.#text = text;
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
    const text = this.#status === "away" && this.#awayText ? this.#awayText : this.#text;
    return { name: this.#name, status: this.#status, text, guests: [] };
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

  /**
   * Without a text the status text stays as it was. A text given with `away` says why one is away: it is shown until one is
   * back, then the status text stands again.
   */
  async setStatus(status: Exclude<Status, "offline">, text?: string): Promise<void> {
    const clean = text === undefined ? undefined : cleanLine(text);
    if (status === "away") this.#awayText = clean ?? "";
    else if (clean !== undefined && clean !== this.#text) {
      await this.#store.remember(TEXT_SETTING, clean || null);
      this.#text = clean;
    }
    this.#status = status;
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
