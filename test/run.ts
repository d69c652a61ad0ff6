// `npm test`: runs the test files, a few at a time, each in a process of its own. Arguments are files or folders to run instead of all.

import { existsSync, globSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileLine, summary, verdict } from "./house/report.ts";
import { type FileResult, type Limits, runFile } from "./house/run-file.ts";

const AT_ONCE = 2;
const LIMITS: Limits = { test: 60_000, file: 300_000 };

process.exitCode = await main(process.argv.slice(2));

async function main(asked: readonly string[]): Promise<number> {
  const missing = asked.filter((path) => !existsSync(path));
  if (missing.length > 0) {
    console.error(`no such file or folder: ${missing.join(", ")}`);
    return 2;
  }
  const results = await runAll(testFiles(asked.length > 0 ? asked : ["src", "test"]));
  const { ok, why } = verdict(results, Boolean(process.env.CI));
  if (why) console.error(`\n${why}`);
  console.log(summary(results));
  return ok ? 0 : 1;
}

function testFiles(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) =>
    statSync(path).isDirectory() ? globSync("**/*.test.ts", { cwd: path }).map((file) => resolve(path, file)) : resolve(path),
  );
  return [...new Set(found)].sort();
}

async function runAll(files: readonly string[]): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const waiting = files.values();
  const worker = async (): Promise<void> => {
    for (const file of waiting) {
      const result = await runFile(file, LIMITS);
      results.push(result);
      console.log(fileLine(result));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
