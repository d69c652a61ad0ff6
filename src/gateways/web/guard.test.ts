// Only our own host names, our own pages and the owner's token get in.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ErrorCode } from "../../core/errors.ts";
import { type Knock, refuseForeign, refuseStranger } from "./guard.ts";

const PLACE = { port: 3277, address: "::ffff:192.168.1.5" };
const PLAIN: Knock = { host: "localhost:3277", origin: undefined, authorization: undefined, protocols: undefined };

describe("a request is ours", () => {
  const cases: readonly (readonly [string, Partial<Knock>, boolean])[] = [
    ["by the name localhost", {}, true],
    ["by a loopback address", { host: "127.0.0.1:3277" }, true],
    ["by the loopback address of IPv6", { host: "[::1]:3277" }, true],
    ["by the address at which it came in", { host: "192.168.1.5:3277" }, true],
    ["by a name in capitals", { host: "LOCALHOST:3277" }, true],
    ["from our own page", { origin: "http://localhost:3277" }, true],
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
});

describe("a caller is let in", () => {
  const cases: readonly (readonly [string, Partial<Knock>, ErrorCode | undefined])[] = [
    ["with the token in a header", { authorization: "Bearer s3cret", protocols: "earshot.v1" }, undefined],
    ["with the token beside the protocol", { protocols: "earshot.v1, token.s3cret" }, undefined],
    ["not without a token", { protocols: "earshot.v1" }, "bad-signature"],
    ["not with another token", { protocols: "earshot.v1, token.s3creT" }, "bad-signature"],
    ["not with a part of the token", { protocols: "earshot.v1, token.s3cre" }, "bad-signature"],
    ["not with an empty token", { authorization: "Bearer ", protocols: "earshot.v1, token." }, "bad-signature"],
    ["not by a password", { authorization: "Basic s3cret", protocols: "earshot.v1" }, "bad-signature"],
    ["not when it offers no protocol we speak", { authorization: "Bearer s3cret", protocols: "earshot.v9" }, "bad-input"],
    ["not when it offers no protocol at all", { authorization: "Bearer s3cret" }, "bad-input"],
  ];
  for (const [name, knock, code] of cases) {
    it(name, () => assert.equal(refuseStranger({ ...PLAIN, ...knock }, "s3cret")?.code, code));
  }

  it("never while there is no token to know", () => {
    assert.equal(refuseStranger({ ...PLAIN, authorization: "Bearer ", protocols: "earshot.v1, token." }, "")?.code, "bad-signature");
  });
});
