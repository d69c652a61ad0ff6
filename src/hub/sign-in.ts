// Checks who says to be a member: name and password, not too often.

import { ChatError } from "../core/errors.ts";
import { addressKey } from "../core/ip.ts";
import type { Account, Accounts } from "./accounts.ts";
import { Buckets, waitText } from "./bucket.ts";
import { checkPassword, type PasswordRecord, type Passwords } from "./passwords.ts";
import { skeletonOf } from "./skeleton.ts";

/** Wrong passwords from one address, and for one account. */
const PER_ADDRESS = { most: 10, seconds: 60 };
const PER_ACCOUNT = { most: 20, seconds: 60 };

export class SignIn {
  readonly #accounts: Accounts;
  readonly #passwords: Passwords;
  readonly #clock: () => number;
  readonly #tries = new Buckets();

  constructor(accounts: Accounts, passwords: Passwords, clock: () => number) {
    this.#accounts = accounts;
    this.#passwords = passwords;
    this.#clock = clock;
  }

  /** The account, once the password fits. Rejects not-found (no such account), bad-signature (password), rate-limited, busy. */
  async check(name: string, password: string, address: string): Promise<Account> {
    const account = this.#accounts.get(name);
    if (!account) throw new ChatError("not-found", `nobody has an account as ${name} here: come without a password`);
    const buckets = [
      [this.#tries.of(`address ${addressKey(address)}`), PER_ADDRESS],
      [this.#tries.of(`account ${skeletonOf(name)}`), PER_ACCOUNT],
    ] as const;
    for (const [bucket, rate] of buckets) {
      const wait = bucket.take(rate, this.#clock());
      if (wait > 0) throw new ChatError("rate-limited", `too many tries of a password; try again in ${waitText(wait)}`);
    }
    if (!(await this.#passwords.fits(password, account.password)))
      throw new ChatError("bad-signature", `that is not the password of ${account.name}`);
    for (const [bucket] of buckets) bucket.giveBack();
    return this.#accounts.get(name) ?? account;
  }

  /** What is kept of a new password. Rejects bad-input (too short), busy. */
  async protect(password: string): Promise<PasswordRecord> {
    checkPassword(password);
    return this.#passwords.hash(password);
  }
}
