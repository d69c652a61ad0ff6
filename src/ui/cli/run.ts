// `earshot run`: the peer alone, until it is asked to end.

import type { PeerContext } from "./command.ts";
import { write } from "./output.ts";

export async function run({ chat, peer, out, signal }: PeerContext): Promise<void> {
  const { host, port } = peer.address;
  await write(out, `ready ${chat.self().name} ${peer.id} ${host.includes(":") ? `[${host}]` : host}:${port}\n`);
  await aborted(signal);
}

/** Resolves when the signal is aborted. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
