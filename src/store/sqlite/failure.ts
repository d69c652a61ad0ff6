// What SQLite says when something fails, as ChatError.

import { ChatError } from "../../core/errors.ts";

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const BUSY = 5;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
/** The extended code of a row that is there already. */
const UNIQUE_VIOLATION = 2067;

/** Whether another connection writes at the moment. */
export const isBusy = (error: unknown): boolean => primaryOf(error) === BUSY;

export const isTaken = (error: unknown): boolean => codeOf(error) === UNIQUE_VIOLATION;

/** Whether the file itself is no longer a database. */
export const isDamage = (error: unknown): boolean => [CORRUPT, NOT_A_DATABASE].includes(primaryOf(error) ?? 0);

/** Any error of the medium as a `storage` error that says what happened, to which file, and what to do. A ChatError stays as it is. */
export function storageError(error: unknown, path: string): ChatError {
  if (error instanceof ChatError) return error;
  return new ChatError("storage", sentence(error, path), { cause: error });
}

/** What to tell about a file that cannot be trusted. It is never overwritten: perhaps it can be repaired. */
export const damaged = (path: string, what: string): string =>
  `${path} is damaged (${what}); it was left as it is. Move it and its -wal file away and start again: what other peers hold comes back from them`;

function sentence(error: unknown, path: string): string {
  const said = error instanceof Error ? error.message : String(error);
  switch (primaryOf(error)) {
    case FULL:
      return `the disk is full: nothing was stored in ${path}. Make room and try again`;
    case READ_ONLY:
    case CANNOT_OPEN:
      return `${path} cannot be written (${said}): nothing was stored. Check who owns it and whether the disk is read-only`;
    case CORRUPT:
    case NOT_A_DATABASE:
      return damaged(path, said);
    case IO_ERROR:
      return `the disk failed on ${path} (${said}): nothing was stored. Check the disk and its free space`;
    default:
      return systemSentence(error, path) ?? `${path} failed: ${said}`;
  }
}

function systemSentence(error: unknown, path: string): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return `${path} cannot be written: check who owns it and whether the disk is read-only`;
  if (code === "ENOSPC") return `the disk is full: ${path} cannot be made. Make room and try again`;
  return null;
}

const codeOf = (error: unknown): number | null =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : null;

function primaryOf(error: unknown): number | null {
  const code = codeOf(error);
  return code === null ? null : code & 0xff;
}
