// The commands for accounts, and for looking after a hub: they say what is to be done, the hub says whether it may be.

import { ChatError } from "../core/errors.ts";
import type { Conversation } from "../core/ids.ts";
import type { HubAction } from "../core/ports/hub.ts";
import { firstWord, openRoom, personFirst, type SlashCommand, splitName, wholeNumber } from "./command.ts";
import type { Talker } from "./talker.ts";
import { shown } from "./words.ts";

const FOR_EVER = 0;
/** A year, minutes. */
const LONGEST = 525_600;
const AUDITED = 20;

export const HUB_COMMANDS: readonly SlashCommand[] = [
  { name: "register", usage: "PASSWORD", help: "keep your name: nobody else can take it", min: 1, run: register },
  { name: "login", usage: "NAME PASSWORD", help: "be the member of that name", min: 2, run: login },
  { name: "members", usage: "", help: "show who has an account", min: 0, run: plain({ kind: "members" }) },
  { name: "kick", usage: "NAME [REASON]", help: "send somebody out; they may come back", min: 1, run: kick },
  { name: "ban", usage: "NAME|ADDRESS|RANGE [MINUTES] [REASON]", help: "keep somebody out, for good or a while", min: 1, run: ban },
  { name: "unban", usage: "NAME|ADDRESS|RANGE", help: "let them in again", min: 1, run: unban },
  { name: "bans", usage: "", help: "show who is kept out", min: 0, run: plain({ kind: "bans" }) },
  { name: "mute", usage: "NAME [MINUTES]", help: "let somebody listen only", min: 1, run: mute },
  { name: "unmute", usage: "NAME", help: "let them talk again", min: 1, run: unmute },
  { name: "slow", usage: "ROOM|here SECONDS", help: "one message per person in so many seconds", min: 2, run: slow },
  { name: "close", usage: "[ROOM] [guests|everyone]", help: "close it to guests, or all but moderators", min: 0, run: close },
  { name: "open", usage: "[ROOM]", help: "open it again", min: 0, run: open },
  { name: "announce", usage: "TEXT", help: "tell all who are here", min: 1, run: announce },
  { name: "role", usage: "NAME moderator|member", help: "make a member a moderator, or no longer", min: 2, run: role },
  { name: "audit", usage: "[N]", help: `show what moderators did, the last N (${AUDITED})`, min: 0, run: audit },
];

/** Has it done, and tells what the hub answers. */
async function act(talker: Talker, action: HubAction): Promise<void> {
  const answer = await talker.chat.hub(action);
  talker.people.become(talker.chat.self());
  talker.tell(...(answer.length > 0 ? answer : ["done"]));
}

function plain(action: HubAction): SlashCommand["run"] {
  return (talker) => act(talker, action);
}

function register(talker: Talker, password: string): Promise<void> {
  return act(talker, { kind: "register", password });
}

/** A name may have several words, a password none: the last one is it. */
function login(talker: Talker, rest: string): Promise<void> {
  const [, name = "", password = ""] = /^(.*\S)\s+(\S+)$/su.exec(rest) ?? [];
  return act(talker, { kind: "login", name, password });
}

async function kick(talker: Talker, rest: string): Promise<void> {
  const [{ id: person }, reason] = await personFirst(talker, rest);
  return act(talker, { kind: "kick", person, reason });
}

async function ban(talker: Talker, rest: string): Promise<void> {
  const [whom, after] = await whomFirst(talker, rest);
  const [word, reason] = firstWord(after);
  if (!/^\d+$/.test(word)) return act(talker, { kind: "ban", whom, minutes: FOR_EVER, reason: after });
  return act(talker, { kind: "ban", whom, minutes: wholeNumber(word, "MINUTES", [FOR_EVER, LONGEST]), reason });
}

/** An address, a range, the name of somebody known, or else the first word, for somebody who is not here. */
async function whomFirst(talker: Talker, text: string): Promise<readonly [whom: string, rest: string]> {
  const [word, rest] = firstWord(text);
  if (ADDRESS.test(word)) return [word, rest];
  const quoted = /^"([^"]+)"\s*(.*)$/su.exec(text);
  if (quoted) return [quoted[1] ?? "", quoted[2] ?? ""];
  const found = await talker.lookFor(() => splitName(talker.people, text));
  return found ? [found[0].name, found[1]] : [word.replace(/^@/, ""), rest];
}

/** What may be an IPv4 or IPv6 address, or a range of them (CIDR); the hub reads it exactly. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f:.]*)(?:\/\d{1,3})?$/i;

function unban(talker: Talker, whom: string): Promise<void> {
  return act(talker, { kind: "unban", whom: whom.replace(/^@|^"(.*)"$/su, "$1") });
}

async function mute(talker: Talker, rest: string): Promise<void> {
  const [{ id: person }, after] = await personFirst(talker, rest);
  const minutes = after === "" ? FOR_EVER : wholeNumber(after, "MINUTES", [FOR_EVER, LONGEST]);
  return act(talker, { kind: "mute", person, minutes });
}

async function unmute(talker: Talker, rest: string): Promise<void> {
  const [{ id: person }] = await personFirst(talker, rest);
  return act(talker, { kind: "unmute", person });
}

function slow(talker: Talker, rest: string): Promise<void> {
  const [where, seconds] = firstWord(rest);
  return act(talker, { kind: "slow", room: roomOr(talker, where), seconds: wholeNumber(seconds, "SECONDS", [0, 86_400]) });
}

function close(talker: Talker, rest: string): Promise<void> {
  const [, where = "", whom = "guests"] = /^(.*?)\s*\b(guests|everyone)?$/isu.exec(rest) ?? [];
  const to = whom.toLowerCase() === "everyone" ? "everyone" : "guests";
  return act(talker, { kind: "close", room: roomOr(talker, where), to });
}

function open(talker: Talker, where: string): Promise<void> {
  return act(talker, { kind: "close", room: roomOr(talker, where), to: "nobody" });
}

/** The room that is named, or with `here` or nothing the one in focus. */
function roomOr(talker: Talker, text: string): Conversation {
  if (text !== "" && text !== "here") return openRoom(text);
  if (talker.room.startsWith("#")) return talker.room;
  throw new ChatError("bad-input", "direct talk is no room of the hub: name one, as in #lobby");
}

function announce(talker: Talker, text: string): Promise<void> {
  return act(talker, { kind: "announce", text });
}

function role(talker: Talker, rest: string): Promise<void> {
  const [, name = "", word = ""] = /^(.*\S)\s+(\S+)$/su.exec(rest) ?? [];
  const role = word.toLowerCase();
  if (role === "moderator" || role === "member") return act(talker, { kind: "role", name: name.replace(/^@/, ""), role });
  throw new ChatError("bad-input", `${shown(word)} is no role: moderator and member are`);
}

function audit(talker: Talker, text: string): Promise<void> {
  return act(talker, { kind: "audit", limit: text === "" ? AUDITED : wholeNumber(text, "N", [1, 1000]) });
}
