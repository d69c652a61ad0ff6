// What every deed of a moderator comes with: a line in the audit log, and word to the rooms.

import type { Conversation } from "../core/ids.ts";
import type { HubAction } from "../core/ports/hub.ts";
import type { Actor } from "./actors.ts";
import type { Did } from "./audit.ts";
import type { Office } from "./office.ts";

export type ActionOf<K extends HubAction["kind"]> = Extract<HubAction, { readonly kind: K }>;

/** Writes down what was done. What cannot be written is logged: it has been done all the same. */
export async function note({ audit, clock, log }: Office, { name: by, role }: Pick<Actor, "name" | "role">, did: Did): Promise<void> {
  const at = new Date(clock() / 1000).toISOString();
  await audit.note({ at, by, role, did }).catch((error: unknown) => log(`the audit log: ${String(error)}`));
}

/** Tells everyone in a room. What cannot be told is logged. Addresses of people are never told. */
export async function tell({ hosting, log }: Office, room: Conversation, text: string): Promise<void> {
  await hosting.announce(room, text).catch((error: unknown) => log(`an announcement in ${room}: ${String(error)}`));
}

/** `: reason`, or nothing. */
export const because = (reason: string): string => (reason === "" ? "" : `: ${reason}`);
