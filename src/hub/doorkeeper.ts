// Who may hold a connection: so many in all, so many from one address, none from where it is banned.

import { addressKey, isLoopback } from "../core/ip.ts";
import type { Origin } from "../core/ports/hub.ts";
import { type Ban, type Bans, bannedText } from "./bans.ts";
import { type Bucket, Buckets, waitText } from "./bucket.ts";
import type { Settings } from "./settings.ts";

export type DoorkeeperOptions = {
  readonly settings: () => Settings;
  readonly title: () => string;
  readonly bans: Bans;
  /** Microseconds. */
  readonly clock: () => number;
};

export class Doorkeeper {
  readonly #options: DoorkeeperOptions;
  readonly #held = new Map<string, number>();
  readonly #joins = new Buckets();
  readonly #speech = new Buckets();
  connections = 0;
  refused = 0;

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
  }

  /** See `FrontDesk.admit`. This computer itself is let in whatever is banned: its owner comes from there, too. */
  admit({ address }: Origin): { readonly release: () => void } | { readonly refused: string } {
    const why = this.#refusal(address);
    if (why !== null) {
      this.refused++;
      return { refused: why };
    }
    const key = addressKey(address);
    this.connections++;
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    let isHeld = true;
    const release = () => {
      if (isHeld) this.#release(key);
      isHeld = false;
    };
    return { release };
  }

  /** Why nobody enters from there by name now, or null. */
  tooManyJoins(address: string): string | null {
    if (isLoopback(address)) return null;
    const most = this.#options.settings().limits["joins-per-minute-per-address"];
    const wait = this.#joins.of(addressKey(address)).take({ most, seconds: 60 }, this.#options.clock());
    return wait === 0 ? null : `too many come from your address: at most ${most} in a minute; try again in ${waitText(wait)}`;
  }

  /** What is said from there, together; null for this computer. */
  speechOf(address: string): Bucket | null {
    return isLoopback(address) ? null : this.#speech.of(addressKey(address));
  }

  /** How many connections are held from there. */
  heldFrom(address: string): number {
    return this.#held.get(addressKey(address)) ?? 0;
  }

  #refusal(address: string): string | null {
    const { settings, title, bans, clock } = this.#options;
    const { limits } = settings();
    if (limits.connections > 0 && this.connections >= limits.connections)
      return `${title()} is full: at most ${limits.connections} connections; try again later`;
    if (isLoopback(address)) return null;
    const ban: Ban | null = bans.ofAddress(address, clock());
    if (ban) return bannedText(ban, title());
    const most = limits["connections-per-address"];
    return most > 0 && this.heldFrom(address) >= most ? `too many connections from your address: at most ${most}` : null;
  }

  #release(key: string): void {
    this.connections--;
    const left = (this.#held.get(key) ?? 1) - 1;
    if (left === 0) this.#held.delete(key);
    else this.#held.set(key, left);
  }
}
