// What can be asked of a hub beyond talk: one table of who may, and what is done. Handlers answer with lines for the person who asked.

import { ChatError } from "../core/errors.ts";
import type { HubAction, Role } from "../core/ports/hub.ts";
import { type Actor, mayAct } from "./actors.ts";
import { ban, bans, unban } from "./banning.ts";
import type { ActionOf } from "./deeds.ts";
import { kick, mute, unmute } from "./moderating.ts";
import type { Office } from "./office.ts";
import { audit, members, role } from "./overseeing.ts";
import { announce, close, slow } from "./rooms.ts";

/** Those that are done by a visit itself: they change who it is. */
type Own = "register" | "login";
type Kind = Exclude<HubAction["kind"], Own>;

type Rule<K extends Kind> = {
  /** The least role that may. */
  readonly role: Role;
  readonly run: (office: Office, actor: Actor, action: ActionOf<K>) => Promise<readonly string[]>;
};

const ACTIONS: { readonly [K in Kind]: Rule<K> } = {
  kick: { role: "moderator", run: kick },
  ban: { role: "moderator", run: ban },
  unban: { role: "moderator", run: unban },
  bans: { role: "moderator", run: bans },
  mute: { role: "moderator", run: mute },
  unmute: { role: "moderator", run: unmute },
  slow: { role: "moderator", run: slow },
  close: { role: "moderator", run: close },
  announce: { role: "moderator", run: announce },
  members: { role: "moderator", run: members },
  audit: { role: "moderator", run: audit },
  role: { role: "owner", run: role },
};

/** See `Chat.hub`. */
export async function perform(office: Office, actor: Actor, action: HubAction): Promise<readonly string[]> {
  if (isOwn(action)) throw new ChatError("not-allowed", "the owner of a hub needs no account");
  const rule = ACTIONS[action.kind] as Rule<Kind>;
  if (!mayAct(actor.role, rule.role)) {
    const who = rule.role === "owner" ? "the owner of this hub" : "a moderator of this hub";
    throw new ChatError("not-allowed", `only ${who} may do that, and you are a ${actor.role}`);
  }
  return rule.run(office, actor, action);
}

const isOwn = (action: HubAction): action is ActionOf<Own> => action.kind === "register" || action.kind === "login";
