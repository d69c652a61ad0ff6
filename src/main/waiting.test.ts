// Who is unknown is bounded: overall, per address, and in time.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { Waiting } from "./waiting.ts";

/** A socket that only closes. */
class Knock extends EventEmitter {
  readonly remoteAddress: string;
  dropped = false;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.dropped = true;
    this.emit("close");
  }

  resetAndDestroy(): void {
    this.destroy();
  }
}

const admit = (waiting: Waiting, address: string) => {
  const knock = new Knock(address);
  return { knock, pending: waiting.admit(knock as unknown as Socket) };
};

describe("connections that are unknown", () => {
  it("lose their oldest where there are too many of one address", () => {
    const waiting = new Waiting({ perAddress: 2 });
    const [first, second, other] = ["10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2"].map((address) => admit(waiting, address).knock);
    const third = admit(waiting, "10.0.0.1").knock;
    assert.deepEqual(
      [first, second, other, third].map((knock) => knock?.dropped),
      [true, false, false, false],
    );
    assert.equal(waiting.size, 3);
  });

  it("count as one address that are of one IPv6 network", () => {
    const waiting = new Waiting({ perAddress: 1 });
    const first = admit(waiting, "2001:db8:1:2:aaaa::1").knock;
    const elsewhere = admit(waiting, "2001:db8:1:3::1").knock;
    admit(waiting, "2001:db8:1:2:bbbb::9");
    assert.deepEqual([first.dropped, elsewhere.dropped], [true, false]);
  });

  it("count for nothing once they have settled or closed", () => {
    const waiting = new Waiting({ perAddress: 1, all: 1 });
    const settled = admit(waiting, "10.0.0.1");
    settled.pending.settle();
    admit(waiting, "10.0.0.1").knock.destroy();
    admit(waiting, "10.0.0.1");
    assert.equal(settled.knock.dropped, false);
    assert.equal(waiting.size, 1);
  });

  it("are bounded together, of whatever addresses they are", () => {
    const waiting = new Waiting({ all: 3 });
    const knocks = Array.from({ length: 10 }, (_, i) => admit(waiting, `10.0.0.${i}`).knock);
    assert.deepEqual(
      knocks.map(({ dropped }) => dropped),
      Array.from({ length: 10 }, (_, i) => i < 7),
    );
  });

  it("of this computer are bounded together alone", () => {
    const waiting = new Waiting({ perAddress: 1 });
    const knocks = ["127.0.0.1", "127.0.0.1", "::1", "::1"].map((address) => admit(waiting, address).knock);
    assert.ok(knocks.every(({ dropped }) => !dropped));
    waiting.dropAll();
    assert.ok(knocks.every(({ dropped }) => dropped));
  });

  it("are dropped when they take too long", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const waiting = new Waiting({ patience: 1_000 });
    const [slow, quick] = [admit(waiting, "10.0.0.1"), admit(waiting, "10.0.0.1")];
    t.mock.timers.tick(999);
    quick.pending.settle();
    t.mock.timers.tick(1);
    assert.deepEqual([slow.knock.dropped, quick.knock.dropped, waiting.size], [true, false, 0]);
  });
});
