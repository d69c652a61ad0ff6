// Finds a Chat for a command: that of the peer which runs for this home, or that of a peer started for the command alone.

import { setTimeout as pause } from "node:timers/promises";
import { ChatError, type ErrorCode } from "../core/errors.ts";
import type { Chat } from "../core/ports/chat.ts";
import { createLogger, type Logger } from "../core/ports/logger.ts";
import type { Base, Options, Talk } from "../ui/cli/command.ts";
import { chooseName, knownName } from "./cli-name.ts";
import type { HubOptions } from "./doors.ts";
import type { Home, Running } from "./home.ts";
import type { Peer, PeerOptions } from "./peer.ts";

/** Runs a peer, a hub where `hub` says of what kind, while `use` does; it leaves the network properly afterwards.
 *  Throws `in-use` where one runs for this home already. */
export async function withPeer(base: Base, home: Home, use: (peer: Peer) => Promise<void>, hub?: HubOptions): Promise<void> {
  const name = await chooseName(home, base.options, base, base.signal);
  if (name === null) return;
  const peer = await startOnly(base, home, { name, ...(hub && { hub }) });
  await lend(peer, use);
}

/** Gives `use` a Chat, and the peer behind it when that runs only for this, or the hub. */
export async function withChat(base: Base, home: Home, use: (talk: Talk) => Promise<void>): Promise<void> {
  if (base.options.hub !== undefined) {
    const { withHub } = await import("./hub-client.ts");
    return withHub(base, home, base.options.hub, use);
  }
  const running = home.running();
  const name = running ? null : await chooseName(home, base.options, base, base.signal);
  if (!running && name === null) return;
  const found = await findChat(base, home, name);
  if (found.own) return lend(found.own, (peer) => use({ chat: peer.chat, own: peer, hub: null }));
  if (running) tellIdle(base);
  try {
    if (base.options.name !== undefined && found.chat.self().name !== base.options.name) await found.chat.rename(base.options.name);
    await use({ chat: found.chat, own: null, hub: null });
  } finally {
    await found.chat.close();
  }
}

type Found = { readonly chat: Chat; readonly own: Peer | null };

/** How long a peer of this home may take to come up or to leave, milliseconds. */
const PATIENCE_MS = 3000;
const STEP_MS = 50;
/** How long a peer that runs for one short command is waited for, milliseconds. */
const BRIEF_MS = 15_000;

/**
 * The running peer's Chat, else that of a new peer. Of two commands at once one starts a peer and the other finds it; a peer that
 * was killed is told from one that runs by its silence. A command that lasts waits for a brief peer to leave.
 */
async function findChat(base: Base, home: Home, name: string | null): Promise<Found> {
  const until = performance.now() + (base.lasting ? BRIEF_MS : PATIENCE_MS);
  for (;;) {
    const chat = await connect(base, home);
    if (chat) return { chat, own: null };
    try {
      const own = await start(base, home, { name: name ?? knownName(home, base.options) });
      return { chat: own.chat, own };
    } catch (error) {
      const hopeless = !isOneOf(error, ["in-use"]) || (base.options.port && !home.running()?.brief);
      if (hopeless || base.signal.aborted || performance.now() > until) throw error;
      await pause(STEP_MS);
    }
  }
}

/** A new peer, and the only one of this home; one that is brief is waited for. */
async function startOnly(base: Base, home: Home, as: StartAs): Promise<Peer> {
  const until = performance.now() + BRIEF_MS;
  for (;;) {
    try {
      return await start(base, home, as);
    } catch (error) {
      const running = isOneOf(error, ["in-use"]) ? home.running() : null;
      if (!running) throw error;
      if (!running.brief || base.signal.aborted || performance.now() > until) throw occupied(running);
      await pause(STEP_MS);
    }
  }
}

const occupied = ({ pid }: Running): ChatError =>
  new ChatError("in-use", `Earshot runs for this home already (process ${pid}): stop it first, or give another --home`);

/** The Chat of the running peer, or null where none answers. */
async function connect({ options, lasting }: Base, home: Home): Promise<Chat | null> {
  const running = home.running();
  if (!running || (lasting && running.brief)) return null;
  if (options.network !== undefined && options.network !== running.network) {
    throw new ChatError("in-use", `Earshot runs for this home on the network ${running.network}: stop it first, or give another --home`);
  }
  const { connectChat } = await import("../client/remote.ts");
  try {
    return await connectChat({ to: () => whereIs(home), patience: PATIENCE_MS });
  } catch (error) {
    if (isOneOf(error, ["unreachable", "closed"])) return null;
    throw error;
  }
}

function whereIs(home: Home): { readonly url: string; readonly token: string } | null {
  const running = home.running();
  if (!running) return null;
  const host = running.host.includes(":") ? `[${running.host}]` : running.host;
  return { url: `ws://${host}:${running.port}/chat`, token: running.token };
}

const isOneOf = (error: unknown, codes: readonly ErrorCode[]): boolean => error instanceof ChatError && codes.includes(error.code);

/** Says which options change nothing, because the peer runs already. */
function tellIdle({ options, err }: Base): void {
  const idle = PEER_ONLY.filter(([option]) => options[option] !== undefined).map(([, flag]) => flag);
  if (idle.length > 0) err.write(`earshot: Earshot runs for this home already, so these change nothing now: ${idle.join(", ")}\n`);
}

const PEER_ONLY = [
  ["port", "--port"],
  ["bind", "--bind"],
  ["secret", "--secret"],
  ["peers", "--peer"],
  ["noDiscovery", "--no-discovery"],
] as const satisfies readonly (readonly [keyof Options, string])[];

type StartAs = Pick<PeerOptions, "name" | "hub">;

async function start(base: Base, home: Home, as: StartAs): Promise<Peer> {
  const { startPeer } = await import("./peer.ts");
  const { options } = base;
  return startPeer({
    ...as,
    home,
    port: options.port ?? null,
    bind: options.bind ?? null,
    network: options.network ?? "lan",
    secret: options.secret ?? null,
    peers: options.peers ?? [],
    discovery: !options.noDiscovery,
    brief: !base.lasting,
    log: loggerOf(base),
  });
}

/** Lends the peer out and closes it afterwards. */
async function lend(peer: Peer, use: (peer: Peer) => Promise<void>): Promise<void> {
  try {
    await use(peer);
  } finally {
    await peer.close();
  }
}

const loggerOf = ({ options, err }: Base): Logger => createLogger(options.log ?? "warn", (line) => void err.write(`${line}\n`));
