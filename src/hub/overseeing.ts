// Roles, the list of members, the audit log.

import { ChatError } from "../core/errors.ts";
import { cleanLine } from "../core/name.ts";
import { LOBBY } from "../core/room.ts";
import type { Actor } from "./actors.ts";
import type { WrittenDeed } from "./audit.ts";
import { type ActionOf, because, note, tell } from "./deeds.ts";
import { momentText, spanText } from "./moments.ts";
import type { Office } from "./office.ts";
import { memberKey } from "./stay.ts";

export async function role(office: Office, actor: Actor, action: ActionOf<"role">): Promise<readonly string[]> {
  const { accounts, stays } = office;
  const account = accounts.get(action.name);
  if (!account) throw new ChatError("not-found", `nobody has an account as ${cleanLine(action.name, 60)}: a role needs one (/register)`);
  const { name } = account;
  if (account.role === action.role) return [`${name} is a ${action.role} already`];
  await accounts.put({ ...account, role: action.role });
  const stay = stays.byKey(memberKey(name));
  if (stay) stays.changed(stay, { role: action.role });
  await note(office, actor, { kind: "role", name, role: action.role });
  await tell(office, LOBBY, `${name} is a ${action.role} now (${actor.name})`);
  return [`${name} is a ${action.role} now`];
}

export async function members({ accounts, stays }: Office): Promise<readonly string[]> {
  const all = accounts.all();
  if (all.length === 0) return ["nobody has an account yet: guests make one with /register"];
  return all.map(({ name, role, since, seen }) => {
    const isHere = stays.byKey(memberKey(name)) !== null;
    return `${name}, ${role}, since ${momentText(since)}, ${isHere ? "here now" : `last here ${momentText(seen)}`}`;
  });
}

export async function audit(office: Office, _actor: Actor, { limit }: ActionOf<"audit">): Promise<readonly string[]> {
  const deeds = await office.audit.last(limit);
  return deeds.length === 0 ? ["no moderator has done anything yet"] : deeds.map(deedLine);
}

/** What was done, in words. */
function deedLine({ at, by, role, did }: WrittenDeed): string {
  const say = SENTENCES[did.kind];
  const words = say ? say((key) => cleanLine(String(did[key] ?? ""), 300)) : cleanLine(JSON.stringify(did), 300);
  return `${momentText(Date.parse(at) * 1000)} ${cleanLine(by)} (${role}) ${words}`;
}

type Words = (get: (key: string) => string) => string;

const SENTENCES: Readonly<Record<string, Words>> = {
  register: () => "made an account",
  kick: (get) => `kicked ${get("person")}${because(get("reason"))}`,
  ban: (get) => `banned ${get("whom")} ${spanText(Number(get("minutes")))}${because(get("reason"))}`,
  unban: (get) => `lifted the ban of ${get("whom")}`,
  mute: (get) => `muted ${get("person")} ${spanText(Number(get("minutes")))}`,
  unmute: (get) => `let ${get("person")} speak again`,
  slow: (get) => (get("seconds") === "0" ? `ended the slow mode of ${get("room")}` : `made ${get("room")} slow: ${get("seconds")} seconds`),
  close: (get) => (get("to") === "nobody" ? `opened ${get("room")}` : `closed ${get("room")} to ${get("to")}`),
  announce: (get) => `announced: ${get("text")}`,
  role: (get) => `made ${get("name")} a ${get("role")}`,
};
