// Who may not speak, and until when.

import * as v from "valibot";
import { type Keeping, Kept } from "./kept.ts";

/** `until` in microseconds since 1970; null for good. */
export type Mute = { readonly name: string; readonly until: number | null };

const MAX_MUTES = 10_000;

const mute = v.object({ name: v.string(), until: v.nullable(v.number()) }) satisfies v.GenericSchema<unknown, Mute>;

export class Mutes {
  /** By the key of the stay. */
  readonly #mutes = new Map<string, Mute>();
  readonly #kept: Kept;

  private constructor(store: Keeping, log: (text: string) => void) {
    this.#kept = new Kept(store, "hub:mutes", { format: () => [...this.#mutes], log });
  }

  static async load(store: Keeping, log: (text: string) => void): Promise<Mutes> {
    const mutes = new Mutes(store, log);
    for (const [key, known] of (await mutes.#kept.load(v.array(v.tuple([v.string(), mute])))) ?? []) mutes.#mutes.set(key, known);
    return mutes;
  }

  /** Until when somebody is muted, as `Stay.mutedUntil` has it. */
  until(key: string): number {
    const known = this.#mutes.get(key);
    if (!known) return 0;
    return known.until ?? Number.POSITIVE_INFINITY;
  }

  /** Resolves once it is stored. `now` in microseconds. */
  async set(key: string, muted: Mute, now: number): Promise<void> {
    for (const [other, { until }] of this.#mutes) if (until !== null && until <= now) this.#mutes.delete(other);
    if (this.#mutes.size >= MAX_MUTES) for (const oldest of [...this.#mutes.keys()].slice(0, 1)) this.#mutes.delete(oldest);
    this.#mutes.set(key, muted);
    await this.#kept.write();
  }

  /** Says whether there was one. */
  async lift(key: string): Promise<boolean> {
    const was = this.#mutes.delete(key);
    if (was) await this.#kept.write();
    return was;
  }

  /** The person is now known by another key. */
  async move(from: string, to: string): Promise<void> {
    const known = this.#mutes.get(from);
    if (!known) return;
    this.#mutes.delete(from);
    this.#mutes.set(to, known);
    await this.#kept.write();
  }

  close(): Promise<void> {
    return this.#kept.close();
  }
}
