// Runs the contracts against the remote client of a guest: over WebSocket, a real door, a hub's desk, and the guest's seat in the engine behind it.

import { tmpdir } from "node:os";
import { WebSocket } from "ws";
import { connectChat } from "../../src/client/remote.ts";
import { dialBy } from "../../src/client/socket.ts";
import { type Hub, openHub } from "../../src/hub/open.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/hub/settings.ts";
import { startWebPeer } from "../web/peer.ts";
import { testChat } from "./chat.ts";
import { START, type Station } from "./pair.ts";

/** The contract is about Chat: nobody is slowed down, and whoever is there may do what people may. */
const OPEN: Settings = {
  ...DEFAULT_SETTINGS,
  title: "Room 12",
  topics: "everyone",
  limits: {
    ...DEFAULT_SETTINGS.limits,
    "message-bytes": 0,
    "messages-per-10-seconds": 0,
    "messages-per-10-seconds-per-address": 0,
    "joins-per-minute-per-address": 0,
  },
};

const openHubOf = ({ hosting, chat, store }: Station): Promise<Hub> =>
  openHub({
    ...{ hosting, chat, store, dir: tmpdir(), settings: OPEN, secret: new Uint8Array(32).fill(7), title: null },
    ...{ clock: () => START, log: () => {}, grace: 0 },
  });

testChat("a guest of a hub by the remote client", {
  guests: true,
  play: async (station, name) => {
    const hub = await openHubOf(station);
    const peer = await startWebPeer({ chat: hub.ownerChat, desk: hub.desk });
    const guest = await connectChat({ to: { url: peer.url }, as: { name }, dial: dialBy(WebSocket) });
    const hangUp = guest.close.bind(guest);
    guest.close = async () => {
      await hangUp();
      await peer.close();
      await hub.close();
    };
    return guest;
  },
});
