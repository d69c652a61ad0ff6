// Runs the contracts against the remote client: over WebSocket, a real door on 127.0.0.1, and the engine behind it.

import { WebSocket } from "ws";
import { connectChat } from "../../src/client/remote.ts";
import { dialBy } from "../../src/client/socket.ts";
import { startWebPeer } from "../web/peer.ts";
import { testChat } from "./chat.ts";

const dial = dialBy(WebSocket);

testChat("the remote client", async (engine) => {
  const peer = await startWebPeer({ chat: engine });
  const remote = await connectChat({ to: peer, dial });
  const hangUp = remote.close.bind(remote);
  remote.close = async () => {
    await hangUp();
    await peer.close();
  };
  return remote;
});
