// The closed list of what can go wrong. Every edge has one table from these codes to its protocol's answer.

export const ERROR_CODES = [
  "bad-input", // what was asked for is malformed; detail says what and how to do it right
  "too-large", // a text, body or frame over its bound
  "not-found", // no such room, person or entry
  "ambiguous", // several people share the name; detail lists the tags
  "not-allowed", // the room or the role forbids it
  "rate-limited", // too much, too fast; try again later
  "bad-signature", // a signature or a key that does not fit
  "wrong-network", // meant for another network
  "wrong-room", // an entry that does not belong into the room it came by
  "out-of-chain", // an entry whose previous hash or number does not follow
  "gap", // entries before this one are missing
  "forked", // another entry stands at this place of the feed
  "unreachable", // the other side cannot be reached now
  "busy", // a queue is full; the reader fell behind
  "in-use", // the home or the port belongs to another process, the name to another person
  "storage", // the disk is full, read-only or damaged; nothing was acknowledged
  "closed", // this side is shutting down
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What is thrown anywhere below the edges. `detail` is a sentence for a person: what happened, to what, what to do. */
export class ChatError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = "ChatError";
    this.code = code;
  }
}

/** What a guest is told of an error: where things are kept on the host's computer is its owner's business. */
export const textForGuests = ({ code, message }: ChatError): string =>
  code === "storage"
    ? "this computer cannot store or read anything now, and nothing was done: tell whoever runs it, and try again later"
    : message;
