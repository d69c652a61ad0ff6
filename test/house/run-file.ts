// Runs one test file in a process of its own and tells what became of each test.

import { relative } from "node:path";
import { run } from "node:test";

/** What became of one test file. */
export type FileResult = {
  /** Relative to the directory we run in. */
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
  /** Seconds. */
  readonly took: number;
  /** What the file printed. */
  readonly output: string;
};

export type Failure = { readonly name: string; readonly why: string };
export type Skip = { readonly name: string; readonly reason: string };

export type Limits = {
  /** Milliseconds for one test that sets no `timeout` itself. */
  readonly test: number;
  /** Milliseconds for the whole file, after which its process is ended. */
  readonly file: number;
};

type TestEvent = {
  readonly name: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly type?: string; readonly error?: TestError };
};

type TestError = Error & { readonly failureType?: string };

/** Never rejects: whatever goes wrong becomes a failure of the file. A file that holds no test fails. */
export async function runFile(path: string, limits: Limits): Promise<FileResult> {
  const began = performance.now();
  const tally = new Tally(path);
  const stream = run({
    files: [path],
    signal: AbortSignal.timeout(limits.file),
    execArgv: [`--test-timeout=${limits.test}`, "--disable-warning=ExperimentalWarning"],
  });
  stream.on("test:dequeue", (event) => tally.began(event.name));
  stream.on("test:complete", (event) => tally.ended(event.name));
  stream.on("test:pass", (event) => tally.pass(event as TestEvent));
  stream.on("test:fail", (event) => tally.fail(event as TestEvent));
  stream.on("test:stdout", (event) => tally.print(event.message));
  stream.on("test:stderr", (event) => tally.print(event.message));
  await new Promise((resolve) => stream.on("end", resolve).on("error", resolve).resume());
  return tally.result((performance.now() - began) / 1000);
}

/** Counts the tests of one file; groups count only where they are skipped or fail by themselves. */
class Tally {
  readonly #path: string;
  readonly #file: string;
  readonly #running = new Set<string>();
  readonly #failures: Failure[] = [];
  readonly #skips: Skip[] = [];
  #passed = 0;
  #output = "";

  constructor(path: string) {
    this.#path = path;
    this.#file = relative(process.cwd(), path);
  }

  began(name: string): void {
    if (name !== this.#path) this.#running.add(name);
  }

  ended(name: string): void {
    this.#running.delete(name);
  }

  pass(event: TestEvent): void {
    const left = event.skip ?? event.todo;
    if (left !== undefined && left !== false)
      this.#skips.push({ name: event.name, reason: left === true ? "no reason given" : String(left) });
    else if (event.details.type !== "suite" && event.name !== this.#path) this.#passed++;
  }

  fail(event: TestEvent): void {
    const error = event.details.error;
    if (error?.failureType === "subtestsFailed") return;
    if (event.todo) this.#skips.push({ name: event.name, reason: String(event.todo) });
    else if (event.name !== this.#path) this.#failures.push({ name: event.name, why: reasonOf(error) });
    else this.#failures.push({ name: "the file as a whole", why: this.#fileReason(error) });
  }

  print(text: string): void {
    this.#output += text;
  }

  result(took: number): FileResult {
    const failures = this.#failures;
    if (this.#passed + failures.length + this.#skips.length === 0) failures.push({ name: "the file as a whole", why: "it holds no test" });
    return { file: this.#file, passed: this.#passed, failures, skips: this.#skips, took, output: this.#output };
  }

  #fileReason(error: TestError | undefined): string {
    if (error?.failureType !== "testAborted") return `the file ended badly: ${error?.message ?? "no error given"}`;
    const names = [...this.#running].join(", ");
    return names ? `it was still running: ${names}` : "no test is known to have been running, yet the process did not end";
  }
}

function reasonOf(error: TestError | undefined): string {
  const cause = error?.cause ?? error;
  if (cause instanceof Error) return cause.stack ?? cause.message;
  return String(cause);
}
