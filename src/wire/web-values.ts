// The small values of the browser protocol, one schema each: numbers, ids, persons and rooms as they are in JSON.

import * as v from "valibot";
import {
  type Conversation,
  type EntryId,
  guestOf,
  type PeerId,
  type PersonId,
  parseEntryId,
  parsePeerId,
  parsePersonId,
} from "../core/ids.ts";
import type { RoomInfo } from "../core/ports/chat.ts";
import type { OrderKey } from "../core/ports/store.ts";
import type { Person } from "../core/presence.ts";
import { MAX_ROOM_ID } from "../core/room.ts";

/** A whole number that JSON carries exactly; what overflows to Infinity is refused. */
export const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A list that nobody changes. */
export const listOf = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.readonly());

export const stringOf = <T extends string>(what: string, test: (text: string) => boolean) =>
  v.custom<T>((value) => typeof value === "string" && test(value), `${what} is expected`);

export const entryId = stringOf<EntryId>("an entry's id", (text) => parseEntryId(text) !== null);
const peerId = stringOf<PeerId>("a peer's id", (text) => parsePeerId(text) !== null);
export const personId = stringOf<PersonId>(
  "a person's id",
  (text) => text.length <= MAX_ROOM_ID && parsePeerId(text.slice(0, 52)) !== null,
);
/** Its shape only: whether there is such a room is for Chat to say. */
export const conversation = stringOf<Conversation>("#room or @person", (text) => /^[#@]/.test(text) && text.length <= MAX_ROOM_ID);

/** A place in the total order, as a request names it. */
export const orderKey = v.strictObject({ time: whole, author: peerId, seq: whole }) satisfies v.GenericSchema<unknown, OrderKey>;

/** The name is left out where the id tells it. */
export const person = v.pipe(
  v.object({ id: personId, name: v.exactOptional(v.string()) }),
  v.rawTransform<{ id: PersonId; name?: string }, Person>(({ dataset: { value }, addIssue, NEVER }) => {
    const name = value.name ?? nameIn(value.id);
    if (name !== null) return { id: value.id, name };
    addIssue({ message: "a name is expected" });
    return NEVER;
  }),
) satisfies v.GenericSchema<unknown, Person>;

export const wirePerson = ({ id, name }: Person): v.InferInput<typeof person> => (nameIn(id) === name ? { id } : { id, name });

/** The name that a guest's id tells; null for the owner of a peer, and for what is no id. */
function nameIn(id: PersonId): string | null {
  const parsed = id.includes("/") ? parsePersonId(id) : null;
  return parsed && guestOf(parsed);
}

export const roomInfo = v.object({
  room: conversation,
  kind: v.picklist(["open", "direct"]),
  name: v.string(),
  topic: v.string(),
  joined: v.boolean(),
  here: whole,
  unread: whole,
  last: v.nullable(v.string()),
}) satisfies v.GenericSchema<unknown, RoomInfo>;
