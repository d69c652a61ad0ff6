// Who may not come in: by name, or by where they come from.

import * as v from "valibot";
import { addressBytes } from "../core/ip.ts";
import { isWithin, parseRange, type Range } from "./addresses.ts";
import { type Keeping, Kept } from "./kept.ts";
import { untilText } from "./moments.ts";
import { skeletonOf } from "./skeleton.ts";

/** Times in microseconds since 1970. */
export type Ban = {
  /** A name, an address or a range. */
  readonly whom: string;
  readonly kind: "name" | "range";
  /** The tokens that are shut out with a name. */
  readonly passes: readonly string[];
  /** Null for ever. */
  readonly until: number | null;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
};

export const MAX_BANS = 10_000;

const ban = v.object({
  whom: v.string(),
  kind: v.picklist(["name", "range"]),
  passes: v.array(v.string()),
  until: v.nullable(v.number()),
  by: v.string(),
  reason: v.string(),
  at: v.number(),
}) satisfies v.GenericSchema<unknown, Ban>;

export class Bans {
  /** By what is banned: see `keyOf`. */
  readonly #bans = new Map<string, Ban>();
  readonly #ranges = new Map<string, Range>();
  readonly #passes = new Map<string, Ban>();
  readonly #kept: Kept;

  private constructor(store: Keeping, log: (text: string) => void) {
    this.#kept = new Kept(store, "hub:bans", { format: () => [...this.#bans.values()], log });
  }

  static async load(store: Keeping, log: (text: string) => void): Promise<Bans> {
    const bans = new Bans(store, log);
    for (const known of (await bans.#kept.load(v.array(ban))) ?? []) bans.#add(known);
    return bans;
  }

  /** Those that hold now, the oldest first. */
  all(now: number): readonly Ban[] {
    this.#forgetOver(now);
    return [...this.#bans.values()];
  }

  ofAddress(address: string, now: number): Ban | null {
    if (this.#ranges.size === 0) return null;
    const bytes = addressBytes(address);
    if (!bytes) return null;
    for (const [key, range] of this.#ranges) {
      const known = isWithin(bytes, range) ? this.#bans.get(key) : undefined;
      if (known && holds(known, now)) return known;
    }
    return null;
  }

  /** By a name that looks like this, or by a token. */
  ofPerson(name: string, passId: string | null, now: number): Ban | null {
    if (this.#bans.size === 0) return null;
    const byPass = passId === null ? undefined : this.#passes.get(passId);
    if (byPass && holds(byPass, now)) return byPass;
    const byName = this.#bans.get(keyOf({ kind: "name", whom: name }));
    return byName && holds(byName, now) ? byName : null;
  }

  /** Adds a ban, or replaces the one of the same name or range; resolves once it is stored. False where there are too many. */
  async add(made: Ban): Promise<boolean> {
    this.#forgetOver(made.at);
    if (this.#bans.size >= MAX_BANS && !this.#bans.has(keyOf(made))) return false;
    this.#add(made);
    await this.#kept.write();
    return true;
  }

  /** Ends a ban; resolves with it once that is stored, or with null where there is none. */
  async lift(whom: string): Promise<Ban | null> {
    const range = parseRange(whom);
    const known = (range && this.#bans.get(keyOf({ kind: "range", whom: range.text }))) ?? this.#bans.get(keyOf({ kind: "name", whom }));
    if (!known) return null;
    this.#drop(known);
    await this.#kept.write();
    return known;
  }

  close(): Promise<void> {
    return this.#kept.close();
  }

  #add(made: Ban): void {
    const key = keyOf(made);
    const before = this.#bans.get(key);
    if (before) this.#drop(before);
    const range = made.kind === "range" ? parseRange(made.whom) : null;
    if (made.kind === "range" && !range) return;
    this.#bans.set(key, made);
    if (range) this.#ranges.set(key, range);
    for (const id of made.passes) this.#passes.set(id, made);
  }

  #drop(known: Ban): void {
    const key = keyOf(known);
    this.#bans.delete(key);
    this.#ranges.delete(key);
    for (const id of known.passes) if (this.#passes.get(id) === known) this.#passes.delete(id);
  }

  #forgetOver(now: number): void {
    for (const known of this.#bans.values()) if (!holds(known, now)) this.#drop(known);
  }
}

const holds = ({ until }: Ban, now: number): boolean => until === null || now < until;

const keyOf = ({ kind, whom }: Pick<Ban, "kind" | "whom">): string => `${kind} ${kind === "name" ? skeletonOf(whom) : whom}`;

/** What somebody is told who is banned. */
export function bannedText({ until, reason }: Ban, title: string): string {
  return `you are banned from ${title} ${untilText(until)}${reason && `: ${reason}`}`;
}
