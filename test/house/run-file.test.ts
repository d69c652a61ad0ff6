// The runner sees what happens in a test file, also what tries to hide.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { summary, verdict } from "./report.ts";
import type { FileResult } from "./run-file.ts";

const folder = mkdtempSync(join(tmpdir(), "earshot-runner-"));
after(() => rmSync(folder, { recursive: true }));
const execute = promisify(execFile);
/** A process of its own, since node:test does not run files from within a test. */
const ASK = join(folder, "ask.mjs");
writeFileSync(
  ASK,
  `import { runFile } from ${JSON.stringify(import.meta.resolve("./run-file.ts"))};
process.stdout.write(JSON.stringify(await runFile(process.argv[2], { test: 500, file: 2_000 })), () => process.exit());`,
);
let written = 0;

/** What the runner makes of a file with this text. */
async function resultOf(text: string): Promise<FileResult> {
  const path = join(folder, `${++written}.test.mjs`);
  writeFileSync(path, `import { describe, test } from "node:test";\n${text}`);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await execute(process.execPath, [ASK, path], { env });
  return JSON.parse(stdout) as FileResult;
}

test("counts the tests, not the groups", async () => {
  const result = await resultOf('describe("group", () => { test("a", () => {}); test("b", () => {}); }); test("c", () => {});');
  assert.equal(result.passed, 3);
  assert.deepEqual([result.failures, result.skips], [[], []]);
});

test("names what was skipped, and why", async () => {
  const result = await resultOf(
    'test("a", { skip: "no root" }, () => {}); test("b", (t) => t.skip("no ip")); describe("c", { skip: true }, () => {});',
  );
  assert.deepEqual(result.skips, [
    { name: "a", reason: "no root" },
    { name: "b", reason: "no ip" },
    { name: "c", reason: "no reason given" },
  ]);
  assert.equal(result.passed, 0);
});

const FAILURES: readonly (readonly [what: string, text: string, name: RegExp, why: RegExp])[] = [
  ["a test that throws", 'describe("g", () => test("a", () => { throw new Error("boom"); }));', /^a$/, /boom/],
  [
    "a test that never ends",
    'test("hangs", () => new Promise((resolve) => setTimeout(resolve, 1e6)));',
    /^hangs$/,
    /timed out after 500ms/,
  ],
  ["a file that does not load", 'throw new Error("no");', /as a whole/, /ended badly/],
  ["a file without a test", "", /as a whole/, /no test/],
  ["a process kept alive", 'test("a", () => { setInterval(() => {}, 1e6); });', /as a whole/, /did not end/],
  ["a test that blocks everything", 'test("blocks", () => { for (;;); });', /as a whole/, /did not end/],
];

for (const [what, text, name, why] of FAILURES) {
  test(`fails: ${what}`, async () => {
    const { failures } = await resultOf(text);
    assert(
      failures.some((failure) => name.test(failure.name) && why.test(failure.why)),
      JSON.stringify(failures),
    );
  });
}

const result = (part: Partial<FileResult>): FileResult => ({ file: "x", passed: 0, failures: [], skips: [], took: 0, output: "", ...part });
const SKIPPED = { skips: [{ name: "a", reason: "no root" }] };

test("a run is green when something passed and nothing failed, and in CI only when nothing was skipped", () => {
  assert.equal(verdict([result({ passed: 1, ...SKIPPED })], false).ok, true);
  assert.equal(verdict([result({ passed: 1, ...SKIPPED })], true).ok, false);
  assert.equal(verdict([result({ passed: 1 })], true).ok, true);
  assert.equal(verdict([result({ passed: 1, failures: [{ name: "a", why: "b" }] })], false).ok, false);
  assert.equal(verdict([result(SKIPPED)], false).ok, false);
  assert.equal(verdict([], false).ok, false);
});

test("the count stands alone on the last line", () => {
  assert.equal(
    summary([result({ passed: 2, ...SKIPPED }), result({ passed: 1 })])
      .split("\n")
      .at(-1),
    "3 passed, 0 failed, 1 skipped",
  );
});
