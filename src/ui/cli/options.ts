// The options of the command line: one table, from which they are parsed, checked and explained.

import type { Options } from "./command.ts";
import { readPlace } from "./place.ts";
import * as values from "./values.ts";

export type OptionSpec = {
  /** As typed, without the dashes. */
  readonly flag: string;
  /** What its value is called; null for an option that takes none. */
  readonly value: string | null;
  readonly help: string;
  /** What the value means, on top of what was given so far. Throws UsageError. */
  read(text: string, sofar: Options): Options;
};

export const OPTIONS: { readonly [name in keyof Required<Options>]: OptionSpec } = {
  home: {
    flag: "home",
    value: "DIR",
    help: "where key, history and settings live (default: $EARSHOT_HOME, else the platform's data folder)",
    read: (text) => ({ home: values.readHome(text) }),
  },
  name: {
    flag: "name",
    value: "NAME",
    help: "the name that others see; remembered for the next time",
    read: (text) => ({ name: values.readName(text) }),
  },
  log: {
    flag: "log",
    value: "LEVEL",
    help: "what to tell on stderr: silent, error, warn (default), info, debug",
    read: (text) => ({ log: values.readLogLevel(text) }),
  },
  help: { flag: "help", value: null, help: "show this", read: () => ({ help: true }) },
  version: { flag: "version", value: null, help: "show the version", read: () => ({ version: true }) },
  port: {
    flag: "port",
    value: "N",
    help: "TCP port to listen on; 0 for any free one (default: 3277, or any free one where that is taken)",
    read: (text) => ({ port: values.readPort(text) }),
  },
  bind: {
    flag: "bind",
    value: "ADDR",
    help: "listen on this address only (default: all interfaces)",
    read: (text) => ({ bind: values.readBind(text) }),
  },
  network: {
    flag: "network",
    value: "NAME",
    help: "which network to be on; different networks do not see each other (default: lan)",
    read: (text) => ({ network: values.readNetwork(text) }),
  },
  secret: {
    flag: "secret",
    value: "WORD",
    help: "be on a network only for those who know the word",
    read: (text) => ({ secret: values.readSecret(text) }),
  },
  peers: {
    flag: "peer",
    value: "HOST[:PORT]",
    help: "dial this peer, too; may be given several times",
    read: (text, sofar) => ({ peers: [...(sofar.peers ?? []), values.readHost("--peer", text)] }),
  },
  noDiscovery: {
    flag: "no-discovery",
    value: null,
    help: "do not look for others on the network: only --peer and addresses known from before",
    read: () => ({ noDiscovery: true }),
  },
  hub: {
    flag: "hub",
    value: "HOST[:PORT]",
    help: "be a guest of this hub; then no Earshot of one's own runs",
    read: (text) => ({ hub: values.readHost("--hub", text) }),
  },
  title: {
    flag: "title",
    value: "TEXT",
    help: "how the hub is called (default: as hub.toml says, else by the owner's name)",
    read: (text) => ({ title: values.readTitle(text) }),
  },
  line: {
    flag: "line",
    value: "PORT",
    help: "listen for plain lines on this TCP port, too; there nothing else is spoken",
    read: (text) => ({ line: values.readPort(text, "--line") }),
  },
  check: { flag: "check", value: null, help: "say whether hub.toml is fine, and start nothing", read: () => ({ check: true }) },
  noOpen: { flag: "no-open", value: null, help: "do not open a browser", read: () => ({ noOpen: true }) },
  json: { flag: "json", value: null, help: "one JSON object a line", read: () => ({ json: true }) },
  limit: {
    flag: "limit",
    value: "N",
    help: "at most so many messages, the newest ones",
    read: (text) => ({ limit: values.readLimit(text) }),
  },
  before: {
    flag: "before",
    value: "WHEN",
    help: "only what was said before this time (2026-11-21, 2026-11-21T10:30) or message id",
    read: (text) => ({ before: readPlace("--before", text) }),
  },
  since: {
    flag: "since",
    value: "WHEN",
    help: "only what was said from this time on, or after this message id",
    read: (text) => ({ since: readPlace("--since", text) }),
  },
  wait: {
    flag: "wait",
    value: "delivered",
    help: "leave only once the other side has it",
    read: (text) => ({ wait: values.readWait(text) }),
  },
};

/** Options of every command. */
export const COMMON: readonly (keyof Options)[] = ["home", "name", "log", "help", "version"];
/** Options of the commands that may run a peer. */
export const PEER: readonly (keyof Options)[] = ["port", "bind", "network", "secret", "peers", "noDiscovery"];
/** Options of the commands that talk or read by a peer, or as the guest of a hub. */
export const TALK: readonly (keyof Options)[] = [...PEER, "hub"];
/** Options of the commands that read the past. */
export const PAST: readonly (keyof Options)[] = ["limit", "before", "since", "json"];
