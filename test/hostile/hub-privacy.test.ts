// A guest who tries everything to read what was said to others, or to somebody who had the name before.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Engine } from "../../src/chat/engine.ts";
import { openChat } from "../../src/chat/open.ts";
import { createIdentity } from "../../src/core/identity.ts";
import type { Conversation, EntryId } from "../../src/core/ids.ts";
import type { Chat, Message } from "../../src/core/ports/chat.ts";
import { LOBBY } from "../../src/core/room.ts";
import { memoryStore } from "../../src/store/memory.ts";

/** In every text that eve must never see. */
const SECRET = "secret";
/** Bob's, which eve has guessed. */
const NONCE = "12345678";
const START = 1_800_000_000_000_000;

const talkWith = (chat: Chat): Conversation => `@${chat.self().id}` as Conversation;

/** olga's hub with the guests cat and bob, who talked in private and left; eve has the name bob now. */
class Spied {
  readonly engine: Engine;
  readonly cat: Chat;
  readonly eve: Chat;
  /** What the others can change, by who said it. */
  readonly secrets: readonly (readonly [Chat, Message])[];
  /** Of all that is secret: bob's own, too, whose name eve has. */
  readonly ids: readonly EntryId[];
  /** All that eve got, as text. */
  readonly heard: string[] = [];
  readonly watches: Promise<unknown>[] = [];
  #count = 0;

  private constructor(engine: Engine, people: Pick<Spied, "cat" | "eve" | "secrets" | "ids">) {
    this.engine = engine;
    this.cat = people.cat;
    this.eve = people.eve;
    this.secrets = people.secrets;
    this.ids = people.ids;
  }

  static async begin(): Promise<Spied> {
    let now = START;
    const clock = () => ++now;
    const engine = await openChat({ identity: createIdentity(), network: "test", store: memoryStore(), clock, name: "olga" });
    const guest = async (name: string): Promise<Chat> => (await engine.hosting.seat({ name, since: clock() })).chat;
    const [cat, bob] = [await guest("cat"), await guest("bob")];
    const ways = [
      [cat, bob],
      [bob, cat],
      [cat, engine.chat],
      [engine.chat, cat],
      [bob, engine.chat],
      [engine.chat, bob],
      [bob, bob],
      [cat, cat],
    ] as const;
    const said: (readonly [Chat, Message])[] = [];
    for (const [from, to] of ways) said.push([from, await from.say(talkWith(to), `${SECRET} ${said.length}`)]);
    said.push([bob, await bob.say(talkWith(cat), `${SECRET} once`, { nonce: NONCE })]);
    await cat.react(said[1]?.[1].id as EntryId, SECRET);
    await bob.close();
    const eve = await guest("bob");
    return new Spied(engine, { cat, eve, secrets: said.filter(([from]) => from !== bob), ids: said.map(([, { id }]) => id) });
  }

  /** One of the others changes what was secret; it stays so. */
  async stir(which: number, how: "edit" | "react" | "redact"): Promise<void> {
    const [by, { id }] = this.secrets[which % this.secrets.length] as readonly [Chat, Message];
    if (how === "edit") await by.edit(id, `${SECRET} again ${++this.#count}`).catch(() => {});
    else if (how === "react") await by.react(id, `${SECRET} ${++this.#count}`);
    else await by.redact(id);
  }

  async hear(work: Promise<unknown> | unknown): Promise<void> {
    const got = await Promise.resolve(work).catch((error: unknown) => `${error}`);
    this.heard.push(JSON.stringify(got) ?? "");
  }

  async watch(after: number): Promise<void> {
    const watch = this.eve.watch({ event: (event) => void this.heard.push(JSON.stringify(event)) }, after);
    this.watches.push(watch);
    await watch;
  }

  /** Nothing of all that was told. */
  check(): void {
    for (const text of this.heard) assert.ok(!text.includes(SECRET), text);
  }
}

type Call = (spied: Spied) => Promise<void>;

