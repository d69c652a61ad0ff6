// Bounds on connections that others dial.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Arrivals } from "./arrivals.ts";

class Caller extends EventEmitter {
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }
}

const callers = (address: string, count: number): readonly Caller[] => Array.from({ length: count }, () => new Caller(address));

test("one address gets so many and no more; others still get in, and so does it when one of its own leaves", () => {
  const arrivals = new Arrivals();
  const crowd = callers("192.0.2.1", 100);
  const admitted = crowd.filter((caller) => arrivals.admit(caller));
  assert.equal(admitted.length, 64);
  assert.ok(arrivals.admit(new Caller("192.0.2.2")));
  admitted[0]?.emit("close");
  assert.ok(arrivals.admit(new Caller("192.0.2.1")));
  assert.ok(!arrivals.admit(new Caller("192.0.2.1")));
});

test("all together are bounded, this computer's own, too", () => {
  const arrivals = new Arrivals();
  const own = callers("::ffff:127.0.0.1", 1_000).filter((caller) => arrivals.admit(caller));
  assert.equal(own.length, 512);
  assert.ok(!arrivals.admit(new Caller("192.0.2.1")));
  for (const caller of own) caller.emit("close");
  assert.ok(arrivals.admit(new Caller("192.0.2.1")));
});
