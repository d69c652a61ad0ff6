// One way from `say` at one peer to the event at another, both storing, beside half the round trip of a bare TLS echo.

import { PeerProcess } from "./peer-process.ts";
import { insist, note, report } from "./report.ts";
import { median, percentile } from "./statistics.ts";
import { TlsPair } from "./tls-process.ts";

const ROUNDS = 5;
const COUNT = 300;
const PER_SECOND = 100;
const BYTES = 200;
/** Header, body's frame, signature: what an entry has beside its text. */
const OVERHEAD = 240;

export async function latency(): Promise<void> {
  const [one, other, bare] = [new PeerProcess(), new PeerProcess(), new TlsPair()];
  const oneWay: number[] = [];
  const echoes: number[] = [];
  try {
    const address = await one.startPeer("ann", "bench-latency", []);
    await other.startPeer("ben", "bench-latency", [address]);
    await Promise.all([one.order("linked", { count: 1 }), other.order("linked", { count: 1 })]);
    for (let round = -1; round < ROUNDS; round++) {
      const said = await paced(one, other);
      const echo = await bare.echo(COUNT, BYTES + OVERHEAD, PER_SECOND);
      note(`latency, round ${round}: ${median(said)} µs, echo ${median(echo)} µs`);
      if (round < 0) continue; // the first one warms up
      oneWay.push(...said);
      echoes.push(...echo);
    }
  } finally {
    await Promise.all([one.remove(), other.remove(), bare.remove()]);
  }
  tell(oneWay, echoes);
}

async function paced(one: PeerProcess, other: PeerProcess): Promise<readonly number[]> {
  await other.order("count", { expect: [COUNT] });
  await one.order("say", { peer: 0, count: COUNT, bytes: BYTES, perSecond: PER_SECOND });
  const [counted] = await other.order("counted", null);
  insist(counted?.inOrder === true, "messages did not all come once, in order");
  return counted?.oneWay ?? [];
}

function tell(oneWay: readonly number[], echoes: readonly number[]): void {
  const [fast, slow] = [median(oneWay) / 1000, percentile(oneWay, 0.99) / 1000];
  const [echo, slowEcho] = [median(echoes) / 1000, percentile(echoes, 0.99) / 1000];
  const goal = { text: "echo + 1 ms", met: fast < echo + 1 };
  report({ what: "one way, p50", value: fast, unit: "ms", reference: { what: "half a TLS echo", value: echo }, goal });
  report({ what: "one way, p99", value: slow, unit: "ms", reference: { what: "half a TLS echo, p99", value: slowEcho } });
}
