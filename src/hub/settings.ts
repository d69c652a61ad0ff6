// The settings of a hub: `hub.toml` in its home.

import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { cleanLine } from "../core/name.ts";
import { nearest } from "../core/nearest.ts";

/** How many, 0 for as many as come. */
const count = v.pipe(
  v.number("a whole number is expected, 0 for no limit"),
  v.integer("a whole number is expected, 0 for no limit"),
  v.minValue(0, "a whole number is expected, 0 for no limit"),
);
const yes = v.boolean("true or false is expected");
const line = (most: number) =>
  v.pipe(
    v.string("a text in quotes is expected"),
    v.maxLength(most, `at most ${most} characters are allowed`),
    v.regex(/^[^\p{Cc}]*$/u, "one line is expected"),
  );
const choice = <const T extends readonly string[]>(...words: T) =>
  v.picklist(words, `one of ${words.map((word) => `"${word}"`).join(", ")} is expected`);

const limits = v.strictObject({
  connections: v.optional(count, 5_000),
  "connections-per-address": v.optional(count, 100),
  guests: v.optional(count, 2_000),
  "message-bytes": v.optional(count, 16_000),
  "messages-per-10-seconds": v.optional(count, 40),
  "messages-per-10-seconds-per-address": v.optional(count, 400),
  "joins-per-minute-per-address": v.optional(count, 60),
});

const retention = v.strictObject({ days: v.optional(count, 0), messages: v.optional(count, 0) });

const schema = v.strictObject({
  title: v.optional(line(64), ""),
  welcome: v.optional(v.pipe(v.string("a text in quotes is expected"), v.maxLength(4_000, "at most 4000 characters are allowed")), ""),
  hostnames: v.optional(v.pipe(v.array(line(253), "a list of host names is expected"), v.readonly()), []),
  metrics: v.optional(choice("computer", "network"), "computer"),
  guests: v.optional(yes, true),
  registration: v.optional(yes, true),
  topics: v.optional(choice("moderators", "members", "everyone"), "members"),
  history: v.optional(v.pipe(count, v.maxValue(1_000, "at most 1000 messages can be shown on joining")), 50),
  limits: v.optional(limits, {}),
  retention: v.optional(retention, {}),
});

export type Settings = v.InferOutput<typeof schema>;

/** Sentences about what is wrong, each with the line or the key, and what would be right. */
export type Parsed = { readonly settings: Settings } | { readonly problems: readonly string[] };

/** Those that hold where nothing is set. */
export const DEFAULT_SETTINGS: Settings = v.parse(schema, {});

/** Reads settings (TOML 1.0). What is left out is as in `DEFAULT_TEXT`. */
export function parseSettings(text: string): Parsed {
  try {
    const read = v.safeParse(schema, parse(text));
    return read.success ? { settings: read.output } : { problems: read.issues.map(problemOf) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what = ""] = error.message.split("\n");
    return { problems: [`line ${error.line}, column ${error.column}: ${what.replace(/^Invalid TOML document: /, "")}`] };
  }
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "";
  const isUnknown = issue.type === "strict_object" && issue.expected === "never";
  if (!isUnknown)
    return `${path}: ${issue.type === "strict_object" ? "a table is expected" : issue.message}, not ${cleanLine(issue.received, 60)}`;
  const above = path.slice(0, path.lastIndexOf(".") + 1);
  const known = KEYS.filter((key) => key.startsWith(above)).map((key) => key.slice(above.length));
  const guess = nearest(path.slice(above.length), known) ?? KEYS.find((key) => key.endsWith(`.${path}`));
  return `${path}: there is no such setting${guess === undefined || guess === null ? "" : `; did you mean ${above}${guess}?`}`;
}

const KEYS: readonly string[] = [
  ...Object.keys(schema.entries),
  ...Object.keys(limits.entries).map((key) => `limits.${key}`),
  ...Object.keys(retention.entries).map((key) => `retention.${key}`),
];