const index = fc.nat({ max: 30 });
const target = index.map(
  (at) =>
    ({ ids }: Spied) =>
      ids[at % ids.length] as EntryId,
);
const place: fc.Arbitrary<(spied: Spied) => Conversation> = fc.constantFrom(
  ({ cat }: Spied) => talkWith(cat),
  ({ eve }: Spied) => talkWith(eve),
  ({ engine }: Spied) => talkWith(engine.chat),
  () => LOBBY,
);

const CALL: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(index, fc.constantFrom("edit" as const, "react" as const, "redact" as const)).map(
    ([at, how]): Call =>
      (s) =>
        s.stir(at, how),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 10_000 })).map(
    ([where, limit]): Call =>
      (s) =>
        s.hear(s.eve.history(where(s), { limit })),
  ),
  place.map(
    (where): Call =>
      (s) =>
        s.hear(s.eve.search(SECRET, { limit: 100, room: where(s) })),
  ),
  fc.constant<Call>((s) => s.hear(s.eve.search(SECRET, { limit: 100 }))),
  fc.constant<Call>((s) => s.hear(s.eve.search("again", { limit: 100 }))),
  fc.nat({ max: 40 }).map(
    (after): Call =>
      (s) =>
        s.watch(after),
  ),
  fc.constant<Call>((s) => s.hear(s.eve.rooms())),
  fc.constant<Call>((s) => s.hear(s.eve.people())),
  place.map(
    (where): Call =>
      (s) =>
        s.hear(s.eve.join(where(s))),
  ),
  fc.tuple(place, target).map(
    ([where, of]): Call =>
      (s) =>
        s.hear(s.eve.say(where(s), "what was that?", { replyTo: of(s) })),
  ),
  target.map(
    (of): Call =>
      (s) =>
        s.hear(s.eve.edit(of(s), "mine now")),
  ),
  target.map(
    (of): Call =>
      (s) =>
        s.hear(s.eve.redact(of(s))),
  ),
  target.map(
    (of): Call =>
      (s) =>
        s.hear(s.eve.react(of(s), "👀")),
  ),
  target.map(
    (of): Call =>
      (s) =>
        s.hear(s.eve.delivered(of(s), AbortSignal.timeout(1))),
  ),
  fc.constantFrom("bob", "cat", "dan", "olga").map(
    (name): Call =>
      (s) =>
        s.hear(s.eve.rename(name)),
  ),
);

describe("what was said to others stays with them", () => {
  it("whatever a guest asks for who has the name of one who left", async () => {
    const property = fc.asyncProperty(fc.array(CALL, { minLength: 5, maxLength: 40 }), async (calls) => {
      const spied = await Spied.begin();
      for (const call of calls) await call(spied);
      await spied.watch(0);
      await spied.hear(spied.eve.search(SECRET, { limit: 100 }));
      spied.check();
      await spied.engine.chat.close();
    });
    await fc.assert(property, { numRuns: 1000, seed: 3, interruptAfterTimeLimit: 15_000 });
  });

  it("also where the others edit it now: neither live, nor by a replay, nor by a search", async () => {
    const spied = await Spied.begin();
    await spied.watch(0);
    for (let at = 0; at < 2 * spied.secrets.length; at++) await spied.stir(at, "edit");
    await spied.watch(0);
    await spied.hear(spied.eve.search("again", { limit: 100 }));
    spied.check();
    await spied.engine.chat.close();
  });

  it("not even for the nonce under which it was said", async () => {
    const spied = await Spied.begin();
    const said = await spied.eve.say(talkWith(spied.cat), "mine", { nonce: NONCE });
    assert.equal(said.text, "mine");
    assert.equal((await spied.eve.say(talkWith(spied.cat), "mine", { nonce: NONCE })).id, said.id);
    await spied.engine.chat.close();
  });

  it("by id it is not even there", async () => {
    const spied = await Spied.begin();
    for (const id of spied.ids) {
      const { eve } = spied;
      for (const work of [eve.edit(id, "mine now"), eve.redact(id), eve.react(id, "👀"), eve.delivered(id)])
        await assert.rejects(work, { code: "not-found" });
    }
    await spied.engine.chat.close();
  });
});
