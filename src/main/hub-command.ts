// What `earshot hub` does beyond running a peer: its settings, read at the start and again when asked, and what is wrong with them.

import { ChatError } from "../core/errors.ts";
import type { Settings } from "../hub/settings.ts";
import type { Base } from "../ui/cli/command.ts";
import { withPeer } from "./cli-chat.ts";
import type { Home } from "./home.ts";
import { readSettings, writeDefaults } from "./hub-settings.ts";
import type { Peer } from "./peer.ts";

/** What the terminal is asked for: to call this at SIGHUP instead of ending. */
type OnHangup = (listener: () => void) => void;

/** Checks the settings and, unless that was all, runs a hub while `use` does. Rejects `bad-input` for settings that cannot be used. */
export async function withHubPeer(base: Base, home: Home, onHangup: OnHangup, use: (peer: Peer) => Promise<void>): Promise<void> {
  if (base.options.check) return checkSettings(base, home);
  await writeDefaults(home);
  const settings = await usableSettings(base, home);
  let running: Peer | null = null;
  onHangup(() => void reload(base, home, running));
  const lent = async (peer: Peer) => {
    running = peer;
    await use(peer);
  };
  await withPeer(base, home, lent, { title: base.options.title ?? null, settings, line: base.options.line ?? null });
}

/** Tells whether the settings are fine; rejects `bad-input` where they are not. */
async function checkSettings({ out }: Base, home: Home): Promise<void> {
  const parsed = await readSettings(home);
  if (parsed && "problems" in parsed) {
    for (const problem of parsed.problems) out.write(`${problem}\n`);
    throw new ChatError("bad-input", "the settings cannot be used as they are: a hub would not start with them");
  }
  out.write(parsed ? "hub.toml is fine\n" : "there is no hub.toml yet: the first start of the hub writes one\n");
}

async function usableSettings({ err }: Base, home: Home): Promise<Settings> {
  const parsed = await readSettings(home);
  if (parsed && "settings" in parsed) return parsed.settings;
  for (const problem of parsed?.problems ?? []) err.write(`earshot: ${problem}\n`);
  throw new ChatError(
    "bad-input",
    "the hub does not start with these settings: correct them (`earshot hub --check` tells when they are fine)",
  );
}

/** Good settings hold from now on; bad ones change nothing, and are told. */
async function reload(base: Base, home: Home, peer: Peer | null): Promise<void> {
  if (!peer) return;
  const tell = (line: string) => base.err.write(`earshot: ${line}\n`);
  try {
    const parsed = await readSettings(home);
    if (parsed && "settings" in parsed) {
      peer.reload(parsed.settings);
      tell("hub.toml was read again and holds from now on");
      return;
    }
    for (const problem of parsed?.problems ?? ["hub.toml is gone"]) tell(problem);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  }
  tell("the settings from before stay");
}
