// `earshot chat`: what is typed is said, one line per message comes out.

import { ChatError } from "../../core/errors.ts";
import type { Conversation } from "../../core/ids.ts";
import { cleanText } from "../../core/name.ts";
import { LOBBY, parseOpenRoom } from "../../core/room.ts";
import { runSlash } from "../../talk/slash.ts";
import { ALONE, shown } from "../../talk/words.ts";
import { letArrive } from "./arrive.ts";
import type { ChatContext } from "./command.ts";
import { follow } from "./follow.ts";
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

async function talk(context: ChatContext, screen: Screen, room: Conversation, stopped: (error: ChatError) => void): Promise<void> {
  const { chat, own, signal } = context;
  const transcript = new Transcript(chat, screen, await chat.people(), room);
  const outbox = new Outbox(chat, (text, error) => transcript.news(`not said: ${error.message}\n${cleanText(text)}`));
  const session = new Session(chat, screen, transcript, outbox);
  const following = await greet(chat, transcript, (reader) =>
    follow(chat, {
      event: reader,
      crowded: screen.crowded,
      closed: () => stopped(new ChatError("closed", "the Earshot of this home has stopped")),
    }),
  );
  await session.enter(room);
  const alone = setTimeout(() => transcript.here.length === 0 && transcript.news(ALONE), ALONE_MS);
  await readLines(session, screen.lines);
  clearTimeout(alone);
  await outbox.idle();
  if (own && !signal.aborted) await letArrive(chat, own, outbox.last, signal);
  await new Promise((resolve) => setTimeout(resolve, ECHO_MS));
  following.stop();
  transcript.flush();
}

async function readLines(session: Session, lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) {
    if (line.trim() === "exit") return;
    await takeLine(session, line);
    if (session.over) return;
  }
}

async function takeLine(session: Session, line: string): Promise<void> {
  if (line.trim() === "") return;
  if (!line.startsWith("/")) return session.say(line);
  if (line.startsWith("//")) return session.say(line.slice(1));
  try {
    await runSlash(session, line);
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
