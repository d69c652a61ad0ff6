// What entries say, to bytes and back: one CBOR array per kind.

import type { Body } from "./body.ts";
import { MAX_EMOJI, MAX_TEXT, MAX_TOPIC, parseNonce } from "./body.ts";
import { malformed, pack, readBytes, readText, unpackBetween, type Value } from "./cbor.ts";
import { KINDS, type KindName } from "./entry.ts";
import { entryIdBytes, entryIdFromBytes } from "./entry-codec.ts";
import { ChatError } from "./errors.ts";
import type { EntryId } from "./ids.ts";
import { cleanLine, cleanText, parseName } from "./name.ts";

type BodyKind = Body["kind"];
type BodyOf<K extends BodyKind> = Extract<Body, { readonly kind: K }>;

/** How one kind of body is written and read. `read` is given exactly `fields` values, or one more where the last may be left out. */
type Format<K extends BodyKind> = {
  readonly fields: number;
  readonly more?: true;
  readonly write: (body: BodyOf<K>) => readonly Value[];
  readonly read: (values: readonly unknown[]) => BodyOf<K>;
};

const FORMATS: { readonly [K in BodyKind]: Format<K> } = {
  message: {
    fields: 2,
    more: true,
    write: ({ text, replyTo, nonce }) => {
      const said = [spoken(text), replyTo === null ? null : entryIdBytes(replyTo)];
      return nonce === undefined ? said : [...said, readText(nonce, "nonce", parseNonce)];
    },
    read: ([text, replyTo, nonce]) => ({
      kind: "message",
      text: readSpoken(text),
      replyTo: replyTo === null ? null : readId(replyTo),
      ...(nonce !== undefined && { nonce: readText(nonce, "nonce", parseNonce) }),
    }),
  },
  edit: {
    fields: 2,
    write: ({ target, text }) => [entryIdBytes(target), spoken(text)],
    read: ([target, text]) => ({ kind: "edit", target: readId(target), text: readSpoken(text) }),
  },
  redact: {
    fields: 1,
    write: ({ target }) => [entryIdBytes(target)],
    read: ([target]) => ({ kind: "redact", target: readId(target) }),
  },
  react: {
    fields: 3,
    write: ({ target, emoji, on }) => [entryIdBytes(target), requireLine(emoji, "a reaction", MAX_EMOJI), on],
    read: ([target, emoji, on]) => ({ kind: "react", target: readId(target), emoji: readLine(emoji, MAX_EMOJI, 1), on: readFlag(on) }),
  },
  topic: {
    fields: 1,
    write: ({ text }) => [atMost(cleanLine(text, MAX_TOPIC), "a topic", MAX_TOPIC)],
    read: ([text]) => ({ kind: "topic", text: readLine(text, MAX_TOPIC, 0) }),
  },
  announce: { fields: 1, write: ({ text }) => [spoken(text)], read: ([text]) => ({ kind: "announce", text: readSpoken(text) }) },
  join: { fields: 0, write: () => [], read: () => ({ kind: "join" }) },
  leave: { fields: 0, write: () => [], read: () => ({ kind: "leave" }) },
  profile: {
    fields: 1,
    write: ({ name }) => [readText(name, "name", parseName)],
    read: ([name]) => ({ kind: "profile", name: readText(name, "name", parseName) }),
  },
};

const KIND_NAMES: ReadonlyMap<number, BodyKind> = new Map(
  (Object.keys(FORMATS) as BodyKind[]).map((kind) => [KINDS[kind satisfies KindName], kind]),
);

/**
 * A body as bytes, with its kind's number. Text is cleaned of controls first, so that what is encoded is what everyone decodes.
 * Throws `bad-input` for an empty message or reaction and for a name that is none, `too-large` over the bounds of `body.ts`.
 */
export function encodeBody(body: Body): { readonly kind: number; readonly bytes: Uint8Array } {
  const format = FORMATS[body.kind] as Format<BodyKind>;
  return { kind: KINDS[body.kind], bytes: pack(format.write(body)) };
}

/** The body of an entry, or null when this version does not know its kind or it is malformed. Never throws. */
export function decodeBody(kind: number, bytes: Uint8Array): Body | null {
  const name = KIND_NAMES.get(kind);
  if (!name) return null;
  const format: Pick<Format<BodyKind>, "fields" | "more" | "read"> = FORMATS[name];
  try {
    return format.read(unpackBetween(bytes, format.fields, format.fields + (format.more ? 1 : 0), "body"));
  } catch (error) {
    if (error instanceof ChatError) return null;
    throw error;
  }
}

/** Message text, cleaned, within its bounds. */
function spoken(text: string): string {
  const clean = cleanText(text);
  if (clean === "") throw new ChatError("bad-input", "a message needs a text");
  return atMost(clean, "a message", MAX_TEXT);
}

function requireLine(text: string, what: string, most: number): string {
  const line = cleanLine(text, most);
  if (line === "") throw new ChatError("bad-input", `${what} needs a text`);
  return atMost(line, what, most);
}

function atMost(text: string, what: string, most: number): string {
  if (!fits(text, most)) throw new ChatError("too-large", `${what} has at most ${most} bytes`);
  return text;
}

const readSpoken = (value: unknown): string =>
  readText(value, "text", (text) => (text !== "" && fits(text, MAX_TEXT) ? cleanText(text) : null));

const readLine = (value: unknown, most: number, least: number): string =>
  readText(value, "line", (text) => (text.length >= least && fits(text, most) ? cleanLine(text, most) : null));

const readId = (value: unknown): EntryId => entryIdFromBytes(readBytes(value, "target", 32));

function readFlag(value: unknown): boolean {
  if (typeof value !== "boolean") throw malformed("body", "a yes or no is needed");
  return value;
}

/** Whether the text has at most this many bytes in UTF-8. */
const fits = (text: string, most: number): boolean => text.length * 3 <= most || utf8.encode(text).length <= most;
const utf8 = new TextEncoder();
