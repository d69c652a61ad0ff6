// Opens the engine: the only stateful heart, behind the ports Chat (for people), Log and Roster (for peers).
//
// Who owns what: each room's state (where its feeds end, who is in it, what is unread) is one RoomState in Rooms. It changes in one
// place, Publisher, which the Appender calls once a run is stored, one run after the other; so the work of a room runs in order and
// nothing is seen before it is durable. People is changed by PresenceBook (presence) and Publisher (profiles) alone, Self by
// PersonChat. Events knows no state but who watches and how far they were told. Everything runs in one thread, and between
// admit and publish there is one await: the append.

import { KINDS } from "../core/entry.ts";
import type { PersonId } from "../core/ids.ts";
import type { Stored } from "../core/ports/store.ts";
import { LOBBY } from "../core/room.ts";
import { assemble, type Parts } from "./assemble.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { Rooms } from "./rooms.ts";
import { bodyOf, speakerOf } from "./saying.ts";
import { Self } from "./self.ts";

/**
 * Opens the engine over a store, however much it holds. Rejects storage; bad-input for a name that nobody could read, or none where
 * none is remembered.
 */
export async function openChat(options: EngineOptions): Promise<Engine> {
  const { identity, store } = options;
  const [self, { heads, lastArrival }, latest] = await Promise.all([
    Self.load(store, options.name),
    store.load(),
    store.read({ kind: "latest", kinds: [KINDS.topic, KINDS.join, KINDS.leave, KINDS.profile] }),
  ]);
  const rooms = new Rooms(identity);
  rooms.load(heads);
  const parts = assemble(options, { self, rooms, lastArrival });
  restore(rooms, parts, latest);
  await parts.acquaintance.load();
  if (!parts.recovery) await introduce(parts, rooms, latest);
  else void parts.recovery.then(async () => introduce(parts, rooms, await store.read(PROFILES))).catch(parts.failed);
  const { chat, log, roster, hosting } = parts;
  return { chat, log, roster, hosting, openDoors: (title) => self.openDoors(title) };
}

const PROFILES = { kind: "latest", kinds: [KINDS.profile] } as const;

/** Says how the person is called, unless others know that. */
async function introduce({ chat, speaker }: Parts, rooms: Rooms, latest: readonly Stored[]): Promise<void> {
  const { id, name } = chat.self();
  if (ownProfile(latest, id) !== name) {
    await speaker.speak({ room: rooms.open(LOBBY), as: null, body: { kind: "profile", name } }, () => null);
  }
}

/** Takes in who is where, what rooms are about and how people were called. */
function restore(rooms: Rooms, { people }: Parts, latest: readonly Stored[]): void {
  for (const { entry } of latest) {
    const body = bodyOf(entry);
    rooms.open(entry.header.room).apply(entry, body);
    if (body?.kind === "profile" && entry.header.as === null)
      people.restore(speakerOf(entry), body.name, { named: entry.header.time, seen: null });
  }
}

/** The name by which others know us, or null. */
function ownProfile(latest: readonly Stored[], self: PersonId): string | null {
  const bodies = latest.filter(({ entry }) => speakerOf(entry) === self).map(({ entry }) => bodyOf(entry));
  return bodies.find((body) => body?.kind === "profile")?.name ?? null;
}
