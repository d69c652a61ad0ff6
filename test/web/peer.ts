// A peer behind a real door on 127.0.0.1, with its history in memory: what web clients are tested against.

import type { Engine } from "../../src/chat/engine.ts";
import { openChat } from "../../src/chat/open.ts";
import { createIdentity, newToken } from "../../src/core/identity.ts";
import type { Chat } from "../../src/core/ports/chat.ts";
import { createWebGateway, type WebGatewayOptions } from "../../src/gateways/web/gateway.ts";
import { openDoor } from "../../src/main/door.ts";
import { tlsServerOptions } from "../../src/mesh/link/tls.ts";
import { memoryStore } from "../../src/store/memory.ts";

export type WebPeer = {
  readonly chat: Chat;
  readonly port: number;
  readonly token: string;
  readonly url: string;
  readonly close: () => Promise<void>;
};

/** Over the chat that is given, which stays the caller's, or over an engine of its own. */
export async function startWebPeer(
  options: Partial<WebGatewayOptions> & { readonly port?: number; readonly silence?: number } = {},
): Promise<WebPeer> {
  const chat = options.chat ?? (await openEngine());
  const token = options.token ?? newToken();
  const gateway = createWebGateway({ ...options, chat, token });
  const door = await openDoor({
    port: options.port ?? 0,
    bind: "127.0.0.1",
    tls: async () => tlsServerOptions(createIdentity()),
    onLink: (socket) => void socket.destroy(),
    gateways: { http: gateway.handle },
    ...(options.silence !== undefined && { silence: options.silence }),
  });
  const { port } = door.address;
  const close = async () => {
    await gateway.close();
    await door.close();
    if (!options.chat) await chat.close();
  };
  return { chat, port, token, url: `ws://127.0.0.1:${port}/chat`, close };
}

/** The owner's chat of an engine alone, its history in memory. */
export async function openEngine(name = "ann"): Promise<Chat> {
  return (await openHost(name)).chat;
}

/** An engine alone, to host guests. */
export function openHost(name = "ann"): Promise<Engine> {
  let now = 1_800_000_000_000_000;
  return openChat({ identity: createIdentity(), network: "lan", store: memoryStore(), clock: () => ++now, name });
}
