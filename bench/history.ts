// Makes a home with a long history, for benchmarks that need one.

import { encodeBody } from "../src/core/body-codec.ts";
import { sealCommit } from "../src/core/commit.ts";
import type { EntryId } from "../src/core/ids.ts";
import { LOBBY } from "../src/core/room.ts";
import { openHome } from "../src/main/home.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import { corpusOf } from "./store-corpus.ts";

const BATCH = 500;
/** Microseconds between two messages. */
const PACE = 1_000_000;

/** Fills the home with messages of its owner on the network `bench-start`, the last of them an hour old, and indexes them. Answers with a word that a few hold. */
export async function writeHistory(dir: string, messages: number): Promise<readonly string[]> {
  const home = openHome(dir);
  const identity = home.identity();
  const { text, words } = corpusOf(1);
  const store = await openSqliteStore({ path: home.database });
  let head: { seq: number; id: EntryId } | null = null;
  let time = (Date.now() - 3_600_000) * 1_000 - messages * PACE;
  for (let done = 0; done < messages; done += BATCH) {
    const texts = Array.from({ length: Math.min(BATCH, messages - done) }, text);
    const drafts = texts.map((said) => {
      time += PACE;
      const { kind, bytes: body } = encodeBody({ kind: "message", text: said, replyTo: null });
      return { network: "bench-start", room: LOBBY, kind, time, as: null, body };
    });
    const entries = sealCommit(identity, head, drafts);
    const last = entries.at(-1);
    if (last) head = { seq: last.header.seq, id: last.id };
    await store.append(entries.map((entry, i) => ({ entry, target: null, searchable: texts[i] as string, fork: false })));
  }
  await store.search?.({ words: "nothing", rooms: null, limit: 1 });
  await store.close();
  return words;
}
