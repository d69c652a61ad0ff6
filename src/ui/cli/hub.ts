// `earshot hub`: a peer whose doors are open to guests, until it is asked to end.

import type { HubContext } from "./command.ts";
import { run } from "./run.ts";

export async function hub(context: HubContext): Promise<void> {
  const { peer, title, err } = context;
  const { host, port } = peer.address;
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  err.write(
    `"${title}" is open. Guests come with nothing installed by http://${address}/ or \`nc ${host} ${port}\`, or by \`earshot chat --hub ${address}\`.\n`,
  );
  await run(context);
}
