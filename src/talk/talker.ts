// Who types: what the slash commands work on, wherever lines are typed (the command line's `chat`, plain lines over TCP).

import type { Conversation } from "../core/ids.ts";
import type { Chat, PersonInfo } from "../core/ports/chat.ts";
import type { Directory } from "./directory.ts";

/** How much of a room is shown when it is entered, messages. */
export const GLANCE = 20;

export interface Talker {
  readonly chat: Chat;
  readonly people: Directory;
  /** Where what is typed goes. */
  readonly room: Conversation;
  /** Who is here now, oneself not included. */
  here(): Promise<readonly PersonInfo[]>;
  /** What is known of oneself. */
  own(): Promise<PersonInfo | undefined>;
  /** Says it, in the order of the calls; a text that cannot be said is told. Resolves once it is on its way. */
  say(text: string, room?: Conversation): Promise<void>;
  /** Shows news to this person alone, one line each. */
  tell(...lines: readonly string[]): void;
  /** Shows the newest messages of a room. */
  showPast(room: Conversation, limit: number): Promise<void>;
  /** Turns to a room, after what was said so far has gone out. */
  enter(room: Conversation): Promise<void>;
  /** What `find` comes to; it may be asked again for a while, where people are still turning up. */
  lookFor<T>(find: () => T | null): Promise<T | null>;
  /** Ends the conversation after the line that is being taken. */
  quit(): void;
}
