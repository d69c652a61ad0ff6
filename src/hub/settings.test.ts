import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DEFAULT_SETTINGS, parseSettings } from "./settings.ts";
import { DEFAULT_TEXT } from "./settings-text.ts";

const problems = (text: string): readonly string[] => {
  const parsed = parseSettings(text);
  return "problems" in parsed ? parsed.problems : [];
};

test("the file that is written first says what holds anyway", () => {
  assert.deepEqual(parseSettings(DEFAULT_TEXT), { settings: DEFAULT_SETTINGS });
  assert.deepEqual(parseSettings(""), { settings: DEFAULT_SETTINGS });
});

test("every setting stands in the file that is written first", () => {
  const keys = [...Object.keys(DEFAULT_SETTINGS), ...Object.keys(DEFAULT_SETTINGS.limits), ...Object.keys(DEFAULT_SETTINGS.retention)];
  for (const key of keys) assert.match(DEFAULT_TEXT, new RegExp(`^(${key} = .*|\\[${key}\\])$`, "m"));
});

test("the guide shows that file", () => {
  assert(readFileSync(new URL("../../docs/guide/hub.md", import.meta.url), "utf8").includes(DEFAULT_TEXT));
});

test("what is set holds, the rest stays", () => {
  const parsed = parseSettings('title = "Room 12"\nwelcome = """\nHello\nthere"""\n[limits]\nguests = 30\n');
  assert("settings" in parsed);
  assert.equal(parsed.settings.title, "Room 12");
  assert.equal(parsed.settings.welcome, "Hello\nthere");
  assert.deepEqual(parsed.settings.limits, { ...DEFAULT_SETTINGS.limits, guests: 30 });
});

const WRONG: readonly (readonly [text: string, problem: string])[] = [
  ['titel = "x"', "titel: there is no such setting; did you mean title?"],
  ["[limits]\nmessagebytes = 1", "limits.messagebytes: there is no such setting; did you mean limits.message-bytes?"],
  ["message-bytes = 1", "message-bytes: there is no such setting; did you mean limits.message-bytes?"],
  ["qqqqqqqq = 1", "qqqqqqqq: there is no such setting"],
  ['guests = "yes"', 'guests: true or false is expected, not "yes"'],
  ['metrics = "all"', 'metrics: one of "computer", "network" is expected, not "all"'],
  ["[limits]\nguests = -1", "limits.guests: a whole number is expected, 0 for no limit, not -1"],
  ["[limits]\nguests = 1.5", "limits.guests: a whole number is expected, 0 for no limit, not 1.5"],
  ["limits = 3", "limits: a table is expected, not 3"],
  ['title = "a\\nb"', 'title: one line is expected, not "a b"'],
  ["title = 3", "title: a text in quotes is expected, not 3"],
  ['hostnames = "a"', 'hostnames: a list of host names is expected, not "a"'],
  ["history = 2000", "history: at most 1000 messages can be shown on joining, not 2000"],
];

for (const [text, problem] of WRONG) {
  test(`${JSON.stringify(text)} is wrong: ${problem}`, () => assert.deepEqual(problems(text), [problem]));
}

test("what is no TOML is told with its place", () => {
  assert.match(problems('title = "x"\nwelcome = \n')[0] ?? "", /^line 2, column \d+: ./);
});

test("all that is wrong is told at once", () => assert.equal(problems("a = 1\nguests = 2\n").length, 2));
