// The contract of Roster, held by the engine: who is here, as mesh tells it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeBody } from "../../src/core/body-codec.ts";
import { createIdentity, type Identity } from "../../src/core/identity.ts";
import { personOf, type RoomId, tagOf } from "../../src/core/ids.ts";
import type { GuestPresence } from "../../src/core/presence.ts";
import { directRoom, LOBBY } from "../../src/core/room.ts";
import { Feed } from "./feed.ts";
import { Listener } from "./listen.ts";
import { openStation, recordOf } from "./pair.ts";
import { personIn } from "./scene.ts";

const profile = (identity: Identity, name: string) => new Feed(LOBBY, identity).seal([encodeBody({ kind: "profile", name })]);
const tagged = (name: string, { id }: Identity): string => `${name}·${tagOf(personOf(id))}`;

describe("Roster", () => {
  test("the newer record wins, in whatever order they come", async () => {
    const { chat, roster } = await openStation("ann");
    const bob = createIdentity();
    const [older, newer] = [recordOf(bob, { name: "bob", text: "older" }), recordOf(bob, { name: "bob", text: "newer" })];
    roster.present(newer, "link");
    roster.present(older, "link");
    assert.equal((await personIn(chat, "bob")).text, "newer");
    roster.absent(bob.id);
    roster.present(older, "link");
    assert.equal((await personIn(chat, "bob")).status, "offline");
    roster.present(newer, "link");
    assert.equal((await personIn(chat, "bob")).status, "online");
  });

  test("the same again tells nobody; another way of knowing does", async () => {
    const { chat, roster } = await openStation("ann");
    const heard = await Listener.to(chat);
    const record = recordOf(createIdentity(), { name: "bob" });
    for (const via of ["carried", "carried", "link", "link"] as const) roster.present(record, via);
    assert.deepEqual(
      heard.of("presence").map(({ person }) => person.via),
      ["carried", "link"],
    );
    assert.equal(heard.of("joined").length, 1);
  });

  test("a goodbye is an absence", async () => {
    const { chat, roster } = await openStation("ann");
    const heard = await Listener.to(chat);
    const bob = createIdentity();
    roster.present(recordOf(bob, { name: "bob" }), "link");
    roster.present(recordOf(bob, { name: "bob", status: "offline" }), "link");
    roster.absent(bob.id);
    assert.equal(heard.of("left").length, 1);
    assert.equal((await personIn(chat, "bob")).status, "offline");
  });

  test("guests are people of their host, and go with it", async () => {
    const { chat, roster } = await openStation("ann");
    const hub = createIdentity();
    const guest = (name: string): GuestPresence => ({ name, status: "online", text: "" });
    roster.present(recordOf(hub, { name: "hub", guests: [guest("Zoé (away)"), guest("dan")] }), "link");
    const { id, via, host } = await personIn(chat, "Zoé (away)");
    assert.deepEqual([id, via, host], [`${hub.id}/${encodeURIComponent("Zoé (away)")}`, "guest", { id: personOf(hub.id), name: "hub" }]);
    roster.present(recordOf(hub, { name: "hub", guests: [guest("dan")] }), "link");
    assert.deepEqual([(await personIn(chat, "Zoé (away)")).status, (await personIn(chat, "dan")).status], ["offline", "online"]);
    roster.absent(hub.id);
    assert.deepEqual([(await personIn(chat, "hub")).status, (await personIn(chat, "dan")).status], ["offline", "offline"]);
  });

  test("a guest's id is always one that a direct room can carry", async () => {
    const { chat, roster } = await openStation("ann");
    const hub = createIdentity();
    const names = ["ab+c", "日本".repeat(8), "it's *me*", "%2f"];
    roster.present(recordOf(hub, { name: "hub", guests: names.map((name) => ({ name, status: "online", text: "" })) }), "link");
    for (const name of names) {
      const { id } = await personIn(chat, name);
      assert.equal((await chat.say(`@${id}` as Parameters<typeof chat.say>[0], "hi")).text, "hi");
    }
  });

  test("a known name under a new key is told, once", async () => {
    const { chat, roster } = await openStation("me");
    const heard = await Listener.to(chat);
    const [ann, other] = [createIdentity(), createIdentity()];
    roster.present(recordOf(ann, { name: "ann" }), "link");
    for (let times = 0; times < 2; times++) {
      roster.present(recordOf(other, { name: "Ann" }), "link");
      roster.absent(other.id);
    }
    assert.deepEqual(
      heard.of("notice").map(({ code, text }) => [code, text]),
      [["key", `another Ann is here, with another key: ${tagged("Ann", other)}; the ann you know is ${tagged("ann", ann)}`]],
    );
  });

  test("a name that nobody could read is not shown", async () => {
    const { chat, roster } = await openStation("ann");
    const bob = createIdentity();
    for (const name of ["\u0007\u001b[31m", "x".repeat(10_000), "a·b"]) {
      roster.present(recordOf(bob, { name }), "link");
      await personIn(chat, tagOf(personOf(bob.id)));
    }
  });

  test("what is to be noticed is told once, to the first watcher where there is none yet", async () => {
    const { chat, roster } = await openStation("ann");
    roster.notice("clock", "an hour off");
    roster.notice("clock", "an hour off");
    const heard = await Listener.to(chat);
    const late = await Listener.to(chat);
    roster.notice("copy", "another shows our id");
    assert.deepEqual(
      heard.of("notice").map(({ code }) => code),
      ["clock", "copy"],
    );
    assert.deepEqual(
      late.of("notice").map(({ code }) => code),
      ["copy"],
    );
  });

  test("own presence is told when it changes, until one stops listening", async () => {
    const { chat, roster } = await openStation("ann");
    const told: string[] = [];
    const stop = roster.changed(() => told.push(`${roster.own().name} ${roster.own().status} ${roster.own().text}`));
    await chat.rename("anna");
    await chat.setStatus("away", "lunch");
    stop();
    await chat.setStatus("online");
    assert.deepEqual(told, ["anna online ", "anna away lunch"]);
    assert.deepEqual(roster.own(), { name: "anna", status: "online", text: "", guests: [] });
  });

  test("typing in direct talk is believed only of the other one", async () => {
    const { chat, roster, id } = await openStation("ann");
    const heard = await Listener.to(chat);
    const [bob, cy] = [createIdentity(), createIdentity()];
    const room = directRoom(id, personOf(bob.id));
    roster.typing(cy.id, room, null);
    roster.typing(bob.id, room, "guest");
    roster.typing(bob.id, directRoom(personOf(bob.id), personOf(cy.id)), null);
    roster.typing(bob.id, "#tea" as RoomId, null);
    assert.deepEqual(heard.events, []);
    roster.typing(bob.id, room, null);
    assert.equal(heard.of("typing").length, 1);
  });
});

