// A port for plain lines alone (`--line`): whoever connects is greeted at once, and no first bytes need to tell.

import { type DoorOptions, type Gateway, isWelcome } from "./door.ts";
import { type Door, type ListenOptions, listenFor } from "./listening.ts";

export type LinePortOptions = ListenOptions & Pick<DoorOptions, "openTo"> & { readonly gateway: Gateway };

/** Opens the port. Rejects like `openDoor`. */
export function openLinePort(options: LinePortOptions): Promise<Door> {
  return listenFor(options, (socket, pending) => {
    if (isWelcome(options.openTo, socket)) options.gateway(socket, () => pending.settle());
    else socket.destroy();
  });
}
