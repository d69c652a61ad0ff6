// Kick, mute, unmute.

import { ChatError } from "../core/errors.ts";
import { cleanLine } from "../core/name.ts";
import { LOBBY } from "../core/room.ts";
import { type Actor, type Target, targetOf } from "./actors.ts";
import { type ActionOf, because, note, tell } from "./deeds.ts";
import { spanText } from "./moments.ts";
import type { Office } from "./office.ts";

export async function kick(office: Office, actor: Actor, action: ActionOf<"kick">): Promise<readonly string[]> {
  const { name, stay } = targetOf(office, actor, action.person);
  if (!stay) throw absent(name);
  const reason = cleanLine(action.reason);
  await office.stays.end(stay, { code: "kicked", text: `you were kicked by ${actor.name}${because(reason)}` });
  await note(office, actor, { kind: "kick", person: name, reason });
  await tell(office, LOBBY, `${name} was kicked by ${actor.name}${because(reason)}`);
  return [`${name} is gone`];
}

export async function mute(office: Office, actor: Actor, { person, minutes }: ActionOf<"mute">): Promise<readonly string[]> {
  const target = targetOf(office, actor, person);
  const key = keyOf(target);
  const now = office.clock();
  const until = minutes === 0 ? null : now + minutes * 60e6;
  await office.mutes.set(key, { name: target.name, until }, now);
  setMuted(office, target);
  await note(office, actor, { kind: "mute", person: target.name, minutes });
  await tell(office, LOBBY, `${target.name} was muted by ${actor.name} ${spanText(minutes)}`);
  return [`${target.name} is muted ${spanText(minutes)}`];
}

export async function unmute(office: Office, actor: Actor, { person }: ActionOf<"unmute">): Promise<readonly string[]> {
  const target = targetOf(office, actor, person);
  if (!(await office.mutes.lift(keyOf(target)))) throw new ChatError("not-found", `${target.name} is not muted`);
  setMuted(office, target);
  await note(office, actor, { kind: "unmute", person: target.name });
  await tell(office, LOBBY, `${target.name} may speak again`);
  return [`${target.name} may speak again`];
}

function setMuted({ mutes }: Office, { stay }: Target): void {
  if (stay) stay.mutedUntil = mutes.until(stay.key);
}

function keyOf({ key, name }: Target): string {
  if (key === null) throw absent(name);
  return key;
}

const absent = (name: string): ChatError => new ChatError("not-found", `${name} is not here`);
