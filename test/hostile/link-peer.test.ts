// A peer with a key and a link that says what no honest one does: refused or passed over, while the others talk on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBody } from "../../src/core/body-codec.ts";
import type { Entry } from "../../src/core/entry.ts";
import { createIdentity, randomOf } from "../../src/core/identity.ts";
import { personOf, type RoomId } from "../../src/core/ids.ts";
import { sealPresence } from "../../src/core/presence-record.ts";
import { directRoom } from "../../src/core/room.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { networkOf } from "../../src/wire/network.ts";
import { frameOf, now, says, stamp } from "./forge.ts";
import { type Intruder, noMemory, Siege } from "./siege.ts";

const skip = noMemory;

test("who gives what nobody could give in good faith is shown out, and nothing of it is kept", { skip }, async () => {
  await using siege = await Siege.begin();
  const offences: Record<string, (intruder: Intruder) => Frame> = {
    "a bad signature": ({ identity }) => frameOf(says(siege, identity, ["forged"]).map((entry) => ({ ...entry, signature: randomOf(64) }))),
    "no signature": ({ identity }) => frameOf(says(siege, identity, ["unsigned"]).map((entry) => ({ ...entry, signature: null }))),
    "another network": ({ identity }) => frameOf(says(siege, identity, ["foreign"], { network: "elsewhere" })),
    "another room": ({ identity }) => frameOf(says(siege, identity, ["astray"], { room: "#tea" as RoomId })),
    "a direct room of others": ({ identity }) => {
      const room = directRoom(personOf(createIdentity().id), personOf(createIdentity().id));
      return frameOf(says(siege, identity, ["overheard"], { room }), room);
    },
    "an altered body": ({ identity }) => {
      const [entry] = says(siege, identity, ["altered"]) as [Entry];
      return frameOf([{ ...entry, body: encodeBody({ kind: "message", text: "otherwise", replyTo: null }).bytes }]);
    },
    "two authors in one range": ({ identity }) =>
      frameOf([...says(siege, identity, ["mixed"]), ...says(siege, createIdentity(), ["mixed"])]),
    "a forged presence record": ({ identity }) => {
      const { bytes } = sealPresence(identity, { name: "eve", status: "online", text: "", guests: [] }, stamp());
      return { kind: "presence", records: [bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))] };
    },
    "a presence record that is none": () => ({ kind: "presence", records: [randomOf(300)] }),
    "a second hello": ({ link }) => link.hello,
  };
  for (const [what, frame] of Object.entries(offences)) {
    const intruder = await siege.intrude();
    const ending = await intruder.send(frame(intruder)).settled();
    assert.ok(ending !== "answered" && !ending.ours, `${what}: ${JSON.stringify(ending)}`);
  }
  await siege.talk(3);
  const { out } = await siege.homes.run("ann", ["history", "#lobby", "--limit", "1000"]);
  assert.deepEqual(
    out.filter((line) => /forged|unsigned|foreign|astray|overheard|altered|otherwise|mixed/.test(line)),
    [],
  );
});

test("frames of random bytes end the link and nothing else", { skip }, async () => {
  await using siege = await Siege.begin();
  for (let kind = 0; kind < 20; kind++) {
    const intruder = await siege.intrude();
    const content = randomOf(1 + kind * 50);
    const bytes = new Uint8Array(5 + content.length);
    new DataView(bytes.buffer).setUint32(0, 1 + content.length);
    bytes.set([kind, ...content], 4);
    intruder.link.sendEncoded(bytes);
    const ending = await intruder.settled();
    assert.ok(ending === "answered" ? kind === 0 || kind > 13 : !ending.ours, `kind ${kind}: ${JSON.stringify(ending)}`);
    intruder.leave();
  }
  const huge = await siege.intrude();
  huge.link.sendEncoded(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 5));
  assert.notEqual(await huge.settled(), "answered");
  await siege.talk(3);
});

test("an entry from the far future is shown marked, in nobody's way", { skip }, async () => {
  await using siege = await Siege.begin();
  const intruder = await siege.intrude();
  intruder.send(frameOf(says(siege, intruder.identity, ["from the future"], { time: Number.MAX_SAFE_INTEGER })));
  intruder.send(frameOf(says(siege, createIdentity(), ["in a day"], { time: now() + 86_400e6 })));
  await intruder.settled();
  await siege.talk(3);
  const { out } = await siege.homes.run("ann", ["history", "#lobby", "--limit", "4", "--json"]);
  const shown = out.map((line) => JSON.parse(line) as { text: string; at: string });
  assert.deepEqual(
    shown.map(({ text }) => text.replace(/\d+/, "N")),
    ["line N.", "line N.", "in a day", "from the future"],
  );
  assert.ok(Math.abs(Date.parse(shown[1]?.at ?? "") - Date.now()) < 60_000, "what is said afterwards has its own time");
});

test("a wrong secret, another network: no link", { skip }, async () => {
  await using siege = await Siege.begin("--secret", "open sesame");
  for (const network of [
    networkOf(siege.homes.network, "open says me"),
    networkOf(siege.homes.network, null),
    networkOf("other", "open sesame"),
  ])
    await assert.rejects(siege.intrude({ network }), { reason: "network" });
  const welcome = await siege.intrude({ network: networkOf(siege.homes.network, "open sesame") });
  assert.equal(await welcome.settled(), "answered");
});
