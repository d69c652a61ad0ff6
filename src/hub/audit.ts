// The audit log: one line of JSON for each thing that moderators did. Passwords are not in it.

import { appendFile, open } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type HubAction, ROLES, type Role } from "../core/ports/hub.ts";

/** `at` is ISO 8601 with milliseconds, UTC; `did` the action as it was asked for, with the person's name where there was an id. */
export type Deed = { readonly at: string; readonly by: string; readonly role: Role; readonly did: Did };
export type Did = Readonly<Record<string, string | number>> & { readonly kind: HubAction["kind"] };

const MODE = 0o600;
/** So much of the end of the file is read, bytes. */
const TAIL = 4_194_304;

const deed = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    at: v.string(),
    by: v.string(),
    role: v.picklist(ROLES),
    did: v.objectWithRest({ kind: v.string() }, v.union([v.string(), v.number()])),
  }),
);
/** A deed as it was written down, perhaps by another version. */
export type WrittenDeed = v.InferOutput<typeof deed>;

export class Audit {
  readonly #path: string;
  #work: Promise<void> = Promise.resolve();

  /** `dir` is the home. */
  constructor(dir: string) {
    this.#path = join(dir, "audit.jsonl");
  }

  /** Resolves once it is written. Rejects with the system's error. */
  async note(done: Deed): Promise<void> {
    const writing = this.#work.then(() => appendFile(this.#path, `${JSON.stringify(done)}\n`, { mode: MODE }));
    this.#work = writing.catch(() => {});
    await writing;
  }

  /** The last ones, the oldest first. Lines that are damaged are left out. */
  async last(limit: number): Promise<readonly WrittenDeed[]> {
    await this.#work;
    const lines = (await readTail(this.#path)).split("\n");
    const deeds = lines.flatMap((line) => {
      const read = v.safeParse(deed, line);
      return read.success ? [read.output] : [];
    });
    return deeds.slice(Math.max(0, deeds.length - limit));
  }
}

async function readTail(path: string): Promise<string> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!file) return "";
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, TAIL));
    await file.read(bytes, 0, bytes.length, size - bytes.length);
    return new TextDecoder().decode(bytes);
  } finally {
    await file.close();
  }
}
