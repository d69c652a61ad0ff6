// Why no link came about.

import { ChatError, type ErrorCode } from "../../core/errors.ts";
import type { ByeCode } from "../../wire/frame.ts";

/**
 * `self`: this very process is at the other end. `copy`: another process under our key, a copied machine.
 * `other-peer`: someone else than the one dialed. `no-key`: no usable key in TLS. `silent`: no answer in time.
 * `unreachable`: no connection. The others are a goodbye of one of the two sides.
 */
export type RefusalReason = "self" | "copy" | "other-peer" | "no-key" | "silent" | "unreachable" | ByeCode;

const CODES = {
  self: "not-allowed",
  copy: "not-allowed",
  "other-peer": "bad-signature",
  "no-key": "bad-signature",
  silent: "unreachable",
  unreachable: "unreachable",
  other: "closed",
  leaving: "closed",
  duplicate: "busy",
  crowded: "busy",
  protocol: "bad-input",
  network: "wrong-network",
  key: "bad-signature",
  version: "bad-input",
  slow: "busy",
  flood: "rate-limited",
} as const satisfies Record<RefusalReason, ErrorCode>;

/** Thrown by `dialLink` and `acceptLink`. */
export class LinkRefused extends ChatError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, detail: string, options?: ErrorOptions) {
    super(CODES[reason], detail, options);
    this.name = "LinkRefused";
    this.reason = reason;
  }
}
