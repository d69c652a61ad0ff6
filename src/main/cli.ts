// Gives a command what it needs: the owner's key, a peer of its own, or a Chat wherever one is to be had.

import { personOf } from "../core/ids.ts";
import type { Base } from "../ui/cli/command.ts";
import type { Invocation } from "../ui/cli/parse.ts";
import { withChat, withPeer } from "./cli-chat.ts";
import { knownName } from "./cli-name.ts";
import { openTerminal, type Terminal } from "./cli-terminal.ts";
import { defaultHome, type Home, openHome } from "./home.ts";

/** Runs the command to its end. Throws ChatError when it cannot do its work. */
export async function runCommand(invocation: Extract<Invocation, { kind: "run" }>): Promise<void> {
  const { args, options, command } = invocation;
  const home = openHome(options.home ?? defaultHome());
  const terminal = openTerminal();
  const base: Base = { ...terminal.io, signal: terminal.signal, lasting: command.lasting ?? false, args, options };
  try {
    await runWith(invocation, { home, base, terminal });
  } catch (error) {
    if (!terminal.unread()) throw error;
  }
  await terminal.close();
}

type Setting = { readonly home: Home; readonly base: Base; readonly terminal: Terminal };

async function runWith({ command }: Extract<Invocation, { kind: "run" }>, { home, base, terminal }: Setting): Promise<void> {
  switch (command.needs) {
    case "identity": {
      const run = await command.load();
      return run({ ...base, owner: { id: personOf(home.identity().id), name: knownName(home, base.options) } });
    }
    case "peer":
      return withPeer(base, home, async (peer) => (await command.load())({ ...base, chat: peer.chat, peer }));
    case "hub": {
      const { withHubPeer } = await import("./hub-command.ts");
      return withHubPeer(base, home, terminal.onHangup, async (peer) => {
        const run = await command.load();
        await run({ ...base, chat: peer.chat, peer, title: peer.title() ?? "" });
      });
    }
    case "chat":
      return withChat(base, home, async (talk) => (await command.load())({ ...base, ...talk }));
  }
}
