// What every searching Store finds: any script, every word, newest first, and nothing that makes it stumble.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { KINDS } from "../../src/core/entry.ts";
import { compareEntries, keyOf } from "../../src/core/order.ts";
import type { Store, Stored } from "../../src/core/ports/store.ts";
import { LOBBY } from "../../src/core/room.ts";
import type { StoreFactory } from "./store.ts";
import { authorOf, TEA, textsOf } from "./store-entries.ts";

const TEXTS = [
  "Shall we meet at the Café Müller tomorrow?",
  "今日は東京都へ行きます",
  "京都の東にある店",
  "我们明天在北京见面",
  "Приветствую, мои дорогие соседи: ёлка готова",
  "السَّلامُ عَلَيْكُم يا أصدقاء",
  "สวัสดีครับ วันนี้อากาศดีมาก",
  "오늘 학교에서 만나요",
  "שָׁלוֹם חברים",
  "party 🎉 tonight 👩🏽‍💻 with 🇯🇵",
  "Straße und Fluß, ΟΔΥΣΣΕΥΣ, İstanbul",
  "full width Ｈｅｌｌｏ and ﬁligree",
  "don't_stop me-now v2.10 50%",
  "हिन्दी में नमस्ते",
  `${"x".repeat(500)} long`,
];

/** What is asked, and which texts (by a part of them) answer. */
const QUESTIONS: readonly [string, readonly string[]][] = [
  ["cafe", ["Café"]],
  ["CAFÉ muller", ["Café"]],
  ["meet tom", ["Café"]],
  ["tom meet", []],
  ["meet absent", []],
  ["東京", ["東京都"]],
  ["東京都", ["東京都"]],
  ["京都", ["東京都", "京都の東"]],
  ["都", ["東京都", "京都の東"]],
  ["店", ["京都の東"]],
  ["東京都東", []],
  ["北京 见面", ["北京"]],
  ["明天", ["北京"]],
  ["京北", []],
  ["елка", ["Приветствую"]],
  ["ПРИВЕТ", ["Приветствую"]],
  ["السلام عليكم", ["السَّلامُ"]],
  ["اصدقاء", ["السَّلامُ"]],
  ["อากาศ", ["สวัสดี"]],
  ["สวัสดี วันนี้", ["สวัสดี"]],
  ["학교", ["학교"]],
  ["שלום", ["שָׁלוֹם"]],
  ["🎉", ["party"]],
  ["👩‍💻", ["party"]],
  ["🇯🇵", ["party"]],
  ["🇫🇷", []],
  ["strasse", ["Straße"]],
  ["οδυσσευς", ["Straße"]],
  ["istanbul", ["Straße"]],
  ["hello", ["full"]],
  ["filigree", ["full"]],
  ["don't stop", ["don't"]],
  ["v2.10", ["don't"]],
  ["नमस्ते", ["हिन्दी"]],
  ["x".repeat(500), ["xxx"]],
  ["lon", ["xxx"]],
];

const HOSTILE: readonly string[] = [
  '"',
  "'",
  "''",
  '"" OR ""',
  "*",
  "meet*",
  "^meet",
  "-meet",
  "+",
  "NEAR(",
  "NEAR/2",
  "meet NEAR tomorrow",
  "AND",
  "OR NOT",
  "NOT meet",
  "terms:meet",
  "{terms}:x",
  "(",
  ")",
  "\\",
  ";--",
  "'; DROP TABLE words; --",
  "\0",
  "\ud800",
  "\ue0001",
  "%",
  "_",
  "[",
  "?",
  "!!!…—",
  "",
  "   ",
  "\n\t",
  "a ".repeat(5_000),
  "漢".repeat(10_000),
  "x".repeat(10_000),
  '"'.repeat(10_000),
  "(".repeat(10_000),
  "é".repeat(10_000),
  "🎉".repeat(5_000),
];

export function searchContract(name: string, { open }: StoreFactory): void {
  describe(`${name}: search`, () => {
    let store: Store;
    const find = (words: string, more: { rooms?: readonly never[]; limit?: number } = {}) =>
      search({ words, rooms: null, limit: 50, ...more });
    const search = (query: Parameters<NonNullable<Store["search"]>>[0]) => (store.search as NonNullable<Store["search"]>)(query);

    before(async () => {
      store = await open();
      const ann = authorOf(1);
      for (const text of TEXTS) await store.append(ann.says(TEA, [text]));
    });
    after(() => store.close());

    for (const [question, answers] of QUESTIONS) {
      test(`${JSON.stringify(question.slice(0, 30))} finds ${answers.length === 0 ? "nothing" : answers.join(", ")}`, async () => {
        const found = textsOf(await find(question)).reverse();
        assert.deepEqual(
          found,
          TEXTS.filter((text) => answers.some((part) => text.includes(part))),
        );
      });
    }

    test("no question makes it stumble", async () => {
      for (const words of HOSTILE) assert.ok(Array.isArray(await find(words)), words.slice(0, 20));
      assert.deepEqual(await find("!!!…—"), []);
      assert.deepEqual(await find(""), []);
      assert.equal((await find("meet")).length, 1);
    });

    test("pages by the total order, without loss or twice, whatever the clocks said", async () => {
      const authors = [1, 2, 3].map(authorOf);
      for (let i = 0; i < 90; i++) {
        const author = authors[i % 3] as (typeof authors)[0];
        await store.append(author.says(LOBBY, [`apple number ${i}`], { time: 5_000 + ((i * 31) % 13), kind: KINDS.message }));
      }
      const all = (await store.read({ kind: "page", room: LOBBY, kinds: [KINDS.message], limit: 1_000 })).toSorted((a, b) =>
        compareEntries(b.entry, a.entry),
      );
      const met: string[] = [];
      let page = await search({ words: "number app", rooms: [LOBBY], limit: 8 });
      while (page.length > 0) {
        met.push(...textsOf(page));
        page = await search({ words: "number app", rooms: [LOBBY], limit: 8, before: keyOf((page.at(-1) as Stored).entry) });
      }
      assert.deepEqual(met, textsOf(all));
    });

    test("only in the rooms that are asked for", async () => {
      assert.equal((await search({ words: "meet", rooms: [TEA], limit: 9 })).length, 1);
      assert.equal((await search({ words: "meet", rooms: [LOBBY], limit: 9 })).length, 0);
      assert.equal((await search({ words: "meet", rooms: [], limit: 9 })).length, 0);
      const many = Array.from({ length: 300 }, (_, index) => `#room${index}` as typeof TEA);
      assert.equal((await search({ words: "meet", rooms: [...many, TEA], limit: 9 })).length, 1);
      assert.equal((await search({ words: "meet", rooms: many, limit: 9 })).length, 0);
    });

    test("what was appended before the question is found, without waiting for it", async () => {
      const pending = store.append(authorOf(8).says(TEA, ["a moment ago"]));
      assert.deepEqual(textsOf(await find("moment")), ["a moment ago"]);
      await pending;
    });

    test("a limit of none finds none", async () => assert.deepEqual(await find("meet", { limit: 0 }), []));
  });
}
