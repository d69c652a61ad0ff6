// Lines with a line for each new day between them.

import { dayLine, type Line } from "../../talk/lines.ts";
import type { DatedPiece } from "./teller.ts";

/** A local day as a number; 0 is none. */
export const dayOfDate = (at: Date): number => (at.getFullYear() * 100 + at.getMonth() + 1) * 100 + at.getDate();

export class Days {
  #text = "";
  #first: Date | null = null;
  #firstDay = 0;
  #day = 0;

  /** Adds a line; `at` for what was said at some time. Null adds nothing. */
  add(line: Line | null, at: Date | null = null): void {
    if (line === null) return;
    if (at !== null) this.#turnTo(at);
    this.#text += `${line.text}\n`;
  }

  /** All that was added, or null. */
  piece(): DatedPiece | null {
    if (this.#text === "") return null;
    const [text, first] = [this.#text, this.#first];
    let dated: { readonly text: string } | null = null;
    const withDay = () => {
      dated ??= { text: first ? `${dayLine(first).text}\n${text}` : text };
      return dated;
    };
    return { text, firstDay: this.#firstDay, lastDay: this.#day, withDay };
  }

  #turnTo(at: Date): void {
    const day = dayOfDate(at);
    if (this.#day === 0) {
      this.#first = at;
      this.#firstDay = day;
    } else if (day !== this.#day) {
      this.#text += `${dayLine(at).text}\n`;
    }
    this.#day = day;
  }
}
