// Searches among a million messages at a running peer, while people talk; and whether talk suffers.

import { writeHistory } from "./history.ts";
import { newHome, PeerProcess } from "./peer-process.ts";
import { insist, note, report } from "./report.ts";
import { median, percentile } from "./statistics.ts";

const MESSAGES = Number(process.env.MESSAGES ?? 1_000_000);
const SEARCHES = 300;
const TALK = { count: 2_000, bytes: 200, perSecond: 100 } as const;
const NETWORK = "bench-start";

export async function search(): Promise<void> {
  const home = newHome();
  note(`search: making a history of ${MESSAGES} messages`);
  const words = await writeHistory(home, MESSAGES);
  const [one, other] = [new PeerProcess(), new PeerProcess()];
  try {
    const address = await one.startPeer("ann", NETWORK, [], home);
    await other.startPeer("ben", NETWORK, [address]);
    note("search: the other one catches up");
    while ((await other.order("held", { peer: 0 })) < MESSAGES);
    const [first] = await one.order("search", { peer: 0, words: ["nothing"], limit: 50 });
    report({ what: "the first search, which starts the thread for it", value: first ?? Number.NaN, unit: "ms" });
    const quiet = await talk(one, other);
    const searching = one.order("search", { peer: 0, words: questions(words), limit: 50 });
    const disturbed = await talk(one, other);
    tell(await searching, quiet, disturbed);
  } finally {
    await Promise.all([one.remove(), other.remove()]);
  }
}

/** Words common and rare, one or two at a time, and beginnings. */
function questions(words: readonly string[]): readonly string[] {
  const at = (i: number) => words[Math.floor((i / SEARCHES) ** 3 * words.length)] as string;
  return Array.from({ length: SEARCHES }, (_, i) => {
    if (i % 3 === 0) return at(i);
    return i % 3 === 1 ? `${at(i)} ${at((i * 7) % SEARCHES)}` : at(i).slice(0, 3);
  });
}

/** From the one who searches to the other, microseconds each. */
async function talk(one: PeerProcess, other: PeerProcess): Promise<readonly number[]> {
  await other.order("count", { expect: [TALK.count] });
  await one.order("say", { peer: 0, ...TALK });
  const [counted] = await other.order("counted", null);
  insist(counted?.inOrder === true, "messages did not all come once, in order");
  return counted?.oneWay ?? [];
}

function tell(taken: readonly number[], quiet: readonly number[], disturbed: readonly number[]): void {
  const slow = percentile(taken, 0.99);
  const what = `search among ${MESSAGES.toLocaleString("en-US")}, 100 messages/s meanwhile`;
  report({ what: `${what}, p50`, value: median(taken), unit: "ms" });
  report({ what: `${what}, p99`, value: slow, unit: "ms", goal: { text: "< 50 ms", met: slow < 50 } });
  const reference = (share: number) => ({ what: "without searches", value: percentile(quiet, share) / 1000 });
  report({ what: "one way during searches, p50", value: median(disturbed) / 1000, unit: "ms", reference: reference(0.5) });
  report({ what: "one way during searches, p99", value: percentile(disturbed, 0.99) / 1000, unit: "ms", reference: reference(0.99) });
}
