import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { COMMANDS } from "./commands.ts";
import { commandHelp, generalHelp, guideCommands } from "./help.ts";
import { COMMON, OPTIONS } from "./options.ts";
import { parseCommandLine } from "./parse.ts";

const GUIDE = new URL("../../../docs/guide/command-line.md", import.meta.url);
const MARKS = /(<!-- commands -->\n)[\s\S]*(<!-- \/commands -->)/;

test("the guide has the commands of the table", () => {
  const page = readFileSync(GUIDE, "utf8");
  const right = page.replace(MARKS, (_, begin: string, end: string) => `${begin}\n${guideCommands()}\n${end}`);
  if (process.env.UPDATE) writeFileSync(GUIDE, right);
  else assert.equal(page, right, "run UPDATE=1 node --test src/ui/cli/help.test.ts");
});

test("the general help names every command", () => {
  for (const { name } of COMMANDS) assert.match(generalHelp(), new RegExp(`^  ${name} `, "m"));
});

for (const command of COMMANDS) {
  test(`earshot ${command.name} --help shows every option, and examples that work`, () => {
    const help = commandHelp(command);
    for (const option of [...command.options, ...COMMON]) assert.match(help, new RegExp(`^  --${OPTIONS[option].flag}\\b`, "m"));
    for (const line of help.split("\n")) assert.ok(line.length <= 80 || command.examples.includes(line.trim()), line);
    assert.ok(command.examples.length > 0);
    for (const example of command.examples) {
      const [, words = ""] = /earshot\b ?([^|>]*)/.exec(example) ?? [];
      const parsed = parseCommandLine(words.trim().replaceAll("'", "").split(" ").filter(Boolean));
      assert.equal(parsed.kind === "run" && parsed.command.name, command.name);
    }
  });
}
