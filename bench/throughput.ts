// Messages from one author to one other peer as fast as may be, stored on both sides, beside a bare TLS stream of as many bytes.

import { PeerProcess } from "./peer-process.ts";
import { insist, note, report } from "./report.ts";
import { median } from "./statistics.ts";
import { TlsPair } from "./tls-process.ts";

const ROUNDS = 5;
const COUNT = Number(process.env.MESSAGES ?? 100_000);
const BYTES = 200;
/** Bytes of a stored message of 200 bytes on the wire, and of one write. */
const ON_WIRE = 340;
const PIECE = 65_536;

export async function throughput(): Promise<void> {
  const rates: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { rate, reference } = await oneRound();
    note(`throughput, round ${round}: ${Math.round(rate)} messages/s; bare ${Math.round(reference)}`);
    rates.push(rate);
    bare.push(reference);
  }
  const value = median(rates);
  const goal = { text: "≥ 20,000 messages/s", met: value >= 20_000 };
  const reference = { what: "bare TLS, as many bytes", value: median(bare) };
  report({ what: `${COUNT.toLocaleString("en-US")} messages of ${BYTES} bytes, stored twice`, value, unit: "messages/s", reference, goal });
}

async function oneRound() {
  const [one, other, tls] = [new PeerProcess(), new PeerProcess(), new TlsPair()];
  try {
    const address = await one.startPeer("ann", "bench-throughput", []);
    await other.startPeer("ben", "bench-throughput", [address]);
    await Promise.all([one.order("linked", { count: 1 }), other.order("linked", { count: 1 })]);
    await other.order("count", { expect: [COUNT] });
    const [, [counted]] = await Promise.all([
      one.order("say", { peer: 0, count: COUNT, bytes: BYTES, perSecond: 0 }),
      other.order("counted", null),
    ]);
    if (!counted) throw new Error("nothing was counted");
    insist(counted.inOrder, "messages did not all come once, in order");
    const held = await Promise.all([one.order("held", { peer: 0 }), other.order("held", { peer: 0 })]);
    insist(
      held.every((count) => count === COUNT),
      `stored: ${held.join(" and ")}`,
    );
    const streamed = await tls.stream(COUNT * ON_WIRE, PIECE);
    return { rate: COUNT / ((counted.until - counted.from) / 1e6), reference: COUNT / (streamed / 1000) };
  } finally {
    await Promise.all([one.remove(), other.remove(), tls.remove()]);
  }
}
