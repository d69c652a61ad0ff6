// The accounts of a hub: a name, a password, a role.

import * as v from "valibot";
import { ChatError } from "../core/errors.ts";
import type { Role } from "../core/ports/hub.ts";
import { type Keeping, Kept } from "./kept.ts";
import type { PasswordRecord } from "./passwords.ts";
import { skeletonOf } from "./skeleton.ts";

export type AccountRole = Extract<Role, "moderator" | "member">;

/** Times in microseconds since 1970. */
export type Account = {
  readonly name: string;
  /** When the name was first taken by this person, as a guest or by registering. */
  readonly since: number;
  readonly role: AccountRole;
  readonly password: PasswordRecord;
  /** When the member was last here. */
  readonly seen: number;
};

const MAX_ACCOUNTS = 50_000;

const hex = v.pipe(v.string(), v.regex(/^([0-9a-f]{2})+$/));
const account = v.object({
  name: v.string(),
  since: v.number(),
  role: v.picklist(["moderator", "member"]),
  password: v.object({
    slowness: v.object({ cost: v.number(), blockSize: v.number(), parallelization: v.number() }),
    salt: hex,
    key: hex,
  }),
  seen: v.number(),
}) satisfies v.GenericSchema<unknown, Account>;

export class Accounts {
  readonly #bySkeleton = new Map<string, Account>();
  readonly #kept: Kept;

  private constructor(store: Keeping, log: (text: string) => void) {
    this.#kept = new Kept(store, "hub:accounts", { format: () => [...this.#bySkeleton.values()], log });
  }

  static async load(store: Keeping, log: (text: string) => void): Promise<Accounts> {
    const accounts = new Accounts(store, log);
    for (const known of (await accounts.#kept.load(v.array(account))) ?? []) accounts.#bySkeleton.set(skeletonOf(known.name), known);
    return accounts;
  }

  /** The account of this name, or one that looks like it. */
  get(name: string): Account | null {
    return this.#bySkeleton.get(skeletonOf(name)) ?? null;
  }

  get size(): number {
    return this.#bySkeleton.size;
  }

  /** By name. */
  all(): readonly Account[] {
    return [...this.#bySkeleton.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
  }

  /** Adds or replaces an account; resolves once it is stored. Rejects in-use for the name of another, busy where there are too many. */
  async put(made: Account): Promise<void> {
    const skeleton = skeletonOf(made.name);
    const before = this.#bySkeleton.get(skeleton);
    if (before && before.name !== made.name) throw new ChatError("in-use", `${made.name} looks like ${before.name}, which is taken`);
    if (!before && this.#bySkeleton.size >= MAX_ACCOUNTS)
      throw new ChatError("busy", `this hub has ${MAX_ACCOUNTS} accounts and takes no more`);
    this.#bySkeleton.set(skeleton, made);
    try {
      await this.#kept.write();
    } catch (error) {
      if (before) this.#bySkeleton.set(skeleton, before);
      else this.#bySkeleton.delete(skeleton);
      throw error;
    }
  }

  /** The member is here now. */
  seen(name: string, now: number): void {
    const known = this.get(name);
    if (!known) return;
    this.#bySkeleton.set(skeletonOf(name), { ...known, seen: now });
    this.#kept.changed();
  }

  close(): Promise<void> {
    return this.#kept.close();
  }
}
