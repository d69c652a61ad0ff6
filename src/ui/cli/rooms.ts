// `earshot rooms`: what rooms there are.

import { cleanLine } from "../../core/name.ts";
import type { PersonInfo, RoomInfo } from "../../core/ports/chat.ts";
import { Directory } from "../../talk/directory.ts";
import { clockOf, dayOf } from "../../talk/lines.ts";
import type { ChatContext } from "./command.ts";
import { jsonLine, roomObject } from "./json.ts";
import { lookAround } from "./look-around.ts";
import { write } from "./output.ts";
import { hubName } from "./people.ts";
import { tabulate } from "./table.ts";

export async function rooms(context: ChatContext): Promise<void> {
  const { chat, options, out } = context;
  await lookAround(context);
  const everyone = await chat.people();
  const directory = new Directory(chat.self(), everyone);
  const all = [...(await chat.rooms())].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  if (options.json) return write(out, all.map((room) => jsonLine(roomObject(room, directory))).join(""));
  await write(out, tabulate([...all.map((room) => row(room, directory)), ...hubRows(everyone, directory)]));
}

/** The hubs that are here: how each is called, how many guests it has, and whose it is. */
function hubRows(everyone: readonly PersonInfo[], directory: Directory): string[][] {
  const here = everyone.filter(({ status }) => status !== "offline");
  return here.flatMap((owner) => {
    if (owner.hub === null) return [];
    const guests = here.filter(({ host }) => host?.id === owner.id).length;
    return [[hubName(owner.hub), `${guests} guest${guests === 1 ? "" : "s"}`, "", "", `hub of ${directory.shown(owner)}`]];
  });
}

/** Joined rooms first, then direct talk, then the others. */
const rank = ({ kind, joined }: RoomInfo): number => (kind === "direct" ? 1 : joined ? 0 : 2);

function row(room: RoomInfo, directory: Directory): string[] {
  const joined = room.kind === "open" && !room.joined ? "not joined" : "";
  const unread = room.unread > 0 ? `${room.unread} unread` : "";
  const last = room.last ? `${dayOf(new Date(room.last))} ${clockOf(new Date(room.last))}` : "";
  return [directory.target(room.room), `${room.here} here`, unread, last, [joined, cleanLine(room.topic, 200)].filter(Boolean).join(" · ")];
}
