// What every Store promises, as one suite over a factory (see src/core/ports/store.ts).

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { KINDS } from "../../src/core/entry.ts";
import type { EntryId } from "../../src/core/ids.ts";
import { compareEntries, keyOf } from "../../src/core/order.ts";
import type { Query, Store, Stored } from "../../src/core/ports/store.ts";
import { LOBBY } from "../../src/core/room.ts";
import { authorOf, incomingOf, seqsOf, TEA, textsOf } from "./store-entries.ts";

export type StoreFactory = {
  /** A new, empty store. */
  readonly open: () => Promise<Store>;
  /** Closes the store and opens what it left, or null where nothing is left. */
  readonly reopen: ((store: Store) => Promise<Store>) | null;
};

export function storeContract(name: string, { open, reopen }: StoreFactory): void {
  describe(`${name}: appends`, () => {
    test("an empty store has no heads, and its last arrival is 0", async () => {
      const store = await open();
      assert.deepEqual(await store.load(), { heads: [], lastArrival: 0 });
      await store.close();
    });

    test("arrivals count from 1 in the order of the calls, whatever the clocks say", async () => {
      const store = await open();
      const ann = authorOf(1);
      const firsts = await Promise.all([30, 10, 20].map((time) => store.append(ann.says(LOBBY, [`at ${time}`], { time }))));
      assert.deepEqual(firsts, [1, 2, 3]);
      const arrived = await store.read({ kind: "arrivals", after: 0, limit: 10 });
      assert.deepEqual(textsOf(arrived), ["at 30", "at 10", "at 20"]);
      assert.deepEqual(
        arrived.map(({ arrival }) => arrival),
        [1, 2, 3],
      );
      assert.deepEqual(textsOf(await store.read({ kind: "arrivals", after: 1, limit: 1 })), ["at 10"]);
      await store.close();
    });

    test("what is read is what was stored, byte for byte", async () => {
      const store = await open();
      const batch = authorOf(1).says(LOBBY, ["one", "two"], { as: "guest" });
      await store.append(batch);
      const read = await store.read({ kind: "arrivals", after: 0, limit: 10 });
      for (const [index, { entry }] of read.entries()) {
        const { entry: stored } = batch[index] as (typeof batch)[number];
        assert.deepEqual(
          { ...entry, headerBytes: hex(entry.headerBytes), body: hex(entry.body), signature: hex(entry.signature), header: null },
          {
            ...stored,
            headerBytes: hex(stored.headerBytes),
            body: hex(stored.body),
            signature: hex(stored.signature),
            header: null,
          },
        );
        assert.equal(entry.header.as, "guest");
      }
      await store.close();
    });

    test("an id that is there already is bad-input, and nothing of its batch is stored", async () => {
      const store = await open();
      const [ann, bob] = [authorOf(1), authorOf(2)];
      const one = ann.says(LOBBY, ["one"]);
      await store.append(one);
      await assert.rejects(store.append([...bob.says(LOBBY, ["two"]), ...one]), { code: "bad-input" });
      await assert.rejects(store.append([...one]), { code: "bad-input" });
      assert.deepEqual(textsOf(await store.read({ kind: "arrivals", after: 0, limit: 10 })), ["one"]);
      assert.equal((await store.load()).heads.length, 1);
      assert.equal(await store.append(authorOf(3).says(TEA, ["three"])), 2);
      await store.close();
    });

    test("one bad append does not spoil those that were made with it", async () => {
      const store = await open();
      const one = authorOf(1).says(LOBBY, ["one"]);
      const results = await Promise.allSettled([store.append(one), store.append(one), store.append(authorOf(2).says(LOBBY, ["two"]))]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      assert.deepEqual(textsOf(await store.read({ kind: "arrivals", after: 0, limit: 10 })), ["one", "two"]);
      await store.close();
    });

    test("calls take effect in the order in which they are made", async () => {
      const store = await open();
      const ann = authorOf(1);
      const page: Query = { kind: "page", room: LOBBY, kinds: [KINDS.message], limit: 10 };
      const [, before, , after, loaded] = await Promise.all([
        store.append(ann.says(LOBBY, ["one"])),
        store.read(page),
        store.append(ann.says(LOBBY, ["two"])),
        store.read(page),
        store.load(),
      ]);
      assert.deepEqual([textsOf(before), textsOf(after), loaded.lastArrival], [["one"], ["one", "two"], 2]);
      await store.close();
    });

    test("after close every call is closed, and what was called before it is done", async () => {
      const store = await open();
      const pending = store.append(authorOf(1).says(LOBBY, ["one"]));
      const closing = store.close();
      assert.equal(await pending, 1);
      await closing;
      await store.close();
      const calls = [
        store.load(),
        store.append([]),
        store.read({ kind: "latest", kinds: [5] }),
        store.erase([]),
        store.recall("k"),
        store.remember("k", "v"),
      ];
      for (const call of calls) await assert.rejects(call, { code: "closed" });
      if (store.search) await assert.rejects(store.search({ words: "one", rooms: null, limit: 1 }), { code: "closed" });
    });
  });

  describe(`${name}: reads`, () => {
    const ann = authorOf(1);
    let filled: Promise<Store> | null = null;
    const store = () => {
      filled ??= open().then(async (fresh) => {
        for (const size of [3, 1, 4, 2])
          await fresh.append(
            ann.says(
              LOBBY,
              Array.from({ length: size }, (_, at) => `${size}.${at}`),
            ),
          );
        return fresh;
      });
      return filled;
    };
    after(async () => (await filled)?.close());

    // Commits end at 3, 4, 8 and 10.
    const ranges: readonly [string, { from: number; to: number; limit: number; bytes?: number }, readonly number[]][] = [
      ["a range goes on to the next signed entry", { from: 1, to: 2, limit: 100 }, [1, 2, 3]],
      ["a range may begin within a commit", { from: 6, to: 8, limit: 100 }, [6, 7, 8]],
      ["a range ends at the head", { from: 9, to: 99, limit: 100 }, [9, 10]],
      ["a limit ends it on a signed entry before", { from: 1, to: 10, limit: 5 }, [1, 2, 3, 4]],
      ["a limit that is met exactly", { from: 1, to: 10, limit: 4 }, [1, 2, 3, 4]],
      ["at least one commit comes, whatever the limit", { from: 5, to: 10, limit: 1 }, [5, 6, 7, 8]],
      ["at least one commit comes, whatever the bound of bytes", { from: 1, to: 10, limit: 100, bytes: 1 }, [1, 2, 3]],
      ["a bound of bytes ends it on a signed entry", { from: 1, to: 10, limit: 100, bytes: 1_000_000 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
      ["nothing comes from beyond the head", { from: 11, to: 20, limit: 10 }, []],
      ["nothing comes of an empty range", { from: 3, to: 2, limit: 10 }, []],
    ];
    for (const [title, range, expected] of ranges) {
      test(`feed: ${title}`, async () => {
        const read = await (await store()).read({ kind: "feed", room: LOBBY, author: ann.id, ...range });
        assert.deepEqual(seqsOf(read), expected);
        if (expected.length > 0) assert.notEqual(read.at(-1)?.entry.signature, null);
      });
    }

    test("feed: unknown rooms and authors have none", async () => {
      const range = { kind: "feed", from: 1, to: 9, limit: 9 } as const;
      assert.deepEqual(await (await store()).read({ ...range, room: TEA, author: ann.id }), []);
      assert.deepEqual(await (await store()).read({ ...range, room: LOBBY, author: authorOf(9).id }), []);
    });
  });

  describe(`${name}: pages`, () => {
    const authors = [1, 2, 3, 4].map(authorOf);
    const kinds = [KINDS.message, KINDS.file];
    const all: Stored[] = [];
    let filled: Promise<Store> | null = null;
    // Clocks disagree: many entries share a time, and time is not the order of arrival.
    const store = () => {
      filled ??= open().then(async (fresh) => {
        for (let i = 0; i < 60; i++) {
          const kind = i % 7 === 3 ? KINDS.react : i % 5 === 0 ? KINDS.file : KINDS.message;
          await fresh.append((authors[i % 4] as (typeof authors)[0]).says(LOBBY, [`m${i}`], { time: 1_000 + ((i * 37) % 11), kind }));
        }
        all.push(...(await fresh.read({ kind: "arrivals", after: 0, limit: 100 })));
        return fresh;
      });
      return filled;
    };
    const ordered = () =>
      all.filter(({ entry }) => kinds.includes(entry.header.kind as 1)).sort((a, b) => compareEntries(a.entry, b.entry));
    after(async () => (await filled)?.close());

    test("with neither bound the last ones come, ascending, of these kinds only", async () => {
      const page = await (await store()).read({ kind: "page", room: LOBBY, kinds, limit: 9 });
      assert.deepEqual(textsOf(page), textsOf(ordered().slice(-9)));
    });

    test("going back page by page meets each once, in the total order", async () => {
      const pages: string[][] = [];
      let page = await (await store()).read({ kind: "page", room: LOBBY, kinds, limit: 7 });
      while (page.length > 0) {
        pages.unshift(textsOf(page));
        page = await (await store()).read({ kind: "page", room: LOBBY, kinds, limit: 7, before: keyOf((page[0] as Stored).entry) });
      }
      assert.deepEqual(pages.flat(), textsOf(ordered()));
    });

    test("going forward page by page meets each once, in the total order", async () => {
      const met: string[] = [];
      let page = await (await store()).read({ kind: "page", room: LOBBY, kinds, limit: 7, after: { time: 0, author: ann().id, seq: 0 } });
      while (page.length > 0) {
        met.push(...textsOf(page));
        page = await (await store()).read({ kind: "page", room: LOBBY, kinds, limit: 7, after: keyOf((page.at(-1) as Stored).entry) });
      }
      assert.deepEqual(met, textsOf(ordered()));
    });

    test("a bound of an author nobody knows stands in its place, too", async () => {
      const before = { time: 1_005, author: authorOf(77).id, seq: 3 };
      const expected = ordered().filter(
        ({ entry }) => entry.header.time < 1_005 || (entry.header.time === 1_005 && entry.author < before.author),
      );
      assert.deepEqual(textsOf(await (await store()).read({ kind: "page", room: LOBBY, kinds, limit: 99, before })), textsOf(expected));
    });

    test("a room that nobody spoke in has no page", async () => {
      assert.deepEqual(await (await store()).read({ kind: "page", room: TEA, kinds, limit: 7 }), []);
    });

    const ann = () => authors[0] as (typeof authors)[0];
  });

  describe(`${name}: more`, () => {
    test("ids come in the total order, once, unknown ones left out; related ones are those that target them", async () => {
      const store = await open();
      const ann = authorOf(1);
      const said = [...ann.says(LOBBY, ["late"], { time: 9 }), ...ann.says(LOBBY, ["early"], { time: 3 })];
      const [late, early] = said.map(({ entry }) => entry.id) as [EntryId, EntryId];
      const unknown = "0".repeat(64) as EntryId;
      await store.append(said);
      await store.append(ann.says(LOBBY, ["edit late"], { kind: KINDS.edit, target: late, time: 20 }));
      await store.append(ann.says(LOBBY, ["like late"], { kind: KINDS.react, target: late, time: 11 }));
      assert.deepEqual(textsOf(await store.read({ kind: "ids", ids: [late, unknown, early, late], related: false })), ["early", "late"]);
      assert.deepEqual(textsOf(await store.read({ kind: "ids", ids: [late, early], related: true })), ["like late", "edit late"]);
      await store.close();
    });

    test("the latest states per room, author, guest and kind, by the total order", async () => {
      const store = await open();
      const ann = authorOf(1);
      await store.append(ann.says(LOBBY, ["new"], { kind: KINDS.topic, time: 9 }));
      await store.append(ann.says(LOBBY, ["old"], { kind: KINDS.topic, time: 3 }));
      await store.append(ann.says(LOBBY, ["guest's"], { kind: KINDS.topic, time: 4, as: "gus" }));
      await store.append(ann.says(TEA, ["tea"], { kind: KINDS.topic, time: 5 }));
      await store.append(authorOf(2).says(LOBBY, ["joined"], { kind: KINDS.join, time: 6 }));
      await store.append(ann.says(LOBBY, ["talk"], { time: 12 }));
      assert.deepEqual(textsOf(await store.read({ kind: "latest", kinds: [KINDS.topic] })), ["guest's", "tea", "new"]);
      assert.deepEqual(textsOf(await store.read({ kind: "latest", kinds: [KINDS.join, KINDS.leave] })), ["joined"]);
      await store.close();
    });

    test("the other branch of a fork is kept and shown, but stands in no head and no feed", async () => {
      const store = await open();
      const [ann, copy] = [authorOf(1), authorOf(1)];
      await store.append(ann.says(LOBBY, ["true"], { time: 5 }));
      const other = copy.says(LOBBY, ["forked"], { time: 6 }).map((incoming) => ({ ...incoming, fork: true }));
      await store.append(other);
      await assert.rejects(store.append(other), { code: "bad-input" });
      assert.deepEqual(textsOf(await store.read({ kind: "page", room: LOBBY, kinds: [KINDS.message], limit: 9 })), ["true", "forked"]);
      assert.deepEqual(textsOf(await store.read({ kind: "feed", room: LOBBY, author: ann.id, from: 1, to: 9, limit: 9 })), ["true"]);
      assert.deepEqual(
        (await store.load()).heads.map(({ seq, id }) => [seq, id]),
        [[1, ann.head(LOBBY)]],
      );
      await store.close();
    });

    test("what is erased has no body, keeps its header and signature, and is found no more", async () => {
      const store = await open();
      const said = authorOf(1).says(LOBBY, ["secret plan", "secret party"]);
      await store.append(said);
      assert.equal((await store.search?.({ words: "secret", rooms: null, limit: 9 }))?.length ?? 2, 2);
      await store.erase([(said[1] as (typeof said)[0]).entry.id, "f".repeat(64) as EntryId]);
      const [, erased] = await store.read({ kind: "arrivals", after: 0, limit: 9 });
      assert.equal(erased?.entry.body, null);
      assert.notEqual(erased?.entry.signature, null);
      assert.equal(erased?.entry.id, said[1]?.entry.id);
      if (store.search) assert.deepEqual(textsOf(await store.search({ words: "secret", rooms: null, limit: 9 })), ["secret plan"]);
      await store.close();
    });

    test("settings are remembered, changed and forgotten", async () => {
      const store = await open();
      assert.equal(await store.recall("theme"), null);
      await store.remember("theme", "dark");
      await store.remember("theme", "light · 明るい");
      assert.equal(await store.recall("theme"), "light · 明るい");
      await store.remember("theme", null);
      assert.equal(await store.recall("theme"), null);
      await store.close();
    });

    if (!reopen) return;
    test("all of it is there after a reopening", async () => {
      const first = await open();
      const [ann, bob] = [authorOf(1), authorOf(2)];
      await first.append(ann.says(LOBBY, ["one", "two"]));
      await first.append(bob.says(TEA, ["three"]));
      await first.remember("read", "2");
      const before = await first.load();
      assert.deepEqual(before.heads.map(({ id }) => id).sort(), [ann.head(LOBBY), bob.head(TEA)].sort());
      const store = await reopen(first);
      assert.deepEqual(await store.load(), before);
      assert.equal(await store.recall("read"), "2");
      assert.deepEqual(textsOf(await store.read({ kind: "ids", ids: [ann.head(LOBBY)], related: false })), ["two"]);
      assert.equal(await store.append(incomingOf(bob, TEA, "four")), 4);
      if (store.search) assert.deepEqual(textsOf(await store.search({ words: "t", rooms: null, limit: 9 })), ["two", "three"]);
      await store.close();
    });
  });
}

const hex = (bytes: Uint8Array | null): string | null => bytes?.toHex() ?? null;
