// How somebody shows: a status, and a text that says what for.

import { cleanLine } from "../core/name.ts";
import type { Status } from "../core/presence.ts";

export type Shown = Exclude<Status, "offline">;

export class Bearing {
  status: Shown = "online";
  /** The text that stands while one is not away. */
  standing: string;
  #awayText = "";

  constructor(standing = "") {
    this.standing = standing;
  }

  /** What others read. */
  get text(): string {
    return this.status === "away" && this.#awayText ? this.#awayText : this.standing;
  }

  /**
   * Without a text the standing one stays as it was. A text given with `away` says why one is away: it is shown until one is
   * back, then the standing one is shown again.
   */
  take(status: Shown, text?: string): void {
    const clean = text === undefined ? undefined : cleanLine(text);
    if (status === "away") this.#awayText = clean ?? "";
    else if (clean !== undefined) this.standing = clean;
    this.status = status;
  }
}
