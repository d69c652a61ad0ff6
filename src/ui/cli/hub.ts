// `earshot hub`: a peer whose doors are open to guests, until it is asked to end.

import type { HubContext } from "./command.ts";
import { run } from "./run.ts";

export async function hub(context: HubContext): Promise<void> {
  const { peer, title, err, options } = context;
  const { host, port } = peer.address;
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const ways = [
    ["with netcat", `nc ${host} ${options.line ?? port}`],
    ["with Earshot", `earshot chat --hub ${address}`],
  ] as const;
  const rows = ways.map(([how, what]) => `  ${how.padEnd(16)}${what}\n`);
  const own = options.home === undefined ? "earshot chat" : `earshot chat --home ${quoted(options.home)}`;
  err.write(
    `"${title}" is open. Guests come in:\n${rows.join("")}In a browser, http://${address}/ tells them so.\n` +
      `You talk by "${own}" in another terminal. Ctrl+C closes the hub.\n`,
  );
  await run(context);
}

/** As a shell reads it as one word. */
const quoted = (path: string): string => (/^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
