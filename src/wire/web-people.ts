// People in JSON: guests stand below the peer who hosts them, and what is true of most is left out. A thousand cost 20 kB.

import * as v from "valibot";
import { guestOf, type PersonId, peerOf, personOf } from "../core/ids.ts";
import { parseGuest } from "../core/name.ts";
import type { PersonInfo } from "../core/ports/chat.ts";
import { type Person, STATUSES, type Status, type Via } from "../core/presence.ts";
import { listOf, person, personId, stringOf, wirePerson } from "./web-values.ts";

const via = v.picklist(["link", "guest", "carried"]);
const guestName = stringOf<string>("a guest's name", (text) => parseGuest(text) === text);

/** Left out: `online` (in a list of those who went: `offline`), "", false, and the moment of the list. */
const shown = {
  status: v.exactOptional(v.picklist(STATUSES)),
  text: v.exactOptional(v.string()),
  verified: v.exactOptional(v.boolean()),
  seen: v.exactOptional(v.nullable(v.string())),
};
/** Of most guests the name is all there is to say. */
const guest = v.union([guestName, v.object({ name: guestName, ...shown, via: v.exactOptional(via) })]);
const guests = listOf(guest);
/** The owner of a peer, with the guests if there are any; or a peer's guests alone. */
const group = v.union([
  v.object({ host: person, guests }),
  v.object({
    id: personId,
    name: v.string(),
    ...shown,
    via: v.exactOptional(via),
    hub: v.exactOptional(v.nullable(v.string())),
    guests: v.exactOptional(guests),
  }),
]);
const groups = listOf(group);

type Shown = v.InferOutput<v.ObjectSchema<typeof shown, undefined>>;
type WireGuest = v.InferInput<typeof guest>;
type WireGroup = v.InferInput<typeof group>;
type Group = v.InferOutput<typeof group>;

/** What a list means by leaving something out. */
type Moment = { readonly at: string | null; readonly status: Status };

/** Everyone, and the moment at which those who are here were. */
export const people = v.pipe(
  v.object({ at: v.nullable(v.string()), people: groups }),
  v.transform((told): readonly PersonInfo[] => flat(told.people, { at: told.at, status: "online" })),
) satisfies v.GenericSchema<unknown, readonly PersonInfo[]>;

export function wirePeople(infos: readonly PersonInfo[]): v.InferInput<typeof people> {
  return { at: momentOf(infos), people: grouped(infos, "online") };
}

/** Who came, who shows otherwise, who went. */
export type PresenceChanges = { readonly [how in "came" | "changed" | "went"]: readonly PersonInfo[] };

const none: readonly Group[] = [];

export const presenceChanges = {
  at: v.nullable(v.string()),
  came: v.exactOptional(groups, none),
  changed: v.exactOptional(groups, none),
  went: v.exactOptional(groups, none),
};

export function wireChanges({ came, changed, went }: PresenceChanges) {
  return {
    at: momentOf([...went, ...changed, ...came]),
    ...(came.length > 0 && { came: grouped(came, "online") }),
    ...(changed.length > 0 && { changed: grouped(changed, "online") }),
    ...(went.length > 0 && { went: grouped(went, "offline") }),
  };
}

export const changesOf = (told: { readonly at: string | null } & { readonly [how in keyof PresenceChanges]: readonly Group[] }) => ({
  came: flat(told.came, { at: told.at, status: "online" }),
  changed: flat(told.changed, { at: told.at, status: "online" }),
  went: flat(told.went, { at: told.at, status: "offline" }),
});

/** When the last of them was seen. */
function momentOf(infos: readonly PersonInfo[]): string | null {
  return infos.reduce<string | null>((last, { seen }) => (seen !== null && (last === null || seen > last) ? seen : last), null);
}

/** Peers in the order of the first mention of them or of a guest. */
function grouped(infos: readonly PersonInfo[], usual: Status): WireGroup[] {
  const byHost = new Map<PersonId, { group: WireGroup; readonly guests: WireGuest[] }>();
  for (const info of infos) {
    const id = info.host?.id ?? info.id;
    const known = byHost.get(id) ?? { group: { host: wirePerson(info.host ?? info), guests: [] }, guests: [] };
    byHost.set(id, known);
    if (info.host) known.guests.push(wireGuest(info, usual));
    else known.group = wirePeer(info, usual);
  }
  return [...byHost.values()].map(({ group, guests }) => (guests.length > 0 ? { ...group, guests } : group));
}

function wirePeer(info: PersonInfo, usual: Status): WireGroup {
  const { id, name, via, hub } = info;
  return { id, name, ...differences(info, usual), ...(via !== "link" && { via }), ...(hub !== null && { hub }) };
}

function wireGuest(info: PersonInfo, usual: Status): WireGuest {
  const name = guestOf(info.id) ?? info.name;
  const rest = { ...differences(info, usual), ...(info.via !== "guest" && { via: info.via }) };
  return Object.keys(rest).length === 0 ? name : { name, ...rest };
}

function differences({ status, text, verified, seen }: PersonInfo, usual: Status) {
  return {
    ...(status !== usual && { status }),
    ...(text !== "" && { text }),
    ...(verified && { verified }),
    ...(!isOfTheMoment(status, usual) && seen !== null && { seen }),
    ...(isOfTheMoment(status, usual) && seen === null && { seen }),
  };
}

/** Who is here, or has just gone, was seen at the moment that the list gives for all. */
const isOfTheMoment = (status: Status, usual: Status): boolean => status !== "offline" || usual === "offline";

const flat = (told: readonly Group[], moment: Moment): readonly PersonInfo[] => told.flatMap((group) => members(group, moment));

function members(group: Group, moment: Moment): PersonInfo[] {
  const host = "host" in group ? group.host : { id: group.id, name: group.name };
  const hosted = (group.guests ?? []).map((guest) => guestInfo(guest, host, moment));
  if ("host" in group) return hosted;
  const { via = "link", hub = null } = group;
  return [infoOf(group, moment, { person: host, via, host: null, hub }), ...hosted];
}

function guestInfo(told: v.InferOutput<typeof guest>, host: Person, moment: Moment): PersonInfo {
  const shown = typeof told === "string" ? { name: told } : told;
  const guest = { id: personOf(peerOf(host.id), shown.name), name: shown.name };
  return infoOf(shown, moment, { person: guest, via: ("via" in shown && shown.via) || "guest", host, hub: null });
}

type Whose = { readonly person: Person; readonly via: Via; readonly host: Person | null; readonly hub: string | null };

function infoOf(told: Shown, { at, status: usual }: Moment, { person, ...whose }: Whose): PersonInfo {
  const { status = usual, text = "", verified = false } = told;
  const { seen = isOfTheMoment(status, usual) ? at : null } = told;
  return { ...person, status, text, ...whose, verified, seen };
}
