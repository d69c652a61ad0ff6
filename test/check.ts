// `npm run check`: everything about the source that is not a test's business. Goes on after a failure, so that all are seen at once.

import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { styleText } from "node:util";

type Step = { readonly name: string; readonly command: string; readonly args: readonly string[] };

const STEPS: readonly Step[] = [
  { name: "format", command: "biome", args: ["check", "--linter-enabled=false"] },
  { name: "lint", command: "biome", args: ["lint", "--error-on-warnings"] },
  { name: "types", command: "tsc", args: [] },
  { name: "layers", command: "node", args: ["test/run.ts", "test/layers.test.ts"] },
  { name: "dead code", command: "knip", args: [] },
];

const failed: string[] = [];
for (const step of STEPS) {
  const began = performance.now();
  const { ok, output } = await perform(step);
  const took = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
  console.log(`${ok ? styleText("green", "ok  ") : styleText("red", "FAIL")} ${took} s ${step.name}`);
  if (ok) continue;
  failed.push(step.name);
  console.log(output);
}
console.log(failed.length === 0 ? "All is well." : `Failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** npm puts the tools of node_modules/.bin on the PATH. */
async function perform({ command, args }: Step): Promise<{ readonly ok: boolean; readonly output: string }> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const code = new Promise<number | null>((resolve) => child.once("close", resolve).once("error", () => resolve(null)));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { ok: (await code) === 0, output: output + errors };
}
