// What a command is: its record in the table, and what it is given to run with.

import type { ConnectionState } from "../../client/remote.ts";
import type { ChatError } from "../../core/errors.ts";
import type { PeerId, PersonId } from "../../core/ids.ts";
import type { Chat } from "../../core/ports/chat.ts";
import type { LogLevel } from "../../core/ports/logger.ts";
import type { Place } from "./place.ts";

/** What was typed on the command line, read and checked. Absent where it was not given. */
export type Options = {
  readonly home?: string;
  readonly name?: string;
  readonly log?: LogLevel;
  readonly help?: boolean;
  readonly version?: boolean;
  /** 0 for any free port. */
  readonly port?: number;
  readonly bind?: string;
  readonly network?: string;
  readonly secret?: string;
  /** Addresses to dial, `host:port`. */
  readonly peers?: readonly string[];
  readonly noDiscovery?: boolean;
  /** The hub to be a guest of, `host:port`. */
  readonly hub?: string;
  /** How the hub here is called. */
  readonly title?: string;
  /** A port for plain lines alone; 0 for any free one. */
  readonly line?: number;
  readonly check?: boolean;
  readonly noOpen?: boolean;
  readonly json?: boolean;
  /** At least 1. */
  readonly limit?: number;
  readonly before?: Place;
  readonly since?: Place;
  readonly wait?: "delivered";
};

/** Where a command reads, writes and hears that it shall end. */
export type Io = {
  readonly input: NodeJS.ReadStream;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  /** Both input and output are a terminal: a person sits there. */
  readonly terminal: boolean;
  readonly colour: boolean;
};

export type Base = Io & {
  readonly args: readonly string[];
  readonly options: Options;
  /** The command runs until it is ended. */
  readonly lasting: boolean;
  /** Aborted by Ctrl+C, by a request to end, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
};

/** Whom the home belongs to. */
export type Owner = { readonly id: PersonId; readonly name: string };

/** A peer that runs in this process. */
export type OwnPeer = {
  readonly id: PeerId;
  readonly address: { readonly host: string; readonly port: number };
  linked(): readonly PeerId[];
};

/** A hub elsewhere, whose guest one is. */
export type HubLink = {
  /** What it says to those who come; empty where it says nothing. */
  readonly welcome: string;
  /** Calls back whenever the connection is lost, and when it stands again. */
  watchState(listener: (state: ConnectionState) => void): void;
  /** Why the Chat is over, once it is. */
  ended(): ChatError;
};

/** For a command that needs the key alone. */
export type IdentityContext = Base & { readonly owner: Owner };
/** For a command that is the peer. */
export type PeerContext = Base & { readonly chat: Chat; readonly peer: OwnPeer };
/** For the command that is a hub, by its title. */
export type HubContext = PeerContext & { readonly title: string };
/** For a command that talks or reads: by the running peer of the home, by one that runs for this command alone (`own`), or as a guest (`hub`). */
export type ChatContext = Base & Talk;

/** A Chat, and what stands behind it where that is not the running peer of the home. */
export type Talk = { readonly chat: Chat; readonly own: OwnPeer | null; readonly hub: HubLink | null };

type Run<Context> = (context: Context) => Promise<void>;

/** What a command needs to be given, and how its code is loaded. It throws UsageError for what was asked wrongly, ChatError for what went wrong. */
type Work =
  | { readonly needs: "identity"; readonly load: () => Promise<Run<IdentityContext>> }
  | { readonly needs: "peer"; readonly load: () => Promise<Run<PeerContext>> }
  | { readonly needs: "hub"; readonly load: () => Promise<Run<HubContext>> }
  | { readonly needs: "chat"; readonly load: () => Promise<Run<ChatContext>> };

/** A command's record: dispatch, arity errors, `--help` and the guide are made from it. */
export type Command = Work & {
  readonly name: string;
  /** Its arguments as people read them; empty for none. */
  readonly usage: string;
  /** How many arguments it takes. */
  readonly args: { readonly min: number; readonly max: number };
  readonly options: readonly (keyof Options)[];
  /** It runs until it is ended, not until its work is done. */
  readonly lasting?: true;
  /** One line, starting in lower case. */
  readonly summary: string;
  /** What else is to be known, in paragraphs. */
  readonly help: readonly string[];
  readonly examples: readonly string[];
};
