// Who came and who went, as lines: a few one by one, a crowd at once.

import type { Person } from "../core/presence.ts";
import { LOBBY } from "../core/room.ts";
import type { Directory } from "./directory.ts";
import { type Line, newsLine } from "./lines.ts";

/** Somebody joined or left the room of all. */
export type Move = { readonly kind: "joined" | "left"; readonly person: Person };

/** More who come or go in one moment share a line, where so many are named. */
const FEW = 3;
const NAMED = 10;

/** The lines, with those of the moves where they stand; those of a crowd where its first stands. */
export function withMoves(told: readonly (Line | Move)[], people: Directory): readonly Line[] {
  const lines = told.filter((item) => "text" in item);
  const moves = told.filter((item) => "person" in item);
  if (moves.length === 0) return lines;
  const crowds = (["joined", "left"] as const)
    .map((kind) => moves.filter((move) => move.kind === kind))
    .filter(({ length }) => length > FEW);
  return told.flatMap((item) => {
    if ("text" in item) return [item];
    const crowd = crowds.find((moved) => moved.includes(item));
    if (!crowd) return [newsLine(`${people.shown(item.person)} ${item.kind} ${LOBBY}`)];
    return crowd[0] === item ? [newsLine(`${nameAll(crowd, people)} ${item.kind} ${LOBBY}`)] : [];
  });
}

function nameAll(moves: readonly Move[], people: Directory): string {
  const names = moves.map(({ person }) => people.shown(person)).sort();
  const rest = names.length - NAMED;
  const named = rest > 0 ? [...names.slice(0, NAMED), `${rest} more`] : names;
  return `${named.slice(0, -1).join(", ")} and ${named.at(-1)}`;
}
