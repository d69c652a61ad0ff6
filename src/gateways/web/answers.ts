// What each error is in HTTP and WebSocket.

import { ChatError, type ErrorCode } from "../../core/errors.ts";

/** The HTTP status (RFC 9110 §15) of each code. On a WebSocket the code itself is told. */
export const STATUS_OF = {
  "bad-input": 400,
  "too-large": 413,
  "not-found": 404,
  ambiguous: 409,
  "not-allowed": 403,
  "rate-limited": 429,
  "bad-signature": 401,
  "wrong-network": 403,
  "wrong-room": 403,
  "out-of-chain": 409,
  gap: 409,
  forked: 409,
  unreachable: 502,
  busy: 503,
  "in-use": 409,
  storage: 507,
  closed: 503,
} as const satisfies Record<ErrorCode, number>;

/** Why a WebSocket is closed (RFC 6455 §7.4.1). */
export const CLOSE = { leaving: 1001, protocol: 1002, text: 1003, slow: 1013 } as const;

/** A reason that fits into the frame that closes: at most 123 bytes (RFC 6455 §5.5.1), characters whole. */
export const closeReason = (text: string): string =>
  new TextDecoder().decode(Buffer.from(text).subarray(0, MAX_REASON)).replace(/\ufffd+$/, "");
const MAX_REASON = 123;

/** Whatever was thrown, as an error that may be told. What is no ChatError is a mistake of ours and says nothing of its inside. */
export function tellable(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  return new ChatError("storage", "the peer failed at this, and nothing was done; its log says more", { cause: error });
}
