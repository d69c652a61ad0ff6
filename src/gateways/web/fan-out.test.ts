// What is told to many: bytes made once, presence gathered, order kept.

import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { describe, it } from "node:test";
import * as ws from "ws";
import type { PeerId } from "../../core/ids.ts";
import { personOf } from "../../core/ids.ts";
import type { ChatEvent, PersonInfo } from "../../core/ports/chat.ts";
import { LOBBY } from "../../core/room.ts";
import { encodeRefusal, parseServerFrame } from "../../wire/web.ts";
import { Batch, Told } from "./batch.ts";
import { Outbox } from "./outbox.ts";
import { Post } from "./post.ts";
import { PresenceFeed } from "./presence-feed.ts";
import { Tellings } from "./tellings.ts";

const PEER = `${"a".repeat(51)}a` as PeerId;
const AT = "2026-11-21T10:30:00.000Z";
const ANN: PersonInfo = {
  ...{ id: personOf(PEER), name: "ann", status: "online", text: "", via: "link" },
  ...{ host: null, hub: null, verified: false, seen: AT },
};
const by = { id: ANN.id, name: ANN.name };
const topic = (cursor: number): ChatEvent => ({ cursor, kind: "topic", room: LOBBY, text: `topic ${cursor}`, by, at: AT });
const shows = (person: PersonInfo): ChatEvent => ({ cursor: null, kind: "presence", person });
const moves = (kind: "joined" | "left"): ChatEvent => ({ cursor: null, kind, room: LOBBY, person: by, at: AT });

/** Exported by `ws`, unknown to its types. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => Duplex };

/** What a client reads. */
function read(chunks: readonly Uint8Array[]): unknown[] {
  const frames: unknown[] = [];
  const receiver = new Receiver({ isServer: false });
  receiver.on("message", (data) => frames.push(parseServerFrame(String(data))));
  receiver.write(Buffer.concat(chunks));
  return frames;
}

class Reader {
  readonly chunks: Uint8Array[] = [];
  readonly outbox: Outbox;
  writes = 0;

  constructor(post: Post) {
    const connection = new Duplex({
      read: () => {},
      writev: (chunks, done) => {
        this.writes++;
        this.chunks.push(...chunks.map(({ chunk }) => chunk as Uint8Array));
        done();
      },
    });
    this.outbox = new Outbox({ connection, socket: { readyState: 1, OPEN: 1 } as ws.WebSocket }, post, () => {});
  }
}

const tick = () => new Promise(setImmediate);

describe("a batch", () => {
  it("is one for all who are told the same, and its frame is made once per watch", () => {
    const [empty, one, two] = [new Batch(), Told.of([topic(1)]), Told.of([topic(2)])];
    const batch = empty.with(one).with(two);
    assert.equal(empty.with(one).with(two), batch);
    assert.equal(batch.frame(4), batch.frame(4));
    assert.notEqual(batch.frame(4), batch.frame(5));
    assert.deepEqual(read([batch.frame(5)]), [{ event: "events", watch: 5, events: [topic(1), topic(2)] }]);
  });

  it("branches where somebody is told something else", () => {
    const [empty, one, two] = [new Batch(), Told.of([topic(1)]), Told.of([topic(2)])];
    assert.deepEqual(read([empty.with(two).frame(1), empty.with(one).frame(1)]), [
      { event: "events", watch: 1, events: [topic(2)] },
      { event: "events", watch: 1, events: [topic(1)] },
    ]);
  });
});

