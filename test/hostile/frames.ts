// WebSocket frames as nobody should send them (RFC 6455 §5.2), and a connection that sends them.

import { once } from "node:events";
import type { Socket } from "node:net";
import { gone, type Stand } from "./stand.ts";

export type FrameShape = {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly fin?: boolean;
  readonly masked?: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number;
  /** What the header says, where it is not the payload's length. */
  readonly length?: number;
};

export const TEXT = 0x1;
export const BINARY = 0x2;
export const CONTINUATION = 0x0;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** The bytes of a frame. */
export function frame(shape: FrameShape): Buffer {
  const { opcode, fin = true, masked = true, reserved = 0 } = shape;
  const payload = Buffer.from(shape.payload ?? "");
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = masked ? Buffer.of(1, 2, 3, 4) : Buffer.alloc(0);
  const body = masked ? payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)) : payload;
  return Buffer.concat([Buffer.of(first), lengthBytes(shape.length ?? payload.length, masked), mask, body]);
}

function lengthBytes(length: number, masked: boolean): Buffer {
  const bit = masked ? 0x80 : 0;
  if (length < 126) return Buffer.of(bit | length);
  if (length < 65_536) return Buffer.of(bit | 126, length >> 8, length & 0xff);
  const bytes = Buffer.alloc(9);
  bytes[0] = bit | 127;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

export type Opened = { readonly socket: Socket /** The server's head of the answer. */; readonly head: string };

/** A WebSocket of the owner's, its handshake done by hand, with these fields more; what is sent over it then is up to the caller. */
export async function openRaw(stand: Stand, ...fields: readonly string[]): Promise<Opened> {
  const socket = stand.knock();
  const lines = [
    "GET /chat HTTP/1.1",
    `Host: localhost:${stand.port}`,
    ...["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
    `Sec-WebSocket-Protocol: earshot.v1, token.${stand.token}`,
    ...fields,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const [first] = (await once(socket, "data")) as [Buffer];
  const text = first.toString("latin1");
  const end = text.indexOf("\r\n\r\n") + 4;
  if (first.length > end) socket.unshift(first.subarray(end));
  return { socket, head: text.slice(0, end) };
}

/** With which code the server closes, 1006 if without any; and closes, too. */
export async function closeCodeOf(socket: Socket): Promise<number> {
  let rest = Buffer.alloc(0);
  let code = 1006;
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let next = firstFrame(rest); next; next = firstFrame(rest)) {
      rest = rest.subarray(next.end);
      if (next.opcode !== CLOSE) continue;
      code = next.payload.length >= 2 ? next.payload.readUInt16BE() : 1005;
      socket.end();
    }
  });
  await gone(socket);
  return code;
}

/** The first whole frame of a server, which does not mask. */
function firstFrame(bytes: Buffer): { readonly opcode: number; readonly payload: Buffer; readonly end: number } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] ?? 0) & 0x7f;
  const header = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < header) return null;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const end = header + length;
  return bytes.length < end ? null : { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(header, end), end };
}