describe("Roster: names", () => {
  test("come from profiles for those who are away, and from presence for those who are here", async () => {
    const { chat, log, roster } = await openStation("ann");
    const bob = createIdentity();
    await log.ingest(LOBBY, profile(bob, "bob"), bob.id);
    assert.deepEqual(await personIn(chat, "bob").then(({ status, seen }) => [status, seen]), ["offline", null]);
    roster.present(recordOf(bob, { name: "bobby" }), "link");
    await personIn(chat, "bobby");
    roster.absent(bob.id);
    await personIn(chat, "bobby");
  });

  test("outlive a restart, with when someone was last seen", async () => {
    const { chat, log, roster, identity, store } = await openStation("ann");
    const [bob, cy] = [createIdentity(), createIdentity()];
    roster.present(recordOf(bob, { name: "bob", text: "hi" }), "link");
    await log.ingest(LOBBY, profile(cy, "cy"), bob.id);
    await chat.close();
    const again = await openStation(undefined, { identity, store });
    const heard = await Listener.to(again.chat);
    const { status, seen } = await personIn(again.chat, "bob");
    assert.equal(status, "offline");
    assert.match(seen ?? "", /^2027/);
    assert.equal((await personIn(again.chat, "cy")).seen, null);
    again.roster.present(recordOf(createIdentity(), { name: "cy" }), "link");
    assert.deepEqual(
      heard.of("notice").map(({ code }) => code),
      ["key"],
    );
    assert.equal(again.chat.self().name, "ann");
  });
});
