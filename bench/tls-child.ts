// The other side of tls-process.ts: one end of a bare TLS connection.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect, createServer, type TLSSocket } from "node:tls";
import { createIdentity } from "../src/core/identity.ts";
import { tlsClientOptions, tlsServerOptions } from "../src/mesh/link/tls.ts";
import { obey } from "./child.ts";
import type { TlsOrders } from "./tls-process.ts";

const identity = createIdentity();

obey<TlsOrders>({
  listen: async (args) => {
    const server = createServer(tlsServerOptions(identity), (socket) => {
      socket.setNoDelay(true);
      if (args.mode === "echo") socket.on("data", (chunk) => socket.write(chunk));
      else sink(socket, args.bytes);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },
  echo: async ({ port, count, bytes, perSecond }) => {
    const socket = await dial(port);
    const halves: number[] = [];
    const frame = new Uint8Array(bytes);
    for (let i = 0; i < count; i++) {
      const sent = performance.now();
      socket.write(frame);
      await arrived(socket, bytes);
      halves.push(((performance.now() - sent) * 1000) / 2);
      await pause(1000 / perSecond);
    }
    socket.destroy();
    return halves;
  },
  stream: async ({ port, bytes, piece }) => {
    const socket = await dial(port);
    const part = new Uint8Array(piece);
    const begin = performance.now();
    for (let sent = 0; sent < bytes; sent += piece) if (!socket.write(part)) await once(socket, "drain");
    await arrived(socket, 1);
    socket.destroy();
    return performance.now() - begin;
  },
});

async function dial(port: number): Promise<TLSSocket> {
  const socket = connect({ ...tlsClientOptions(identity), host: "127.0.0.1", port });
  socket.setNoDelay(true);
  await once(socket, "secureConnect");
  return socket;
}

function sink(socket: TLSSocket, bytes: number): void {
  let left = bytes;
  socket.on("data", (chunk) => {
    left -= chunk.length;
    if (left <= 0) socket.write("!");
  });
}

function arrived(socket: TLSSocket, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let left = bytes;
    const take = (chunk: Buffer) => {
      left -= chunk.length;
      if (left > 0) return;
      socket.off("data", take);
      resolve();
    };
    socket.on("data", take);
  });
}
