// Which protocol a new connection speaks, by its first bytes. Pure; `main/door.ts` acts on it.

/** What the first bytes say: a TLS hello, an HTTP request, IRC's opening, or a person's line. `undecided` wants more bytes. */
export type Sniffed = "tls" | "http" | "irc" | "line" | "undecided";

/** That many bytes always decide. */
export const SNIFF_BYTES = 20;

const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR = 0x03;

const VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
const TARGETS = ["/", "*", "http://", "https://"];
/** A request line (RFC 9112 §3), or the preface of HTTP/2 (RFC 9113 §3.4): a verb alone might be what somebody says, but for that of proxies. */
const HTTP_OPENINGS = [...VERBS.flatMap((verb) => TARGETS.map((target) => `${verb} ${target}`)), "CONNECT ", "PRI * HTTP/2.0"];
/** How clients of IRC register (RFC 2812 §3.1, IRCv3 capability negotiation), in capitals as all of them send it. */
const IRC_OPENINGS = ["CAP LS", "CAP REQ", "CAP END", "NICK ", "USER ", "PASS "];

/** Tells the protocol by a connection's first bytes. More bytes never change an answer other than `undecided`. */
export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) return "undecided";
  if (bytes[0] === TLS_HANDSHAKE) {
    if (bytes.length === 1) return "undecided";
    return bytes[1] === TLS_MAJOR ? "tls" : "line";
  }
  const text = String.fromCharCode(...bytes.subarray(0, SNIFF_BYTES));
  if (HTTP_OPENINGS.some((opening) => text.startsWith(opening))) return "http";
  if (IRC_OPENINGS.some((opening) => text.startsWith(opening))) return "irc";
  return [...HTTP_OPENINGS, ...IRC_OPENINGS].some((opening) => opening.startsWith(text)) ? "undecided" : "line";
}
