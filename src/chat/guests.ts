// Who speaks in an entry: a peer's owner, or a guest of it.

import type { Entry } from "../core/entry.ts";
import { sha256Hex } from "../core/identity.ts";
import { type PeerId, type PersonId, personOf } from "../core/ids.ts";
import { foldName } from "../core/name.ts";

/** Most characters of a guest's part of an id; see `parseRoomId`. */
const MAX_SLUG = 120;

const slugs = new Map<string, string>();
const SLUGS_MAX = 4096;

/** The person for whom an entry's author speaks. */
export const speakerOf = (entry: Entry): PersonId => guestOf(entry.author, entry.header.as);

/** A peer's owner (`as` null), or its guest of this name: names that fold alike are one guest. */
export function guestOf(host: PeerId, as: string | null): PersonId {
  return personOf(host, as === null ? null : slugOf(as));
}

function slugOf(name: string): string {
  const known = slugs.get(name);
  if (known !== undefined) return known;
  if (slugs.size >= SLUGS_MAX) slugs.clear();
  const slug = makeSlug(foldName(name));
  slugs.set(name, slug);
  return slug;
}

/** Percent-encoded; one too long for an id is cut and told apart by its hash. */
function makeSlug(folded: string): string {
  const encoded = encodeURIComponent(folded.toWellFormed()).replace(
    /[!'()*]/gu,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  if (encoded.length <= MAX_SLUG) return encoded;
  const hash = sha256Hex(new TextEncoder().encode(folded)).slice(0, 16);
  return `${encoded.slice(0, MAX_SLUG - hash.length - 1)}~${hash}`;
}
