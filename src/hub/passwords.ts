// Passwords: hashed slowly beside the main thread, a few at a time.

import { ChatError } from "../core/errors.ts";
import { randomOf, type Slowness, sameBytes, stretchPassword } from "../core/identity.ts";

/** What is kept of a password: scrypt's numbers (N, r, p), salt and key in hex. */
export type PasswordRecord = { readonly slowness: Slowness; readonly salt: string; readonly key: string };

/** 32 MiB and about 100 ms for each try (OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3 or more; p = 1 here, on the hosts of a LAN). */
export const SLOWNESS: Slowness = { cost: 32_768, blockSize: 8, parallelization: 1 };
const AT_ONCE = 2;
const MAX_WAITING = 100;
const SALT_BYTES = 16;
export const PASSWORD_LENGTH = { least: 8, most: 200 } as const;

/** Throws bad-input for a password that is too short or too long. */
export function checkPassword(password: string): void {
  const { least, most } = PASSWORD_LENGTH;
  const length = Array.from(password).length;
  if (length < least || length > most)
    throw new ChatError("bad-input", `a password has ${least} to ${most} characters, this one ${length}`);
}

export class Passwords {
  readonly #slowness: Slowness;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(slowness: Slowness = SLOWNESS) {
    this.#slowness = slowness;
  }

  /** Rejects busy where too many wait. */
  async hash(password: string): Promise<PasswordRecord> {
    const salt = randomOf(SALT_BYTES);
    const key = await this.#stretch(password, salt, this.#slowness);
    return { slowness: this.#slowness, salt: salt.toHex(), key: key.toHex() };
  }

  /** Rejects busy where too many wait. */
  async fits(password: string, { slowness, salt, key }: PasswordRecord): Promise<boolean> {
    if (password.length > 4 * PASSWORD_LENGTH.most) return false;
    return sameBytes(await this.#stretch(password, Uint8Array.fromHex(salt), slowness), Uint8Array.fromHex(key));
  }

  async #stretch(password: string, salt: Uint8Array, slowness: Slowness): Promise<Uint8Array> {
    await this.#turn();
    try {
      return await stretchPassword(password, salt, slowness);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING) throw new ChatError("busy", "too many passwords are being checked: try again in a moment");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
  }
}
