// What people and rooms may be called: readable on every screen, never mistaken for markup or a control.

/** Most characters (grapheme clusters) and bytes of a display name. */
export const MAX_NAME = 48;
const MAX_NAME_BYTES = 192;
/** Most characters of a status text. */
export const MAX_STATUS_TEXT = 200;

/** Most characters of a guest's name once it is percent-encoded in an id. */
const MAX_GUEST = 144;
/** Most bytes of a network's name. */
const MAX_NETWORK = 64;

/**
 * Controls, marks that reorder text, private use, lone surrogates, non-characters, separators and marks nobody sees. Unassigned
 * characters are allowed: what is valid must not depend on the Unicode version of the reader.
 */
const UNREADABLE = /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;
const UNREADABLE_ALL = new RegExp(UNREADABLE, "gu");
/** Something to see: not the letters that are drawn as nothing (fillers), nor the empty Braille cell. */
const VISIBLE = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v;
const PLAIN_NETWORK = /^[a-z0-9-]{1,64}$/;

/** Nothing that any of the expressions above or below could object to. */
const PLAIN_TEXT = /^[\n\t\x20-\x7e]*$/;
/** More marks on one character than any script needs; they would cover the lines around it. */
const PILE_OF_MARKS = /\p{M}{9}/u;

/** Made on first use: it takes 30 ms. */
let graphemes: Intl.Segmenter | null = null;
const utf8 = new TextEncoder();

/** The text as a display name (NFC, spaces folded and trimmed), or null where nobody could read or tell it. */
export function parseName(text: string): string | null {
  if (text.length > 4 * MAX_NAME_BYTES) return null;
  const name = text.normalize("NFC").replace(/\s+/gu, " ").trim();
  if (UNREADABLE.test(name) || !VISIBLE.test(name) || PILE_OF_MARKS.test(name)) return null;
  if (/[·/]/u.test(name) || /^[#@]/u.test(name)) return null;
  return isShort(name) ? name : null;
}

/** The text as a guest's name: a display name short enough to be part of an id. */
export function parseGuest(text: string): string | null {
  const name = parseName(text);
  return name !== null && encodeURIComponent(name).length <= MAX_GUEST ? name : null;
}

/** The text as a network's name, unchanged: 1 to 64 bytes, nothing unreadable. Null otherwise. */
export function parseNetwork(text: string): string | null {
  if (PLAIN_NETWORK.test(text)) return text;
  if (text.length === 0 || text.length > MAX_NETWORK || UNREADABLE.test(text)) return null;
  return utf8.encode(text).length <= MAX_NETWORK ? text : null;
}

/** Names that fold to the same text are taken for the same: case, width and compatibility forms. */
export const foldName = (name: string): string => name.normalize("NFKC").toLocaleLowerCase("en").replace(/\s+/gu, " ").trim();

/** Text of one line as others may see it: no controls, spaces folded, cut after `most` characters. Cleaning twice changes nothing more. */
export function cleanLine(text: string, most: number = MAX_STATUS_TEXT): string {
  const line = text.replace(/\s/gu, " ").replace(UNREADABLE_ALL, "").replace(/ +/g, " ").trim();
  if (line.length <= most) return line;
  return Array.from(line).slice(0, most).join("").trimEnd();
}

/** Message text as it may reach a terminal: line ends and tabs stay, every other control and reordering mark goes. */
export function cleanText(text: string): string {
  if (PLAIN_TEXT.test(text)) return text;
  return text.replace(/\r\n?/gu, "\n").replace(UNREADABLE_ALL, (mark) => (mark === "\n" || mark === "\t" ? mark : ""));
}

function isShort(name: string): boolean {
  if (utf8.encode(name).length > MAX_NAME_BYTES) return false;
  if (name.length <= MAX_NAME) return true;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let count = 0;
  for (const _ of graphemes.segment(name)) if (++count > MAX_NAME) return false;
  return true;
}
