// Opens a hub: the desk for its guests, and the owner's chat.

import type { Chat } from "../core/ports/chat.ts";
import type { Hosting } from "../core/ports/hosting.ts";
import type { FrontDesk } from "../core/ports/hub.ts";
import type { Store } from "../core/ports/store.ts";
import { Accounts } from "./accounts.ts";
import { perform } from "./actions.ts";
import { Audit } from "./audit.ts";
import { Bans } from "./bans.ts";
import { Desk } from "./desk.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import { Guard } from "./guard.ts";
import { GuestBook } from "./guest-book.ts";
import { Mutes } from "./mutes.ts";
import { Names } from "./names.ts";
import type { Office } from "./office.ts";
import { OwnerChat } from "./owner-chat.ts";
import { Passwords } from "./passwords.ts";
import { RoomRules } from "./room-rules.ts";
import { byTimer, type Schedule } from "./schedule.ts";
import type { Settings } from "./settings.ts";
import { SignIn } from "./sign-in.ts";
import { guestPass, type Stay } from "./stay.ts";
import { Stays } from "./stays.ts";
import { Tokens } from "./tokens.ts";
import { Upkeep } from "./upkeep.ts";
import { Visits } from "./visits.ts";

export type HubOptions = {
  readonly hosting: Hosting;
  /** The owner's. Stays the caller's, as the store: neither is closed with the hub. */
  readonly chat: Chat;
  readonly store: Pick<Store, "recall" | "remember">;
  /** The home: the audit log lives there. */
  readonly dir: string;
  readonly settings: Settings;
  /** 32 bytes that nobody else knows, the same at every start: guests come back by tokens made with them. */
  readonly secret: Uint8Array;
  /** How the hub is called; null or empty for what the settings say. */
  readonly title: string | null;
  /** Microseconds since 1970, by the network's time. */
  readonly clock: () => number;
  readonly log: (text: string) => void;
  /** How long a seat is held after the last visit, milliseconds; 10 s where it is not said. */
  readonly grace?: number | undefined;
  readonly schedule?: Schedule | undefined;
  readonly passwords?: Passwords | undefined;
};

/** How things stand, and what happened since the start. */
export type HubCounts = {
  /** Connections that were admitted and not released. */
  readonly connections: number;
  readonly visits: number;
  /** People who are here without and with an account. */
  readonly guests: number;
  readonly members: number;
  readonly accounts: number;
  /** Connections and entrances that were refused, since the start. */
  readonly refused: number;
  /** Things that were said or done too fast, since the start. */
  readonly limited: number;
};

export type Hub = {
  readonly desk: FrontDesk;
  /** The owner's chat, with `hub` answered. */
  readonly ownerChat: Chat;
  /** From now on these hold. */
  reload(settings: Settings): void;
  counts(): HubCounts;
  /** Says farewell ("closing") to all visits, gives up their seats and stores what is to be kept. */
  close(): Promise<void>;
};

const GRACE = 10_000;

/** Opens a hub over what the store holds of it. Rejects `storage`. */
export async function openHub(options: HubOptions): Promise<Hub> {
  const state = { settings: options.settings };
  const office = await furnish(options, () => state.settings);
  const visits = new Visits(office);
  const desk = new Desk(office, visits);
  const { chat, clock, log } = office;
  const ownerChat = new OwnerChat(chat, (action) => perform(office, { name: chat.self().name, role: "owner", address: null }, action));
  const upkeep = new Upkeep({ hosting: options.hosting, settings: office.settings, clock, schedule: options.schedule ?? byTimer, log });
  void upkeep.run();
  return {
    desk,
    ownerChat,
    reload: (settings) => {
      state.settings = settings;
      void upkeep.run();
    },
    counts: () => countAll(office, desk),
    close: async () => {
      await visits.close({ code: "closing", text: `${office.title()} is closing` });
      await upkeep.close();
      await Promise.all([office.accounts, office.book, office.bans, office.mutes, office.rules].map((kept) => kept.close()));
    },
  };
}

async function furnish(options: HubOptions, settings: () => Settings): Promise<Office> {
  const { hosting, chat, store, clock, log } = options;
  const title = () => options.title || settings().title || `${chat.self().name}'s hub`;
  const [accounts, book, bans, mutes, rules] = await Promise.all([
    Accounts.load(store, log),
    GuestBook.load(store, clock(), log),
    Bans.load(store, log),
    Mutes.load(store, log),
    RoomRules.load(store, log),
  ]);
  const over = (stay: Stay) => leaveBook(book, stay, clock());
  const stays = new Stays({ hosting, grace: options.grace ?? GRACE, schedule: options.schedule ?? byTimer, log, over });
  return {
    ...{ settings, title, chat, hosting, accounts, book, stays, bans, mutes, rules, clock, log },
    names: new Names({ chat, title, accounts, book, stays, clock }),
    signIn: new SignIn(accounts, options.passwords ?? new Passwords(), clock),
    tokens: new Tokens(options.secret),
    guard: new Guard({ settings, rules, clock }),
    doorkeeper: new Doorkeeper({ settings, title, bans, clock }),
    audit: new Audit(options.dir),
  };
}

/** The name of a guest who cannot come back by a token is free again. */
function leaveBook(book: GuestBook, stay: Stay, now: number): void {
  const pass = guestPass(stay.key);
  if (pass === null) return;
  if (stay.isKept) book.seen(pass, now);
  else book.remove(pass);
}

function countAll({ stays, accounts, doorkeeper, guard }: Office, desk: Desk): HubCounts {
  const all = [...stays.all()];
  const members = all.filter(({ isMember }) => isMember).length;
  return {
    connections: doorkeeper.connections,
    visits: all.reduce((sum, { visits }) => sum + visits.size, 0),
    guests: all.length - members,
    members,
    accounts: accounts.size,
    refused: doorkeeper.refused + desk.refused,
    limited: guard.limited,
  };
}
