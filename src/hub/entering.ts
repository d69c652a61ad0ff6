// Who somebody is who comes in: a guest by a free name, a member by password, either by the token of an earlier visit.

import { ChatError } from "../core/errors.ts";
import { addressKey } from "../core/ip.ts";
import type { Credentials, Origin } from "../core/ports/hub.ts";
import type { Account } from "./accounts.ts";
import { bannedText } from "./bans.ts";
import { nameOf } from "./names.ts";
import type { Office } from "./office.ts";
import { type Guestship, guestKey, memberKey } from "./stay.ts";
import { newPassId, type Pass } from "./tokens.ts";

/** Somebody who may come in, and the id of the token for the next time. */
export type Entrant = Guestship & { readonly passId: string };

/** Rejects as `FrontDesk.enter`. */
export async function identify(office: Office, who: Credentials, origin: Origin): Promise<Entrant> {
  requireUnbanned(office, { name: "", passId: null }, origin);
  if (who.kind === "token") return byToken(office, who.token, origin);
  const often = office.doorkeeper.tooManyJoins(origin.address);
  if (often !== null) throw new ChatError("rate-limited", often);
  return who.password === null ? newGuest(office, who.name, origin) : byPassword(office, who.name, who.password, origin);
}

/** A member, as a seat is given to one. */
export const memberOf = ({ name, since, role }: Account): Guestship => ({ key: memberKey(name), name, since, role });

/** Throws not-allowed for those who are banned. */
export function requireUnbanned(
  { bans, clock, title }: Office,
  { name, passId }: { readonly name: string; readonly passId: string | null },
  { address }: Origin,
): void {
  const now = clock();
  const ban = bans.ofAddress(address, now) ?? (name === "" ? null : bans.ofPerson(name, passId, now));
  if (ban) throw new ChatError("not-allowed", bannedText(ban, title()));
}

async function byPassword(office: Office, name: string, password: string, origin: Origin): Promise<Entrant> {
  const account = await office.signIn.check(name, password, origin.address);
  return admitted(office, { ...memberOf(account), passId: newPassId() }, origin);
}

async function newGuest(office: Office, text: string, origin: Origin): Promise<Entrant> {
  await office.names.refresh();
  const passId = newPassId();
  const since = office.clock();
  const entrant = admitted(office, { key: guestKey(passId), name: nameOf(text), since, role: "guest", passId }, origin);
  if (office.accounts.get(entrant.name)) {
    throw new ChatError("bad-signature", `${entrant.name} has an account here: give its password, or choose another name`);
  }
  await claim(office, entrant.name, { passId, since, origin });
  return entrant;
}

/** Takes a name for a guest, so that nobody else gets it from here on. Rejects bad-input, in-use. */
export async function claim(
  { names, stays, book, clock }: Office,
  text: string,
  who: { readonly passId: string; readonly since: number; readonly origin: Origin },
): Promise<{ readonly name: string }> {
  const { passId, since, origin } = who;
  const address = addressKey(origin.address);
  const { name, former } = names.claimable(text, { passId, address });
  if (former !== null) book.remove(former);
  book.put(passId, { name, since, seen: clock(), kind: "guest", address });
  const seated = former === null ? null : stays.byKey(guestKey(former));
  if (seated) await stays.end(seated, null);
  return { name };
}

async function byToken(office: Office, token: string, origin: Origin): Promise<Entrant> {
  const { tokens, book, accounts, clock } = office;
  const pass = tokens.read(token, clock());
  if (!pass) throw invalid();
  const now: Pick<Pass, "name" | "since" | "kind"> = book.get(pass.id) ?? pass;
  if (now.kind === "guest") return returningGuest(office, { ...pass, ...now }, origin);
  const account = accounts.get(now.name);
  if (!account || account.name !== now.name) throw invalid();
  return admitted(office, { ...memberOf(account), passId: pass.id }, origin);
}

/** For whom the book still knows, the name has been kept; others have to find it free. */
async function returningGuest(office: Office, { id: passId, name, since }: Pass, origin: Origin): Promise<Entrant> {
  const entrant = admitted(office, { key: guestKey(passId), name, since, role: "guest", passId }, origin);
  if (office.book.get(passId)) office.names.arrives(passId);
  else await claim(office, name, { passId, since, origin });
  return entrant;
}

/** Throws not-allowed (banned; no guests here) or busy (full). */
function admitted(office: Office, entrant: Entrant, origin: Origin): Entrant {
  const { settings, stays, title } = office;
  requireUnbanned(office, entrant, origin);
  if (entrant.role === "guest" && !settings().guests)
    throw new ChatError("not-allowed", `${title()} is for people with an account: come with name and password`);
  const most = settings().limits.guests;
  if (most > 0 && stays.size >= most && !stays.isHere(entrant.key))
    throw new ChatError("busy", `${title()} is full: at most ${most} people; try again later`);
  return entrant;
}

const invalid = (): ChatError => new ChatError("bad-signature", "this token is not good any more: come in by name");