describe("outboxes", () => {
  it("write what all are told as the very same bytes, once per tick", async () => {
    const post = new Post();
    const readers = Array.from({ length: 3 }, () => new Reader(post));
    for (let cursor = 1; cursor <= 10; cursor++) {
      const told = Told.of([topic(cursor)]);
      for (const { outbox } of readers) outbox.tell(1, told);
    }
    await tick();
    const [first] = readers;
    assert.deepEqual(
      readers.map(({ writes }) => writes),
      [1, 1, 1],
    );
    for (const { chunks } of readers) assert.equal(chunks[0]?.buffer, first?.chunks[0]?.buffer);
    assert.equal((read(first?.chunks ?? [])[0] as { events: unknown[] }).events.length, 10);
  });

  it("keep answers and events in their order, but for answers that may come last", async () => {
    const reader = new Reader(new Post());
    const { outbox } = reader;
    outbox.tell(1, Told.of([topic(1)]));
    outbox.lastFrame(encodeRefusal(8, "busy", "last"));
    outbox.frame(encodeRefusal(7, "busy", "between"));
    outbox.tell(1, Told.of([topic(2)]));
    outbox.tell(2, Told.of([topic(2)]));
    await tick();
    assert.deepEqual(
      read(reader.chunks).map((frame) => (frame as { id?: number }).id ?? (frame as { watch?: number }).watch),
      [1, 7, 1, 2, 8],
    );
    assert.equal(reader.writes, 1);
  });

  it("part what is too much for one frame", async () => {
    const reader = new Reader(new Post());
    const told = new Told(JSON.stringify({ kind: "unknown", text: "x".repeat(100_000) }), null, false);
    for (let i = 0; i < 9; i++) reader.outbox.tell(1, told);
    await tick();
    assert.equal(read(reader.chunks).length, 3);
  });
});

describe("the feed of presence", () => {
  /** A feed and what its one reader is told, as events. */
  function feed() {
    const presence = new PresenceFeed();
    const told: ChatEvent[][] = [];
    presence.add({
      tell: ({ bytes }) => {
        const frame = parseServerFrame(`{"event":"events","watch":1,"events":[${Buffer.from(bytes)}]}`);
        if (frame?.event === "events") told.push([...frame.events]);
      },
    });
    return { presence, told };
  }

  const away: PersonInfo = { ...ANN, status: "away" };
  const gone: PersonInfo = { ...ANN, status: "offline" };
  const cases: readonly (readonly [string, readonly ChatEvent[], readonly ChatEvent[] | undefined])[] = [
    ["who came", [shows(ANN), moves("joined")], [shows(ANN), moves("joined")]],
    ["who shows otherwise", [shows(away)], [shows(away)]],
    ["who went", [shows(gone), moves("left")], [shows(gone), moves("left")]],
    ["only how it is now", [shows(away), shows(ANN)], [shows(ANN)]],
    ["who came, as it is now", [shows(ANN), moves("joined"), shows(away)], [shows(away), moves("joined")]],
    ["nothing of who went and came back but how it is", [shows(gone), moves("left"), shows(ANN), moves("joined")], [shows(ANN)]],
    ["nothing of who came and went", [shows(ANN), moves("joined"), shows(gone), moves("left")], undefined],
  ];
  for (const [name, events, expected] of cases) {
    it(`tells ${name}`, async () => {
      const { presence, told } = feed();
      assert.deepEqual(presence.take(events), []);
      await tick();
      assert.deepEqual(told[0], expected);
    });
  }

  it("leaves what is no presence", () => {
    const { presence } = feed();
    const joined: ChatEvent = { cursor: 3, kind: "joined", room: LOBBY, person: by, at: AT };
    assert.deepEqual(presence.take([topic(1), shows(away), joined]), [topic(1), joined]);
  });

  it("tells the first change at once, those after it together", async () => {
    const { presence, told } = feed();
    presence.take([shows(away)]);
    await tick();
    assert.equal(told.length, 1);
    for (let i = 0; i < 100; i++) presence.take([shows({ ...ANN, id: personOf(PEER, `guest ${i}`), name: `guest ${i}` })]);
    await tick();
    assert.equal(told.length, 1);
    await new Promise((resolve) => presence.add({ tell: resolve }));
    assert.equal(told[1]?.length, 100);
    presence.close();
  });

  it("is asked once for a list that many are told", async () => {
    const tellings = new Tellings();
    const list = [topic(1), shows(away)];
    const told = tellings.of(list);
    assert.equal(tellings.of(list), told);
    assert.equal(told?.cursor, 1);
    assert.equal(tellings.of([shows(away)]), null);
  });
});
