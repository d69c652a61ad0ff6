// Places in a history as people type them: a time, or the id of a message.

import { type EntryId, type PeerId, parseEntryId } from "../../core/ids.ts";
import type { OrderKey } from "../../core/ports/store.ts";
import { shown } from "../../talk/words.ts";
import { UsageError } from "./usage-error.ts";

/** A time (microseconds since 1970), or a message. */
export type Place = { readonly kind: "time"; readonly time: number } | { readonly kind: "message"; readonly id: EntryId };

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Reads `2026-11-21`, `2026-11-21 10:30`, `2026-11-21T10:30:00.000Z` (local time where no zone is given), or a message's id. */
export function readPlace(option: string, text: string): Place {
  const id = parseEntryId(text);
  if (id) return { kind: "message", id };
  const parts = TIME.exec(text);
  const milliseconds = parts ? Date.parse(`${parts[1]}T${parts[2] ?? "00:00"}${(parts[3] ?? "").toUpperCase()}`) : Number.NaN;
  if (!(milliseconds >= 0)) {
    throw new UsageError(`${option} ${shown(text)} cannot be used: give a time, such as 2026-11-21 or 2026-11-21T10:30, or a message's id`);
  }
  return { kind: "time", time: milliseconds * 1000 };
}

/** The place just before all that was said at this time: with `before` it leaves them out, with `after` it lets them in. */
export const keyAtTime = (time: number): OrderKey => ({ time: Math.max(0, time - 1), author: LAST_ID, seq: Number.MAX_SAFE_INTEGER });

/** No id of a peer stands after this one: 256 bits in base32 end in a digit of which one bit is used. */
const LAST_ID = `${"z".repeat(51)}q` as PeerId;
