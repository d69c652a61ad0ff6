// Runs the contracts against the remote client: over WebSocket, a real door on 127.0.0.1, and the engine behind it.

import { WebSocket } from "ws";
import { connectChat } from "../../src/client/remote.ts";
import { dialBy } from "../../src/client/socket.ts";
import type { Chat } from "../../src/core/ports/chat.ts";
import { startWebPeer, type WebPeer } from "../web/peer.ts";
import { testChat } from "./chat.ts";

const dial = dialBy(WebSocket);

testChat("the remote client", {
  guests: false,
  play: async ({ chat }) => {
    const peer = await startWebPeer({ chat });
    return closingToo(await connectChat({ to: peer, dial }), peer);
  },
});

/** The remote chat, which takes the peer's web gateway with it when it is closed. */
function closingToo(remote: Chat, peer: WebPeer): Chat {
  const hangUp = remote.close.bind(remote);
  remote.close = async () => {
    await hangUp();
    await peer.close();
  };
  return remote;
}
