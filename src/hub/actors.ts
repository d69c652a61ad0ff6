// Who may act on whom: nobody on an equal or a higher role, nor on those who are no guests of this hub.

import { ChatError } from "../core/errors.ts";
import { guestOf, type PersonId, peerOf } from "../core/ids.ts";
import { plainAddress } from "../core/ip.ts";
import { ROLES, type Role } from "../core/ports/hub.ts";
import type { Office } from "./office.ts";
import { skeletonOf } from "./skeleton.ts";
import { guestKey, memberKey, type Stay } from "./stay.ts";

/** Who asks. `address` is null for the owner. */
export type Actor = { readonly name: string; readonly role: Role; readonly address: string | null };

/** Somebody of this hub, here or not. */
export type Target = {
  readonly name: string;
  readonly role: Role;
  /** As `Stay` has it; null where nobody of that name is known. */
  readonly key: string | null;
  readonly stay: Stay | null;
};

export const mayAct = (actor: Role, needed: Role): boolean => ROLES.indexOf(actor) <= ROLES.indexOf(needed);
const outranks = (actor: Role, target: Role): boolean => ROLES.indexOf(actor) < ROLES.indexOf(target);

/** The guest of this hub by the person's id. Throws not-allowed for people of other computers, and for those above the actor. */
export function targetOf(office: Office, actor: Actor, person: PersonId): Target {
  const owner = office.chat.self();
  if (person === owner.id) throw new ChatError("not-allowed", `${owner.name} is the owner of this hub`);
  const name = guestOf(person);
  if (name === null)
    throw new ChatError(
      "not-allowed",
      "that is a person with an Earshot of their own, not a guest of this hub: nobody can be sent away from there",
    );
  if (peerOf(person) !== peerOf(owner.id))
    throw new ChatError("not-allowed", `${name} is a guest of another hub: its moderators look after them`);
  return named(office, actor, name);
}

/** The guest or member of this name, whether there is one or not. Throws not-allowed for those above the actor. */
export function named(office: Office, actor: Actor, name: string): Target {
  const target = find(office, name);
  if (target.role === "owner" || !outranks(actor.role, target.role)) {
    const isSelf = target.name === actor.name && target.role === actor.role;
    throw new ChatError(
      "not-allowed",
      isSelf ? "that is yourself" : `${target.name} is ${article(target.role)}: as ${article(actor.role)} you may not`,
    );
  }
  return target;
}

function find({ chat, accounts, stays, book, clock }: Office, name: string): Target {
  const account = accounts.get(name);
  if (account) {
    const key = memberKey(account.name);
    return { name: account.name, role: account.role, key, stay: stays.byKey(key) };
  }
  const skeleton = skeletonOf(name);
  const stay = stays.bySkeleton(skeleton);
  if (stay) return { name: stay.name, role: stay.role, key: stay.key, stay };
  if (skeleton === skeletonOf(chat.self().name)) return { name: chat.self().name, role: "owner", key: null, stay: null };
  const passId = book.keptFor(skeleton, clock());
  const known = passId === null ? null : book.get(passId);
  return { name: known?.name ?? name, role: "guest", key: passId === null ? null : guestKey(passId), stay: null };
}

/** Throws not-allowed where somebody comes from there whom the actor may not send away, oneself included. */
export function requireOutranked(office: Office, actor: Actor, isThere: (address: string) => boolean): readonly Stay[] {
  if (actor.address !== null && isThere(actor.address)) throw new ChatError("not-allowed", "you come from there yourself");
  const there = [...office.stays.all()].filter(({ visits }) => [...visits].some(({ origin }) => isThere(origin.address)));
  const above = there.find(({ role }) => !outranks(actor.role, role));
  if (above) throw new ChatError("not-allowed", `${above.name}, ${article(above.role)}, comes from there`);
  return there;
}

/** From where somebody is here, each once. */
export const addressesOf = (stay: Stay): readonly string[] => [
  ...new Set([...stay.visits].map(({ origin }) => plainAddress(origin.address))),
];

const article = (role: Role): string => (role === "owner" ? "the owner" : `a ${role}`);
