// What a connection's first bytes tell.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SNIFF_BYTES, sniff } from "./sniff.ts";

const bytesOf = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

const CASES: readonly (readonly [string, string, string])[] = [
  ["a TLS hello", "\x16\x03\x01\x02\x00\x01", "tls"],
  ["a control byte that is no TLS", "\x16hello", "line"],
  ["a request for a page", "GET / HTTP/1.1\r\n", "http"],
  ["a request to a proxy", "POST http://example/ HTTP/1.1", "http"],
  ["a tunnel through a proxy", "CONNECT example:443 HTTP/1.1", "http"],
  ["the options of a server", "OPTIONS * HTTP/1.1", "http"],
  ["HTTP/2 without TLS", "PRI * HTTP/2.0\r\n", "http"],
  ["a verb that somebody says", "GET well soon", "line"],
  ["a verb in small letters", "get /", "line"],
  ["an IRC client", "CAP LS 302\r\n", "irc"],
  ["an old IRC client", "NICK ann\r\n", "irc"],
  ["a name like IRC's command", "NICKY\n", "line"],
  ["a name", "ann\n", "line"],
  ["an empty line", "\n", "line"],
  ["bytes of no text", "\x00\xff\xfe", "line"],
  ["nothing", "", "undecided"],
  ["the first byte of TLS", "\x16", "undecided"],
  ["half a verb", "GE", "undecided"],
  ["a verb and no target", "DELETE ", "undecided"],
];

describe("sniff", () => {
  for (const [name, text, kind] of CASES) it(`takes ${name} for ${kind}`, () => assert.equal(sniff(bytesOf(text)), kind));

  it("never takes back an answer when more bytes come, and always has one in time", () => {
    const openings = fc.constantFrom("GET /", "CAP LS", "\x16\x03", "PRI * HTTP/2.0", "NICK ", "TRACE https://");
    const anything = fc.uint8Array({ maxLength: 40 });
    const started = fc
      .tuple(openings, fc.nat(16), anything)
      .map(([text, keep, rest]) => Uint8Array.of(...bytesOf(text.slice(0, keep)), ...rest));
    fc.assert(
      fc.property(fc.oneof(anything, started), (bytes) => {
        let answer = "undecided";
        for (let length = 0; length <= bytes.length; length++) {
          const kind = sniff(bytes.subarray(0, length));
          assert.ok(answer === "undecided" || kind === answer);
          answer = kind;
        }
        assert.ok(bytes.length < SNIFF_BYTES || answer !== "undecided");
      }),
      { numRuns: 3000 },
    );
  });
});
