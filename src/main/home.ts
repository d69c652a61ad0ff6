// A home: the folder with a peer's key, its settings, its history, and word of the process that runs on it.

import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ChatError } from "../core/errors.ts";
import { createIdentity, formatIdentity, type Identity, newToken, parseIdentity } from "../core/identity.ts";

/** A running peer, as the commands of its owner reach it. The file that says so is readable by the owner alone. */
export type Running = {
  /** An address by which this computer reaches it. */
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly network: string;
  readonly pid: number;
  /** It runs for one short command, and leaves with it. */
  readonly brief: boolean;
};

export type Home = {
  readonly dir: string;
  /** Where the history lives. */
  readonly database: string;
  /** This home's key; made on the first call. Throws `storage` when it cannot be read or made. */
  identity(): Identity;
  /** The remembered display name. */
  name(): string | null;
  setName(name: string): void;
  /** Whether there was a history here that is gone: moved away, or left out of a copy. */
  lostHistory(): boolean;
  /** There is a history now. */
  madeHistory(): void;
  /** The peer that runs on this home, or null. A process that was killed leaves none. */
  running(): Running | null;
  /** Tells that this process runs a peer here; the answer takes it back. */
  announce(running: Omit<Running, "pid">): () => void;
};

/** `$EARSHOT_HOME`, else the platform's folder for application data. */
export function defaultHome(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env.EARSHOT_HOME) return resolve(env.EARSHOT_HOME);
  const user = env.HOME || homedir();
  if (platform === "win32") return join(env.APPDATA || join(user, "AppData", "Roaming"), "Earshot");
  if (platform === "darwin") return join(user, "Library", "Application Support", "Earshot");
  return join(env.XDG_DATA_HOME || join(user, ".local", "share"), "earshot");
}

/** Opens a home, making the folder (mode 0700) where there is none. Throws `storage` when it cannot be used. */
export function openHome(dir: string): Home {
  const path = resolve(dir);
  doing(`use ${path} as a home`, () => makeFolder(path));
  const file = (name: string) => join(path, name);
  const settings = () => readSettings(file("settings.json"));
  const set = (change: Partial<Settings>) => {
    writeWhole(file("settings.json"), `${JSON.stringify({ ...settings(), ...change }, null, 2)}\n`);
  };
  let identity: Identity | null = null;
  return {
    dir: path,
    database: file("history.db"),
    identity: () => {
      identity ??= readOrMakeKey(file("key.pem"));
      return identity;
    },
    name: () => settings().name,
    setName: (name) => set({ name }),
    lostHistory: () => settings().history && !existsSync(file("history.db")),
    madeHistory: () => settings().history || set({ history: true }),
    running: () => readRunning(file("peer.json")),
    announce: (running) => {
      const text = JSON.stringify({ ...running, pid: process.pid });
      writeWhole(file("peer.json"), `${text}\n`);
      return () => withdraw(file("peer.json"));
    },
  };
}

/** A new token for a running peer's owner. */
export const ownerToken = newToken;

/** Makes the folder and those above it. Node's own way (`recursive`) tries for ever where the system makes none, as below /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isCode(error, "EEXIST") || !statSync(path).isDirectory()) throw error;
  }
}

function readOrMakeKey(path: string): Identity {
  const pem = readIfThere(path) ?? makeKey(path);
  return doing(`read the key in ${path} (restore it from a copy, or move it away to become someone new)`, () => {
    if (statSync(path).mode & 0o077) chmodSync(path, 0o600);
    return parseIdentity(pem);
  });
}

/** Writes a new key so that of two processes that start at once both end up with the same one. */
function makeKey(path: string): string {
  const draft = `${path}.${process.pid}`;
  return doing(`make a key in ${path}`, () => {
    writeFileSync(draft, formatIdentity(createIdentity()), { mode: 0o600, flush: true });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!isCode(error, "EEXIST")) renameSync(draft, path);
    } finally {
      rmSync(draft, { force: true });
    }
    return readFileSync(path, "utf8");
  });
}

type Settings = { readonly name: string | null; readonly history: boolean };

function readSettings(path: string): Settings {
  const settings = readObject(path);
  return { name: typeof settings?.name === "string" ? settings.name : null, history: settings?.history === true };
}

function readRunning(path: string): Running | null {
  const found = readObject(path);
  if (!found) return null;
  const { host, port, token, network, pid } = found;
  if (typeof host !== "string" || typeof port !== "number" || typeof token !== "string") return null;
  if (typeof network !== "string" || typeof pid !== "number" || !isAlive(pid)) return null;
  return { host, port, token, network, pid, brief: found.brief === true };
}

function withdraw(path: string): void {
  if (readRunning(path)?.pid !== process.pid) return;
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or the disk is read-only: a dead pid in it says the same.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

/** Replaces the file in one step, readable by the owner alone: a reader sees the old text or the new, never half. */
export function writeWhole(path: string, text: string): void {
  doing(`write ${path}`, () => {
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  });
}

/** The object in a JSON file; null where there is no file, or nothing that can be read as one. Throws `storage`. */
export const readObject = (path: string): Record<string, unknown> | null => parseObject(readIfThere(path));

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw refusal(`read ${path}`, error);
  }
}

function parseObject(text: string | null): Record<string, unknown> | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function doing<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refusal(what, error);
  }
}

const REASONS: Record<string, string> = {
  EACCES: "this user may not; choose another folder with --home",
  EPERM: "this user may not; choose another folder with --home",
  EROFS: "the disk is read-only; choose another folder with --home",
  ENOSPC: "the disk is full; make room and start again",
  ENOTDIR: "a file stands where a folder is needed; choose another folder with --home",
  EEXIST: "a file stands where a folder is needed; choose another folder with --home",
  EISDIR: "a folder stands where a file is needed; move it away",
  ENOENT: "there cannot be a folder; choose another with --home",
  ENAMETOOLONG: "the path is too long; choose another folder with --home",
};

function refusal(what: string, error: unknown): ChatError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new ChatError("storage", `cannot ${what}: ${reason}`, { cause: error });
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;
