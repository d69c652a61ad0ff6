// What entries of each known kind say.

import type { EntryId } from "./ids.ts";

/** The bodies of the known kinds. To store and mesh a body is opaque bytes. */
export type Body =
  | { readonly kind: "message"; readonly text: string; readonly replyTo: EntryId | null /** See `SayOptions`. */; readonly nonce?: string }
  | { readonly kind: "edit"; readonly target: EntryId; readonly text: string }
  | { readonly kind: "redact"; readonly target: EntryId }
  | { readonly kind: "react"; readonly target: EntryId; readonly emoji: string; readonly on: boolean }
  | { readonly kind: "topic"; readonly text: string }
  | { readonly kind: "join" }
  | { readonly kind: "leave" }
  | { readonly kind: "announce"; readonly text: string }
  | { readonly kind: "profile"; readonly name: string };

/** Bounds in bytes of UTF-8. */
export const MAX_TEXT = 60_000;
export const MAX_TOPIC = 1_000;
export const MAX_EMOJI = 64;

/** The text as a mark by which a message that is said again is known, or null. */
export const parseNonce = (text: string): string | null => (/^[\w.-]{8,64}$/.test(text) ? text : null);
