// Files that only their owner reads.

import { closeSync, openSync } from "node:fs";

const MODE = 0o600;

/** Makes the file where it is not there yet. SQLite gives the files beside it the same mode. Throws a system error. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, "a", MODE));
}
