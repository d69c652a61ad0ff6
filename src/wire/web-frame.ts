// WebSocket frames as a server writes them (RFC 6455 §5.2): one complete text message each, unmasked, uncompressed.

/** FIN, and the opcode of text. */
const FINAL_TEXT = 0x81;
const SHORT = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** What stands before a text of so many bytes: 2, 4 or 10 bytes. */
export function textFrameHead(length: number): Uint8Array {
  if (length <= SHORT) return Uint8Array.of(FINAL_TEXT, length);
  if (length <= 0xffff) return Uint8Array.of(FINAL_TEXT, LENGTH_16, length >>> 8, length & 0xff);
  const head = new Uint8Array(10);
  head[0] = FINAL_TEXT;
  head[1] = LENGTH_64;
  new DataView(head.buffer).setBigUint64(2, BigInt(length));
  return head;
}

/** A frame of these pieces of UTF-8, in one run of bytes. */
export function textFrame(pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const head = textFrameHead(length);
  const frame = new Uint8Array(head.length + length);
  frame.set(head);
  let at = head.length;
  for (const piece of pieces) {
    frame.set(piece, at);
    at += piece.length;
  }
  return frame;
}
