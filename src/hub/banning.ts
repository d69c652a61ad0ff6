// Ban, unban, and the list of bans.

import { ChatError } from "../core/errors.ts";
import { parsePersonId } from "../core/ids.ts";
import { addressBytes } from "../core/ip.ts";
import { cleanLine } from "../core/name.ts";
import { LOBBY } from "../core/room.ts";
import { type Actor, addressesOf, named, requireOutranked, type Target, targetOf } from "./actors.ts";
import { isWithin, looksLikeRange, parseRange, type Range } from "./addresses.ts";
import { type Ban, bannedText, MAX_BANS } from "./bans.ts";
import { type ActionOf, because, note, tell } from "./deeds.ts";
import { momentText, spanText, untilText } from "./moments.ts";
import { nameOf } from "./names.ts";
import type { Office } from "./office.ts";
import { guestPass, type Stay } from "./stay.ts";

export async function ban(office: Office, actor: Actor, action: ActionOf<"ban">): Promise<readonly string[]> {
  const range = parseRange(action.whom);
  if (!range && looksLikeRange(action.whom))
    throw new ChatError("bad-input", `${cleanLine(action.whom, 60)} is no address, nor a range of them as in 10.1.0.0/16`);
  return range ? banRange(office, actor, { action, range }) : banPerson(office, actor, action);
}

export async function unban(office: Office, actor: Actor, { whom }: ActionOf<"unban">): Promise<readonly string[]> {
  const id = parsePersonId(whom);
  const lifted = await office.bans.lift(id ? targetOf(office, actor, id).name : whom);
  if (!lifted) throw new ChatError("not-found", `there is no ban of ${JSON.stringify(cleanLine(whom, 60))}: /bans lists them`);
  await note(office, actor, { kind: "unban", whom: lifted.whom });
  return [`${lifted.whom} may come in again`];
}

export async function bans({ bans, clock }: Office): Promise<readonly string[]> {
  const all = bans.all(clock());
  if (all.length === 0) return ["nobody is banned"];
  return all.map(({ whom, until, by, reason, at }) => `${whom} ${untilText(until)}, by ${by} on ${momentText(at)}${because(reason)}`);
}

async function banRange(
  office: Office,
  actor: Actor,
  { action, range }: { readonly action: ActionOf<"ban">; readonly range: Range },
): Promise<readonly string[]> {
  const isThere = (address: string) => {
    const bytes = addressBytes(address);
    return bytes !== null && isWithin(bytes, range);
  };
  const there = requireOutranked(office, actor, isThere);
  const made = await add(office, actor, { action, ban: { whom: range.text, kind: "range", passes: [] } });
  await sendAway(office, actor, there, made);
  return [`${range.text} is banned ${spanText(action.minutes)}`, ...there.map(({ name }) => `${name} is gone`)];
}

async function banPerson(office: Office, actor: Actor, action: ActionOf<"ban">): Promise<readonly string[]> {
  const id = parsePersonId(action.whom);
  const target = id ? targetOf(office, actor, id) : named(office, actor, nameOf(action.whom));
  const { name, stay } = target;
  const addresses = stay ? addressesOf(stay) : [];
  const made = await add(office, actor, { action, ban: { whom: name, kind: "name", passes: passesOf(target) } });
  await sendAway(office, actor, stay ? [stay] : [], made);
  const hints = addresses.map((address) => `${name} came from ${address}: /ban ${address} shuts that out, too`);
  return [`${name} is banned ${spanText(action.minutes)}`, ...hints];
}

async function add(
  office: Office,
  actor: Actor,
  { action, ban }: { readonly action: ActionOf<"ban">; readonly ban: Pick<Ban, "whom" | "kind" | "passes"> },
): Promise<Ban> {
  const at = office.clock();
  const { minutes } = action;
  const reason = cleanLine(action.reason);
  const made = { ...ban, until: minutes === 0 ? null : at + minutes * 60e6, by: actor.name, reason, at };
  if (!(await office.bans.add(made))) throw new ChatError("busy", `there are ${MAX_BANS} bans: lift some first, or ban a range`);
  await note(office, actor, { kind: "ban", whom: ban.whom, minutes, reason });
  return made;
}

/** Ends the visits of those who are banned now, and tells the others. */
async function sendAway(office: Office, actor: Actor, stays: readonly Stay[], made: Ban): Promise<void> {
  const text = bannedText(made, office.title());
  await Promise.all(stays.map((stay) => office.stays.end(stay, { code: "banned", text })));
  for (const { name } of stays) await tell(office, LOBBY, `${name} was banned by ${actor.name}${because(made.reason)}`);
}

/** The tokens that let a guest in again: they are shut out with the name. */
function passesOf({ stay, key }: Target): readonly string[] {
  const ofVisits = [...(stay?.visits ?? [])].map(({ passId }) => passId);
  const own = key === null ? null : guestPass(key);
  return [...new Set(own === null ? ofVisits : [own, ...ofVisits])];
}
