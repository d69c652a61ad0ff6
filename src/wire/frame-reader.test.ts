// Frames out of chunks, however the connection cuts them.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_FRAME } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";

const framed = (payload: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(4 + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length);
  bytes.set(payload, 4);
  return bytes;
};

function readAll(reader: FrameReader, chunk: Uint8Array): Uint8Array[] {
  reader.push(chunk);
  const frames: Uint8Array[] = [];
  for (let frame = reader.next(); frame; frame = reader.next()) frames.push(frame);
  return frames;
}

test("the same frames come out however the bytes are cut", () => {
  const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 12 });
  fc.assert(
    fc.property(payloads, fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 40 }), (frames, cuts) => {
      const bytes = Uint8Array.from(frames.flatMap((frame) => [...framed(frame)]));
      const reader = new FrameReader();
      const read: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) {
        read.push(...readAll(reader, bytes.slice(at, at + cut)));
        at += cut;
      }
      read.push(...readAll(reader, bytes.slice(at)));
      assert.deepEqual(read, frames);
      assert.equal(reader.held, 0);
    }),
    { seed: 2, numRuns: 3000 },
  );
});

test("a frame within one chunk is not copied", () => {
  const chunk = Uint8Array.from([...framed(Uint8Array.of(1, 2)), ...framed(Uint8Array.of(3))]);
  const frames = readAll(new FrameReader(), chunk);
  assert.deepEqual(frames, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
  assert.ok(frames.every((frame) => frame.buffer === chunk.buffer));
});

test("a Buffer's frames are plain bytes", () => {
  assert.equal(readAll(new FrameReader(), Buffer.from(framed(Uint8Array.of(1))))[0]?.constructor, Uint8Array);
});

test("a length over the bound is refused before the frame is here, and the bound may differ per frame", () => {
  const tooLong = new Uint8Array(4);
  new DataView(tooLong.buffer).setUint32(0, MAX_FRAME + 1);
  assert.throws(() => readAll(new FrameReader(), tooLong), { code: "too-large" });
  const reader = new FrameReader();
  reader.push(framed(new Uint8Array(100)));
  assert.throws(() => reader.next(99), { code: "too-large" });
  assert.equal(reader.next(100)?.length, 100);
});

test("an empty frame is refused", () => {
  assert.throws(() => readAll(new FrameReader(), new Uint8Array(4)), { code: "bad-input" });
});

test("nothing comes until the whole frame is here", () => {
  const reader = new FrameReader();
  const bytes = framed(Uint8Array.of(1, 2, 3));
  for (let i = 0; i < bytes.length - 1; i++) assert.deepEqual(readAll(reader, bytes.slice(i, i + 1)), []);
  assert.equal(reader.held, 2, "the length is taken, two of three bytes are held");
  assert.deepEqual(readAll(reader, bytes.slice(-1)), [Uint8Array.of(1, 2, 3)]);
});
