// What holds in single rooms of a hub: slow, closed.

import * as v from "valibot";
import type { Conversation } from "../core/ids.ts";
import type { Role } from "../core/ports/hub.ts";
import { parseOpenRoom } from "../core/room.ts";
import { type Keeping, Kept } from "./kept.ts";

export type RoomRule = {
  /** Seconds between two messages of one person, 0 for none. */
  readonly slow: number;
  readonly closedTo: "guests" | "everyone" | "nobody";
};

const OPEN: RoomRule = { slow: 0, closedTo: "nobody" };
const MAX_RULES = 10_000;

const rule = v.object({ slow: v.number(), closedTo: v.picklist(["guests", "everyone", "nobody"]) }) satisfies v.GenericSchema<
  unknown,
  RoomRule
>;

export class RoomRules {
  readonly #rules = new Map<string, RoomRule>();
  readonly #kept: Kept;

  private constructor(store: Keeping, log: (text: string) => void) {
    this.#kept = new Kept(store, "hub:rooms", { format: () => [...this.#rules], log });
  }

  static async load(store: Keeping, log: (text: string) => void): Promise<RoomRules> {
    const rules = new RoomRules(store, log);
    for (const [room, known] of (await rules.#kept.load(v.array(v.tuple([v.string(), rule])))) ?? []) rules.#rules.set(room, known);
    return rules;
  }

  /** The rule of a room, or null where none is set. */
  of(room: Conversation): RoomRule | null {
    if (this.#rules.size === 0) return null;
    return this.#rules.get(room) ?? this.#rules.get(parseOpenRoom(room) ?? "") ?? null;
  }

  /** The rooms that are closed to a role. */
  closedTo(role: Role): readonly Conversation[] {
    return [...this.#rules].flatMap(([room, known]) => (isClosedTo(known, role) ? [room as Conversation] : []));
  }

  /** Resolves once it is stored. False where too many rooms have rules already. */
  async set(room: Conversation, change: Partial<RoomRule>): Promise<boolean> {
    const now = { ...(this.#rules.get(room) ?? OPEN), ...change };
    const isOpen = now.slow === 0 && now.closedTo === "nobody";
    if (!isOpen && !this.#rules.has(room) && this.#rules.size >= MAX_RULES) return false;
    if (isOpen) this.#rules.delete(room);
    else this.#rules.set(room, now);
    await this.#kept.write();
    return true;
  }

  close(): Promise<void> {
    return this.#kept.close();
  }
}

/** Moderators are never shut out. */
export function isClosedTo({ closedTo }: RoomRule, role: Role): boolean {
  if (role === "owner" || role === "moderator") return false;
  return closedTo === "everyone" || (closedTo === "guests" && role === "guest");
}
