// Only our own host names, our own pages and the owner's token get in.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSame, type Knock, type Place, refuseForeign, refuseProtocol, tokenOf } from "./guard.ts";

const PLACE: Place = { port: 3277, address: "::ffff:192.168.1.5", hostnames: ["room12.local"] };
const PLAIN: Knock = { host: "localhost:3277", origin: undefined, authorization: undefined, protocols: undefined };

describe("a request is ours", () => {
  const cases: readonly (readonly [string, Partial<Knock>, boolean])[] = [
    ["by the name localhost", {}, true],
    ["by a loopback address", { host: "127.0.0.1:3277" }, true],
    ["by the loopback address of IPv6", { host: "[::1]:3277" }, true],
    ["by the address at which it came in", { host: "192.168.1.5:3277" }, true],
    ["by a name in capitals", { host: "LOCALHOST:3277" }, true],
    ["by a name that we were given", { host: "Room12.local:3277" }, true],
    ["from our own page", { origin: "http://localhost:3277" }, true],
    ["from our own page by TLS", { host: "room12.local:3277", origin: "https://room12.local:3277" }, true],
    ["not without the port, unless the scheme says it", { host: "localhost" }, false],
    ["not by a name that was bound to us (DNS rebinding)", { host: "evil.example:3277" }, false],
    ["not by a name that only begins like ours", { host: "localhost:3277.evil.example" }, false],
    ["not by another port", { host: "localhost:80" }, false],
    ["not by another address", { host: "192.168.1.6:3277" }, false],
    ["not without a host", { host: undefined }, false],
    ["not with an empty host", { host: "" }, false],
    ["not from a page elsewhere", { origin: "https://evil.example" }, false],
    ["not from a page on another port of this computer", { origin: "http://localhost:8080" }, false],
    ["not from a page that hides where it is from", { origin: "null" }, false],
    ["not from a rebound page that calls itself by its own name", { host: "evil.example:3277", origin: "http://evil.example:3277" }, false],
  ];
  for (const [name, knock, own] of cases) {
    it(name, () => assert.equal(refuseForeign({ ...PLAIN, ...knock }, PLACE)?.code, own ? undefined : "not-allowed"));
  }

  for (const port of [80, 443]) {
    it(`without the port where it is ${port}`, () =>
      assert.equal(refuseForeign({ ...PLAIN, host: "room12.local" }, { ...PLACE, port }), null));
  }
});

describe("the token of a caller", () => {
  const cases: readonly (readonly [string, Partial<Knock>, string])[] = [
    ["is the one in the header", { authorization: "Bearer s3cret", protocols: "earshot.v1, token.other" }, "s3cret"],
    ["is the one beside the protocol", { protocols: "earshot.v1, token.s3cret" }, "s3cret"],
    ["is none where there is none", { protocols: "earshot.v1" }, ""],
    ["is none where it is empty", { authorization: "Bearer ", protocols: "earshot.v1, token." }, ""],
    ["is no password", { authorization: "Basic s3cret", protocols: "earshot.v1" }, ""],
  ];
  for (const [name, knock, token] of cases) it(name, () => assert.equal(tokenOf({ ...PLAIN, ...knock }), token));
});

describe("two tokens", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["s3cret", "s3cret", true],
    ["s3creT", "s3cret", false],
    ["s3cre", "s3cret", false],
    ["", "s3cret", false],
    ["", "", false],
  ];
  for (const [given, token, same] of cases) {
    it(`"${given}" and "${token}" are ${same ? "the same" : "not the same"}`, () => assert.equal(isSame(given, token), same));
  }
});

describe("a caller is refused", () => {
  const cases: readonly (readonly [string, string | undefined, boolean])[] = [
    ["that offers no protocol", undefined, true],
    ["that offers none that we speak", "earshot.v9", true],
    ["never for offering others, too", "chat, earshot.v1", false],
  ];
  for (const [name, protocols, refused] of cases) {
    it(name, () => assert.equal(refuseProtocol({ ...PLAIN, protocols })?.code, refused ? "bad-input" : undefined));
  }
});
