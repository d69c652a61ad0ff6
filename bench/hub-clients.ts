// The clients of the hub's benchmarks, on bare sockets: they read all that comes, and decode next to nothing.

import { connect, type Socket } from "node:net";
import { CLOSE, FrameReader, frameOf, PING, PONG } from "./hub-frames.ts";
import type { Ledger } from "./hub-ledger.ts";
import { MarkScanner } from "./hub-marks.ts";

/** What a client is to connect to, and as whom. */
export type Seat = {
  /** The receiver's number in the ledger. */
  readonly number: number;
  readonly name: string;
  readonly port: number;
  /** A server that broadcasts all that it gets: nobody is asked in. */
  readonly bare: boolean;
  /** Asks for people, rooms and the last messages, too, as a newcomer's page does. */
  readonly asksAll: boolean;
  /** The loopback address to come from. */
  readonly from: string;
};

export type Client = {
  readonly socket: Socket;
  /** Resolves once messages come here. */
  readonly entered: Promise<void>;
  /** Says these texts in the lobby, in one write. */
  say(texts: readonly string[]): void;
  /** From now on, an end of the connection is no fault. */
  leave(): void;
};

/** All sockets of the process read into it, one after the other. */
const INBOX = new Uint8Array(256 * 1024);

export function webClient(seat: Seat, ledger: Ledger): Client {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const scanner = new MarkScanner(seat.number, ledger.take);
  const asks = seat.bare ? [] : entering(seat);
  const open = new Set(asks.map((_, id) => id));
  const part = (bytes: Uint8Array, from: number, to: number): void => scanner.scan(bytes, from, to);
  const frames = new FrameReader({ part, text, control }, seat.bare);
  let head: string | null = "";
  let asked = asks.length;
  const { socket, leave } = dial(seat, ledger, (bytes, to) => {
    const from = head === null ? 0 : upgraded(bytes, to);
    if (head === null && from < to) frames.read(bytes, from, to);
  });
  socket.once("close", () => reject(new Error(`${seat.name} was not let in`)));
  socket.write(upgradeRequest(seat.port));
  return { socket, leave, entered: promise, say };

  function upgraded(bytes: Uint8Array, to: number): number {
    const before = head?.length ?? 0;
    head += Buffer.from(bytes.buffer, 0, to).toString("latin1");
    const end = head?.indexOf("\r\n\r\n") ?? -1;
    if (end < 0) return to;
    if (!head?.startsWith("HTTP/1.1 101")) reject(new Error(`${seat.name} was answered: ${head?.split("\r\n")[0]}`));
    head = null;
    socket.write(Buffer.concat(asks.map((ask) => frameOf(JSON.stringify(ask)))));
    if (asks.length === 0) resolve();
    return end + 4 - before;
  }

  function text(frame: string): void {
    const [, id, outcome] = /^\{"id":(\d+),"(\w+)"/.exec(frame) ?? [];
    if (outcome === "error" || /^\{"event":"(?:end|farewell)"/.test(frame)) return failed(frame);
    if (id === undefined || !open.delete(Number(id))) return;
    if (open.size === 0) resolve();
  }

  function failed(frame: string): void {
    ledger.blame(`${seat.name} was told ${frame.slice(0, 300)}`);
    reject(new Error(`${seat.name} was told ${frame.slice(0, 300)}`));
  }

  function control(opcode: number, payload: Uint8Array): void {
    if (opcode === PING) socket.write(frameOf(payload, PONG));
    else if (opcode === CLOSE) failed(`close ${payload.length < 2 ? "" : Buffer.from(payload).readUInt16BE()}`);
  }

  function say(texts: readonly string[]): void {
    const frames = texts.map((text) => {
      if (seat.bare) return frameOf(text);
      const id = asked++;
      const nonce = `${seat.name}.${id}.${process.pid}`;
      return frameOf(`{"id":${id},"method":"say","params":{"room":"#lobby","text":"${text}"},"nonce":"${nonce}"}`);
    });
    socket.write(Buffer.concat(frames));
  }
}

/** What a client asks for all at once when it comes; the requests' numbers are their places. */
function entering({ name, asksAll }: Seat): readonly object[] {
  const page = [
    { id: 1, method: "people", params: {} },
    { id: 2, method: "rooms", params: {} },
    { id: 3, method: "history", params: { room: "#lobby", limit: 50 } },
    { id: 4, method: "watch", params: {} },
  ];
  return [{ id: 0, method: "enter", params: { name } }, ...(asksAll ? page : [{ id: 1, method: "watch", params: {} }])];
}

export function lineClient(seat: Seat, ledger: Ledger): Client {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const scanner = new MarkScanner(seat.number, ledger.take);
  const { socket, leave } = dial(seat, ledger, (bytes, to) => {
    resolve();
    scanner.scan(bytes, 0, to);
  });
  socket.once("close", () => reject(new Error(`${seat.name} was not let in`)));
  socket.write(`${seat.name}\n`);
  return { socket, leave, entered: promise, say: (texts) => socket.write(`${texts.join("\n")}\n`) };
}

function dial({ port, from, name }: Seat, ledger: Ledger, read: (bytes: Uint8Array, to: number) => void) {
  let stays = true;
  const callback = (size: number): boolean => {
    ledger.now = performance.now();
    read(INBOX, size);
    return true;
  };
  const socket = connect({ host: "127.0.0.1", port, localAddress: from, noDelay: true, onread: { buffer: INBOX, callback } });
  socket.on("error", (error) => stays && ledger.blame(`${name}: ${error.message}`));
  socket.on("close", () => stays && ledger.blame(`${name} was disconnected`));
  return {
    socket,
    leave: () => {
      stays = false;
      socket.destroy();
    },
  };
}

const upgradeRequest = (port: number): string =>
  [
    "GET /chat HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: ZWFyc2hvdCBiZW5jaGVzIQ==",
    "Sec-WebSocket-Protocol: earshot.v1",
    "\r\n",
  ].join("\r\n");
