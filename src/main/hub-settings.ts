// The settings of a hub: `hub.toml` in its home, written when there is none, read at the start and again when asked.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ChatError } from "../core/errors.ts";
import { DEFAULT_SETTINGS, type Parsed, parseSettings, type Settings } from "../hub/settings.ts";
import { DEFAULT_TEXT } from "../hub/settings-text.ts";
import type { Home } from "./home.ts";

const FILE = "hub.toml";

/** What the file says; null where there is none. Problems name the file. Rejects `storage` where it cannot be read. */
export async function readSettings({ dir }: Home): Promise<Parsed | null> {
  const text = await readIfThere(join(dir, FILE));
  const parsed = text === null ? null : parseSettings(text);
  return parsed && "problems" in parsed ? { problems: parsed.problems.map((problem) => `${FILE}: ${problem}`) } : parsed;
}

/** What the file says; the defaults where there is none, and where it cannot be used, which is told. */
export async function settingsOrDefaults(home: Home, tell: (line: string) => void): Promise<Settings> {
  const parsed = await readSettings(home);
  if (parsed && "settings" in parsed) return parsed.settings;
  for (const problem of parsed?.problems ?? []) tell(problem);
  return DEFAULT_SETTINGS;
}

/** Writes the file with every setting explained, unless there is one. Rejects `storage`. */
export async function writeDefaults({ dir }: Home): Promise<void> {
  const path = join(dir, FILE);
  try {
    await writeFile(path, DEFAULT_TEXT, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw new ChatError("storage", `cannot write ${path}: ${String(error)}`, { cause: error });
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    const why = error instanceof TypeError ? "it is not UTF-8 text" : String(error);
    throw new ChatError("storage", `cannot read ${path}: ${why}`, { cause: error });
  }
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;
