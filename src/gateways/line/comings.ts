// Who comes and who goes: held back for a moment, so that a crowd shares a line.

import type { PersonId } from "../../core/ids.ts";
import type { Directory } from "../../talk/directory.ts";
import { type Move, withMoves } from "../../talk/moves.ts";
import type { Piece } from "./batch.ts";

/** Milliseconds. */
const MOMENT = 100;

/** Someone to tell of it; not of oneself. */
export type Onlooker = { readonly self: PersonId; told(piece: Piece): void };

export class Comings {
  readonly #onlookers: Iterable<Onlooker>;
  readonly #people: Directory;
  #moves: Move[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(onlookers: Iterable<Onlooker>, people: Directory) {
    this.#onlookers = onlookers;
    this.#people = people;
  }

  /** Somebody who came and went within the moment was not here. */
  add(move: Move): void {
    const undone = this.#moves.findIndex(({ kind, person }) => person.id === move.person.id && kind !== move.kind);
    if (undone >= 0) this.#moves.splice(undone, 1);
    else this.#moves.push(move);
    this.#timer ??= setTimeout(() => this.flush(), MOMENT).unref();
  }

  /** Tells now, before something else is told. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const moves = this.#moves;
    this.#moves = [];
    if (moves.length === 0) return;
    const ids = new Set(moves.map(({ person }) => person.id));
    const piece = this.#piece(moves);
    for (const onlooker of this.#onlookers) {
      if (!ids.has(onlooker.self)) onlooker.told(piece);
      else if (moves.length > 1) onlooker.told(this.#piece(moves.filter(({ person }) => person.id !== onlooker.self)));
    }
  }

  #piece(moves: readonly Move[]): Piece {
    const lines = withMoves(moves, this.#people);
    return { text: lines.map(({ text }) => `${text}\n`).join("") };
  }
}
