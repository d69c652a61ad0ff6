// What the parts of a hub share.

import type { Chat } from "../core/ports/chat.ts";
import type { Hosting } from "../core/ports/hosting.ts";
import type { Accounts } from "./accounts.ts";
import type { Audit } from "./audit.ts";
import type { Bans } from "./bans.ts";
import type { Doorkeeper } from "./doorkeeper.ts";
import type { Guard } from "./guard.ts";
import type { GuestBook } from "./guest-book.ts";
import type { Mutes } from "./mutes.ts";
import type { Names } from "./names.ts";
import type { RoomRules } from "./room-rules.ts";
import type { Settings } from "./settings.ts";
import type { SignIn } from "./sign-in.ts";
import type { Stays } from "./stays.ts";
import type { Tokens } from "./tokens.ts";

export type Office = {
  readonly settings: () => Settings;
  /** How the hub is called. */
  readonly title: () => string;
  /** The owner's. */
  readonly chat: Chat;
  readonly hosting: Hosting;
  readonly accounts: Accounts;
  readonly signIn: SignIn;
  readonly book: GuestBook;
  readonly tokens: Tokens;
  readonly names: Names;
  readonly stays: Stays;
  readonly bans: Bans;
  readonly mutes: Mutes;
  readonly rules: RoomRules;
  readonly guard: Guard;
  readonly doorkeeper: Doorkeeper;
  readonly audit: Audit;
  /** Microseconds since 1970, by the network's time. */
  readonly clock: () => number;
  readonly log: (text: string) => void;
};
