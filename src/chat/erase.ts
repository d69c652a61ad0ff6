// Takes the words of redacted messages out of the store; headers stay, so that chains hold.

import { type Entry, KINDS } from "../core/entry.ts";
import type { EntryId } from "../core/ids.ts";
import type { Store } from "../core/ports/store.ts";
import { mayChange } from "./saying.ts";

export class Eraser {
  readonly #store: Store;
  readonly #failed: (error: unknown) => void;
  #work: Promise<void> = Promise.resolve();

  /** `failed` hears of what could not be erased; such a message is tried again when it is shown next. */
  constructor(store: Store, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** Erases the message and its edits, if the one who redacts it said it. */
  redacted(by: Entry, target: EntryId): void {
    this.#work = this.#work.then(() => this.#erase(by, target)).catch(this.#failed);
  }

  /** Resolves once all that was redacted is erased. */
  idle(): Promise<void> {
    return this.#work;
  }

  async #erase(by: Entry, id: EntryId): Promise<void> {
    const [target] = await this.#store.read({ kind: "ids", ids: [id], related: false });
    if (!target || target.entry.header.kind !== KINDS.message || !mayChange(target.entry, by)) return;
    const related = await this.#store.read({ kind: "ids", ids: [id], related: true });
    const edits = related.filter(({ entry }) => entry.header.kind === KINDS.edit && mayChange(target.entry, entry));
    await this.#store.erase([id, ...edits.map(({ entry }) => entry.id)]);
  }
}
