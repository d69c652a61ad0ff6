// Many peers in a few processes on loopback, each told of the first one only: the rest they learn from one another.

import { PeerProcess } from "./peer-process.ts";
import { note } from "./report.ts";

export async function crowd(count: number, processes: number, network: string) {
  const all = Array.from({ length: processes }, () => new PeerProcess());
  const address = await (all[0] as PeerProcess).startPeer("person 0", network, []);
  for (let started = 1; started < count; started += all.length) {
    const next = all.slice(0, count - started);
    await Promise.all(next.map((one, i) => one.startPeer(`person ${started + i}`, network, [address])));
  }
  note(`${network}: ${count} peers run in ${processes} processes`);
  return { processes: all, address };
}
