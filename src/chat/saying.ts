// What entries say: who speaks in them, what is about what, and who may change what.

import type { Body } from "../core/body.ts";
import { decodeBody } from "../core/body-codec.ts";
import { type Entry, KINDS } from "../core/entry.ts";
import { type PersonId, personOf } from "../core/ids.ts";
import type { Stored } from "../core/ports/store.ts";

/** The person for whom an entry's author speaks: itself, or a guest. */
export const speakerOf = (entry: Entry): PersonId => personOf(entry.author, entry.header.as);

/** What an entry says, or null where its kind is unknown, its body erased or malformed. */
export const bodyOf = (entry: Entry): Body | null => (entry.body === null ? null : decodeBody(entry.header.kind, entry.body));

/** Whether one entry can be about another at all. */
export const isAbout = (target: Entry, entry: Entry): boolean => target.header.room === entry.header.room;

/** Whether an entry may change another: only the person who said it may. */
export const mayChange = (target: Entry, entry: Entry): boolean => isAbout(target, entry) && speakerOf(target) === speakerOf(entry);

/** The entry by which its author took the message back, or null. */
export const redactionOf = (target: Entry, related: readonly Stored[]): Entry | null =>
  related.find(({ entry }) => entry.header.kind === KINDS.redact && mayChange(target, entry))?.entry ?? null;

/** The edits by its author, in their order. */
export function editsOf(target: Entry, related: readonly Stored[]): readonly { readonly entry: Entry; readonly text: string }[] {
  return related.flatMap(({ entry }) => {
    const body = entry.header.kind === KINDS.edit && mayChange(target, entry) ? bodyOf(entry) : null;
    return body?.kind === "edit" ? [{ entry, text: body.text }] : [];
  });
}
