// Tokens by which guests and members come back: they prove themselves, so that they hold after a restart, too.

import * as v from "valibot";
import { deriveKey, mac, randomOf, sameBytes } from "../core/identity.ts";

/** What a token says. Times in microseconds since 1970. */
export type Pass = {
  /** Stays the same for all tokens of one guest or one device of a member. */
  readonly id: string;
  readonly name: string;
  readonly since: number;
  readonly issued: number;
  readonly kind: "guest" | "member";
};

/** How long a token is good, microseconds: 30 days. */
export const TOKEN_LIFE = 30 * 24 * 3600 * 1e6;
/** A token from further in the future than this was made by a clock that is wrong, microseconds. */
const EARLY = 24 * 3600 * 1e6;
const MAX_TOKEN = 1_000;

const pass = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[\w-]{16}$/)),
  name: v.string(),
  since: v.number(),
  issued: v.number(),
  kind: v.picklist(["guest", "member"]),
}) satisfies v.GenericSchema<unknown, Pass>;

const json = v.pipe(v.string(), v.parseJson(), pass);

/** A new id for a token: 96 bits. */
export const newPassId = (): string => randomOf(12).toBase64({ alphabet: "base64url" });

export class Tokens {
  readonly #key: Uint8Array;

  /** `secret` is 32 bytes that nobody else knows. */
  constructor(secret: Uint8Array) {
    this.#key = deriveKey(secret.toHex(), "earshot hub", "guest tokens, version 1");
  }

  make(said: Pass): string {
    const payload = utf8.encode(JSON.stringify(said)).toBase64({ alphabet: "base64url", omitPadding: true });
    return `${payload}.${this.#seal(payload).toBase64({ alphabet: "base64url", omitPadding: true })}`;
  }

  /** What the token says, or null for one that is not ours, or too old. `now` in microseconds. */
  read(token: string, now: number): Pass | null {
    const [payload = "", seal = "", ...rest] = token.length <= MAX_TOKEN ? token.split(".") : [];
    if (rest.length > 0) return null;
    const given = fromBase64(seal);
    const bytes = fromBase64(payload);
    if (!given || !bytes || !sameBytes(given, this.#seal(payload))) return null;
    const read = v.safeParse(json, new TextDecoder().decode(bytes));
    if (!read.success) return null;
    const { issued } = read.output;
    return now - issued <= TOKEN_LIFE && issued - now <= EARLY ? read.output : null;
  }

  #seal(payload: string): Uint8Array {
    return mac(this.#key, utf8.encode(payload));
  }
}

const utf8 = new TextEncoder();

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return null;
  }
}
