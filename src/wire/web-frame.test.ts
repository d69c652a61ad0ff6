// WebSocket frames of our own, read by another's reader.

import assert from "node:assert/strict";
import type { Writable } from "node:stream";
import { describe, it } from "node:test";
import * as ws from "ws";
import { textFrame } from "./web-frame.ts";

/** Exported by `ws`, unknown to its types. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => Writable };
const utf8 = new TextEncoder();

/** The texts that a client reads from these bytes. */
function read(bytes: Uint8Array): string[] {
  const texts: string[] = [];
  const receiver = new Receiver({ isServer: false, allowSynchronousEvents: true });
  receiver.on("message", (data) => texts.push(String(data)));
  receiver.on("error", (error) => assert.fail(error));
  receiver.write(bytes);
  return texts;
}

describe("textFrame", () => {
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 300_000]) {
    it(`carries a text of ${length} bytes`, () => {
      const text = "x".repeat(length);
      assert.deepEqual(read(textFrame([utf8.encode(text)])), [text]);
    });
  }

  it("joins pieces, and frames follow one another", () => {
    const frames = [textFrame([utf8.encode("grüß "), utf8.encode("dich 👋")]), textFrame([utf8.encode("two")])];
    assert.deepEqual(read(Buffer.concat(frames)), ["grüß dich 👋", "two"]);
  });
});
