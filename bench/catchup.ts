// A peer that was away fetches a long history from one that holds it, beside a bare TLS stream of as many bytes.

import { PeerProcess } from "./peer-process.ts";
import { insist, note, report } from "./report.ts";
import { sharedNow } from "./stamp.ts";
import { median } from "./statistics.ts";
import { TlsPair } from "./tls-process.ts";

const ROUNDS = 5;
const COUNT = Number(process.env.MESSAGES ?? 100_000);
const BYTES = 200;
const ON_WIRE = 340;
const PIECE = 65_536;

export async function catchup(): Promise<void> {
  const [one, tls] = [new PeerProcess(), new TlsPair()];
  const fetched: number[] = [];
  const copied: number[] = [];
  try {
    const address = await one.startPeer("ann", "bench-catchup", []);
    await one.order("say", { peer: 0, count: COUNT, bytes: BYTES, perSecond: 0 });
    for (let round = 0; round < ROUNDS; round++) {
      fetched.push(await newcomer(address));
      copied.push((await tls.stream(COUNT * ON_WIRE, PIECE)) / 1000);
      note(`catchup, round ${round}: ${fetched.at(-1)} s; bare ${copied.at(-1)} s`);
    }
  } finally {
    await Promise.all([one.remove(), tls.remove()]);
  }
  const value = median(fetched);
  const reference = { what: "the same bytes by bare TLS", value: median(copied) };
  const what = `catching up ${COUNT.toLocaleString("en-US")} entries, from link to the last event`;
  report({ what, value, unit: "s", reference, goal: { text: "< 5 s", met: value < 5 } });
}

/** Seconds from the link to the last message seen, all stored. */
async function newcomer(address: string): Promise<number> {
  const other = new PeerProcess();
  try {
    const begun = sharedNow();
    await other.startPeer("ben", "bench-catchup", [address]);
    await other.order("count", { expect: [COUNT] });
    const [counted] = await other.order("counted", null);
    insist(counted?.inOrder === true, "messages did not all come once, in order");
    const held = await other.order("held", { peer: 0 });
    insist(held === COUNT, `stored: ${held}`);
    return ((counted?.until ?? 0) - begun) / 1e6;
  } finally {
    await other.remove();
  }
}
