// What a home remembers of the hubs it was a guest of: their keys, and by which tokens they know its guests again.

import { join } from "node:path";
import { foldName } from "../core/name.ts";
import { readObject, writeWhole } from "./home.ts";

/** One hub's page in the book, read anew each time: other commands of this home write in it, too. */
export type HubPage = {
  /** SHA-256 of the hub's public key, hex; null until it is met encrypted. */
  key(): string | null;
  rememberKey(key: string): void;
  /** By which the hub lets the guest of this name in again, or undefined. */
  token(name: string): string | undefined;
  rememberToken(name: string, token: string): void;
  /** The guest has another name now. */
  rename(before: string, now: string): void;
};

type Page = { readonly key: string | null; readonly guests: Readonly<Record<string, string>> };

const EMPTY: Page = { key: null, guests: {} };

/** The page of the hub `host:port` in this home's `hubs.json`, which the owner alone can read. */
export function openHubPage(dir: string, hub: string): HubPage {
  const path = join(dir, "hubs.json");
  const read = () => pageIn(readObject(path), hub);
  const write = (change: Partial<Page>) => {
    const book = readObject(path) ?? {};
    const page = { ...pageIn(book, hub), ...change };
    writeWhole(path, `${JSON.stringify({ ...book, [hub]: page }, null, 2)}\n`);
  };
  return {
    key: () => read().key,
    rememberKey: (key) => write({ key }),
    token: (name) => read().guests[foldName(name)],
    rememberToken: (name, token) => write({ guests: { ...read().guests, [foldName(name)]: token } }),
    rename: (before, now) => {
      const { [foldName(before)]: token, ...others } = read().guests;
      if (token !== undefined) write({ guests: { ...others, [foldName(now)]: token } });
    },
  };
}

/** What is damaged counts as not there. */
function pageIn(book: Readonly<Record<string, unknown>> | null, hub: string): Page {
  const page = book && Object.hasOwn(book, hub) ? book[hub] : null;
  if (typeof page !== "object" || page === null) return EMPTY;
  const { key = null, guests = {} } = page as { readonly key?: unknown; readonly guests?: unknown };
  return {
    key: typeof key === "string" ? key : null,
    guests: typeof guests === "object" && guests !== null ? tokensIn(guests) : {},
  };
}

const tokensIn = (guests: object): Record<string, string> =>
  Object.fromEntries(Object.entries(guests).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
