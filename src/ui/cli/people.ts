// `earshot people`: who is here, and who was.

import { cleanLine } from "../../core/name.ts";
import type { PersonInfo } from "../../core/ports/chat.ts";
import type { Status } from "../../core/presence.ts";
import { Directory } from "../../talk/directory.ts";
import { ALONE, STATUS_WORDS } from "../../talk/words.ts";
import type { ChatContext } from "./command.ts";
import { jsonLine, personObject } from "./json.ts";
import { lookAround } from "./look-around.ts";
import { write } from "./output.ts";
import { tabulate } from "./table.ts";

export async function people(context: ChatContext): Promise<void> {
  const { chat, options, out } = context;
  await lookAround(context);
  const everyone = inOrder(await chat.people());
  const self = chat.self();
  if (options.json) return write(out, everyone.map((person) => jsonLine(personObject(person))).join(""));
  const directory = new Directory(self, everyone);
  const listed = withoutOldGuests(everyone);
  const left = everyone.length - listed.length;
  await write(out, tabulate(listed.map((person) => row(person, everyone, directory))));
  if (left > 0) await write(out, `and ${left} other guest${left === 1 ? "" : "s"} who left\n`);
  if (everyone.every((person) => person.id === self.id || person.status === "offline")) await write(out, `${ALONE}\n`);
}

/** Guests who left that are listed: those seen last. */
const GONE_GUESTS = 20;

function withoutOldGuests(everyone: readonly PersonInfo[]): readonly PersonInfo[] {
  const gone = everyone.filter(({ host, status }) => host !== null && status === "offline");
  const old = new Set(gone.toSorted((a, b) => (b.seen ?? "").localeCompare(a.seen ?? "")).slice(GONE_GUESTS));
  return everyone.filter((person) => !old.has(person));
}

/** Those who are here first, then by name. */
export const inOrder = (everyone: readonly PersonInfo[]): PersonInfo[] =>
  [...everyone].sort((a, b) => RANK[a.status] - RANK[b.status] || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));

const RANK: Readonly<Record<Status, number>> = { online: 0, busy: 1, away: 2, offline: 3 };

function row(person: PersonInfo, everyone: readonly PersonInfo[], directory: Directory): string[] {
  const [mark, word] = STATUS_WORDS[person.status];
  const me = person.id === directory.self ? " (you)" : "";
  const hub = person.hub === null ? "" : hubName(person.hub);
  return [
    mark,
    `${directory.shown(person)}${me}`,
    word,
    [cleanLine(person.text), hub, hostOf(person, everyone, directory)].filter(Boolean).join(" · "),
  ];
}

/** A hub as lists show it: `Room 12 (hub)`. */
export const hubName = (title: string): string => `${cleanLine(title)} (hub)`;

function hostOf({ host }: PersonInfo, everyone: readonly PersonInfo[], directory: Directory): string {
  if (!host) return "";
  const hub = everyone.find(({ id }) => id === host.id)?.hub ?? null;
  return `guest of ${hub === null ? directory.shown(host) : cleanLine(hub)}`;
}
