// Messages in JSON: what most messages have in common is left out.

import * as v from "valibot";
import { peerOf } from "../core/ids.ts";
import type { Message } from "../core/ports/chat.ts";
import { conversation, entryId, listOf, person, whole, wirePerson } from "./web-values.ts";

const reaction = v.object({ emoji: v.string(), by: listOf(person) });

const wire = v.object({
  id: entryId,
  room: conversation,
  from: person,
  text: v.string(),
  /** Left out where it is what the key says. */
  at: v.exactOptional(v.string()),
  /** Time and number; its author is the peer of `from`. */
  key: v.tuple([whole, whole]),
  edited: v.exactOptional(v.boolean(), false),
  redacted: v.exactOptional(v.boolean(), false),
  replyTo: v.exactOptional(v.nullable(entryId), null),
  reactions: v.exactOptional(listOf(reaction), []),
  ahead: v.exactOptional(v.boolean(), false),
});

export const message = v.pipe(
  wire,
  v.transform(({ key: [time, seq], at = isoOf(time), ...rest }) => ({ ...rest, at, key: { time, author: peerOf(rest.from.id), seq } })),
) satisfies v.GenericSchema<unknown, Message>;

export function wireMessage(said: Message): v.InferInput<typeof message> {
  const { id, room, from, text, at, key, edited, redacted, replyTo, reactions, ahead } = said;
  return {
    id,
    room,
    from: wirePerson(from),
    text,
    ...(at !== isoOf(key.time) && { at }),
    key: [key.time, key.seq],
    ...(edited && { edited }),
    ...(redacted && { redacted }),
    ...(replyTo !== null && { replyTo }),
    ...(reactions.length > 0 && { reactions: reactions.map(({ emoji, by }) => ({ emoji, by: by.map(wirePerson) })) }),
    ...(ahead && { ahead }),
  };
}

/** Microseconds since 1970 as ISO 8601 with milliseconds. */
const isoOf = (time: number): string => new Date(Math.floor(time / 1000)).toISOString();
