// What was asked on the command line cannot be understood.

import { ChatError } from "../../core/errors.ts";

/** Told in one line on stderr; the exit code is 2, where other errors give 1. */
export class UsageError extends ChatError {
  constructor(detail: string) {
    super("bad-input", detail);
    this.name = "UsageError";
  }
}
