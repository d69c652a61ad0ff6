// `earshot chat`: what is typed is said, one line per message comes out.

import { setTimeout as pause } from "node:timers/promises";
import type { ConnectionState } from "../../client/remote.ts";
import { ChatError } from "../../core/errors.ts";
import type { Conversation } from "../../core/ids.ts";
import { cleanText } from "../../core/name.ts";
import { LOBBY, parseOpenRoom } from "../../core/room.ts";
import { runSlash } from "../../talk/slash.ts";
import { readTyped, type Typed } from "../../talk/typed.ts";
import { ALONE, SECRET, shown } from "../../talk/words.ts";
import { letArrive } from "./arrive.ts";
import type { ChatContext } from "./command.ts";
import { follow, whyStopped } from "./follow.ts";
import { aborted } from "./run.ts";
import { greet } from "./talk/greeting.ts";
import { Outbox } from "./talk/outbox.ts";
import { openScreen, type Screen } from "./talk/screen.ts";
import { Session } from "./talk/session.ts";
import { Transcript } from "./talk/transcript.ts";
import { readTarget, resolveTarget, type Target } from "./target.ts";
import { UsageError } from "./usage-error.ts";

export async function chat(context: ChatContext): Promise<void> {
  const target = readRoom(context.args[0]);
  const room = await resolveTarget(target, context);
  if (target.kind === "room" && room !== LOBBY) await context.chat.join(room);
  const ending = new AbortController();
  const signal = AbortSignal.any([context.signal, ending.signal]);
  const screen = await openScreen(context, signal);
  let failure: ChatError | null = null;
  const stopped = (error: ChatError) => {
    failure = error;
    ending.abort();
  };
  try {
    await talk({ ...context, signal }, screen, room, stopped);
  } finally {
    screen.close();
  }
  if (failure !== null) throw failure;
}

/** How long nobody has to be here until that is told, milliseconds. */
const ALONE_MS = 1500;
/** How long what was just said has to come back to be shown, milliseconds. */
const ECHO_MS = 50;
/** How long one who asks to leave a hub waits for what was typed to be said, milliseconds. */
const LAST_MS = 2000;

async function talk(context: ChatContext, screen: Screen, room: Conversation, stopped: (error: ChatError) => void): Promise<void> {
  const { chat, own, hub, signal } = context;
  const transcript = new Transcript(chat, screen, await chat.people(), room);
  const notSaid = (text: string, error: ChatError) => transcript.news(`not said: ${error.message}\n${cleanText(text)}`);
  // a hub lets nobody talk faster than it likes: one after another keeps the order
  const outbox = hub ? new Outbox(chat, notSaid, 1) : new Outbox(chat, notSaid);
  const session = new Session(chat, screen, transcript, outbox);
  if (hub?.welcome) transcript.news(cleanText(hub.welcome));
  hub?.watchState((state) => tellState(transcript, state));
  const following = await greet(chat, transcript, (reader) =>
    follow(chat, {
      event: reader,
      crowded: screen.crowded,
      closed: () => stopped(whyStopped(hub)),
    }),
  );
  await session.enter(room);
  const alone = setTimeout(() => transcript.here.length === 0 && transcript.news(ALONE), ALONE_MS);
  await readLines(session, screen.lines);
  clearTimeout(alone);
  if (hub) await Promise.race([outbox.idle(), aborted(signal).then(() => pause(LAST_MS))]);
  else await outbox.idle();
  for (const text of outbox.unsaid) transcript.news(`not said, since the hub does not answer:\n${cleanText(text)}`);
  if (own && !signal.aborted) await letArrive(chat, own, outbox.last, signal);
  await new Promise((resolve) => setTimeout(resolve, ECHO_MS));
  following.stop();
  transcript.flush();
}

/** A connection that is lost comes back by itself: nothing is asked of whoever sits here. */
function tellState(transcript: Transcript, state: ConnectionState): void {
  if (state === "lost") transcript.news("connection lost, trying again");
  else if (state === "open") transcript.news("back");
}

async function readLines(session: Session, lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) {
    const typed = readTyped(line);
    if (typed.kind === "exit") return;
    await takeLine(session, typed);
    if (session.over) return;
  }
}

async function takeLine(session: Session, typed: Typed): Promise<void> {
  if (typed.kind === "say") return session.say(typed.text);
  if (typed.kind === "secret") return session.tell(SECRET);
  if (typed.kind !== "command") return;
  try {
    await runSlash(session, typed.line);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    session.tell(cleanText(error.message));
  }
}

/** The room that was named, with or without its #, or a person; else #lobby. */
function readRoom(text: string | undefined): Target {
  if (text === undefined) return { kind: "room", room: LOBBY };
  if (text.startsWith("@")) return readTarget(text);
  const room = parseOpenRoom(text);
  if (!room) throw new UsageError(`${shown(text)} cannot be a room: letters, digits and -_.+! make its name`);
  return { kind: "room", room };
}
