// What bytes of strangers come to, whatever they are and however they are cut.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type LineInput, LineReader, MAX_ENDLESS, MAX_LINE } from "./line.ts";

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => new Uint8Array(Buffer.from(text, "utf16le"));
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** Lines as texts, what is none in angle brackets. */
const told = (inputs: readonly LineInput[]) => inputs.map((input) => (input.kind === "line" ? input.text : `<${input.kind}>`));

function read(...chunks: readonly Uint8Array[]): string[] {
  const reader = new LineReader();
  return told([...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()]);
}

const CASES: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
  ["lines that end in LF", utf8("ann\nhello\n"), ["ann", "hello"]],
  ["lines that end in CRLF", utf8("ann\r\nhello\r\n"), ["ann", "hello"]],
  ["a last line without end", utf8("ann\nhello"), ["ann", "hello"]],
  ["empty lines", utf8("\n\r\n\n"), ["", "", ""]],
  ["nothing", utf8(""), []],
  ["spaces and tabs, kept", utf8("  a\tb \n"), ["  a\tb "]],
  ["a CR that ends no line", utf8("over\rwritten\n"), ["overwritten"]],
  ["NUL", utf8("a\0b\n"), ["ab"]],
  ["an ANSI escape, of which a harmless rest stays", utf8("\x1b[31mred\x1b[0m\n"), ["[31mred[0m"]],
  ["a C1 control", utf8("a\u009b2Jb\n"), ["a2Jb"]],
  ["a separator of rows", utf8("a\u2028b\u0085c\n"), ["abc"]],
  ["marks that turn text around", utf8("a\u202eb\u2066c\n"), ["abc"]],
  ["a byte order mark of UTF-8", utf8("\ufeffann\n"), ["ann"]],
  ["every script", utf8("שלום مرحبا 図書 👩‍👩‍👧\n"), ["שלום مرحبا 図書 👩‍👩‍👧"]],
  ["Latin-1", latin1("caf\xe9\nnext\n"), ["<not-utf8>", "next"]],
  ["Latin-1 that ends in the byte of IAC", latin1("\xff\nnext\n"), ["<not-utf8>", "next"]],
  ["Shift JIS", latin1("\x90\x7d\x8f\x91\n"), ["<not-utf8>"]],
  ["an overlong form", latin1("\xc0\xaf\n"), ["<not-utf8>"]],
  ["a lone surrogate", latin1("\xed\xa0\x80\n"), ["<not-utf8>"]],
  ["UTF-16 with a byte order mark", joined(latin1("\xff\xfe"), utf16("hello\n図書\n")), ["<not-utf8>", "<not-utf8>", ""]],
  ["UTF-16 without one", utf16("hello\nthere\n"), ["<not-utf8>", "<not-utf8>", ""]],
  ["UTF-16, big end first", new Uint8Array(Buffer.from(utf16("hello\nyou\n")).swap16()), ["<not-utf8>", "<not-utf8>"]],
  ["telnet's offers", latin1("\xff\xfd\x01\xff\xfb\x18\xff\xfa\x1f\x00\x50\x00\x0a\xff\xf0ann\r\n"), ["ann"]],
  ["telnet in the middle of a line", latin1("an\xff\xf1n\n"), ["ann"]],
  ["a subnegotiation without end", joined(latin1("\xff\xfa\x18"), utf8(`${"x".repeat(600)}\nann\n`)), ["x".repeat(88), "ann"]],
  ["a line as long as may be", utf8(`${"x".repeat(MAX_LINE)}\r\nann\n`), ["x".repeat(MAX_LINE), "ann"]],
  ["a line too long by a byte", utf8(`${"x".repeat(MAX_LINE + 1)}\nann\n`), ["<too-long>", "ann"]],
  ["a megabyte without end", utf8("x".repeat(1 << 20)), ["<too-long>"]],
  ["megabytes without end", utf8(`${"x".repeat(MAX_ENDLESS + 1)}\nann\n`), ["<too-long>", "<endless>"]],
];

describe("bytes become lines", () => {
  for (const [name, bytes, lines] of CASES) it(name, () => assert.deepEqual(read(bytes), lines));
});

describe("however the bytes are cut", () => {
  const piece = fc.oneof(
    fc.constantFrom(latin1("\n"), latin1("\r\n"), latin1("\r"), latin1("\0"), latin1("\xff"), latin1("\xff\xfa"), latin1("\xff\xf0")),
    fc.string({ unit: "binary", maxLength: 12 }).map(utf8),
    fc.uint8Array({ maxLength: 12 }),
    fc.integer({ min: MAX_LINE - 2, max: MAX_LINE + 2 }).map((length) => utf8("y".repeat(length))),
  );
  const cut = (bytes: Uint8Array, at: readonly number[]) => {
    const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    return places.slice(1).map((to, index) => bytes.subarray(places[index], to));
  };

  it("the same lines come out", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(400_000), { maxLength: 8 }), (pieces, at) => {
        const bytes = joined(...pieces);
        assert.deepEqual(read(...cut(bytes, at)), read(bytes));
      }),
      { numRuns: 400 },
    );
  });

  it("no line has a control or is longer than it may be", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        for (const line of read(joined(...pieces))) {
          assert.doesNotMatch(line.replaceAll("\t", ""), /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
          assert.ok(utf8(line).length <= MAX_LINE);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("the end of lines that the other side needs", () => {
  const wants = (bytes: Uint8Array) => {
    const reader = new LineReader();
    reader.push(bytes);
    return reader.wantsCrlf;
  };
  it("is LF", () => assert.equal(wants(utf8("ann\n")), false));
  it("is CRLF where its own lines end so", () => assert.equal(wants(utf8("ann\r\n")), true));
  it("is CRLF for telnet", () => assert.equal(wants(latin1("\xff\xfd\x03")), true));
});
