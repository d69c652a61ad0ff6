// The house stands as drawn, and the guard that says so is not asleep.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { offences } from "./layers.ts";

const ROOT = join(import.meta.dirname, "..");

/** The offences of a tree of files, given as path to text. */
function offencesOf(files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), "earshot-layers-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return offences(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const SOUND = {
  "src/core/ids.ts": "export const a = 1;",
  "src/core/identity.ts": 'import { hash } from "node:crypto"; import { a } from "./ids.ts"; export { hash, a };',
  "src/wire/web.ts": 'import { parse } from "valibot/parse"; export { parse };',
  "src/chat/chat.ts": 'import { a } from "../core/ids.ts"; export { a };',
  "src/mesh/link/link.ts": 'import { a } from "../../core/ids.ts"; export { a };',
  "src/mesh/discovery/finding.ts": "export const b = 2;",
  "src/client/remote.ts": 'import type { hash } from "../core/identity.ts"; import { a } from "../core/ids.ts"; export { type hash, a };',
  "src/main/peer.ts":
    'import { a } from "../mesh/link/link.ts"; import "../client/remote.ts"; const data = new URL("../../package.json", import.meta.url); export { a, data };',
  "src/core/ids.test.ts": 'import { test } from "node:test"; import "../main/peer.ts"; test("x", () => {});',
  "bin/earshot.js": 'await import("../src/main/peer.ts");',
};

test("every import of this repository is allowed", () => {
  assert.deepEqual(offences(ROOT), []);
});

test("a sound house has no offences", () => {
  assert.deepEqual(offencesOf(SOUND), []);
});

const PLANTED: readonly (readonly [what: string, file: string, text: string, expected: RegExp])[] = [
  ["an upward import", "src/core/bad.ts", 'import "../chat/chat.ts";', /src\/core may not/],
  ["siblings that meet", "src/store/bad.ts", 'import { a } from "../chat/chat.ts";', /src\/store may not/],
  ["siblings within the mesh", "src/mesh/link/bad.ts", 'import "../discovery/finding.ts";', /src\/mesh\/link may not/],
  ["a type from a forbidden room", "src/chat/bad.ts", 'import type { a } from "../mesh/link/link.ts";', /src\/chat may not/],
  ["an import type in a signature", "src/chat/bad.ts", 'export type A = import("../mesh/link/link.ts").A;', /src\/chat may not/],
  ["a re-export", "src/chat/bad.ts", 'export * from "../mesh/link/link.ts";', /src\/chat may not/],
  ["a named re-export", "src/chat/bad.ts", 'export { a } from "../mesh/link/link.ts";', /src\/chat may not/],
  ["a dynamic import", "src/chat/bad.ts", "await import(`../mesh/link/link.ts`);", /src\/chat may not/],
  ["a computed import", "src/chat/bad.ts", "await import(process.argv[2]);", /computed/],
  ["a worker elsewhere", "src/chat/bad.ts", 'new Worker(new URL("../mesh/link/link.ts", import.meta.url));', /src\/chat may not/],
  ["a worker under a computed name", "src/chat/bad.ts", "new Worker(new URL(name, import.meta.url));", /computed/],
  ["require", "src/chat/bad.ts", 'require("node:fs");', /node:fs: src\/chat may not/],
  ["createRequire", "src/chat/bad.ts", "createRequire(import.meta.url);", /computed/],
  ["getBuiltinModule", "src/chat/bad.ts", 'process.getBuiltinModule("node:fs");', /node:fs: src\/chat may not/],
  ["import.meta.resolve", "src/chat/bad.ts", 'import.meta.resolve("ws");', /ws: src\/chat may not/],
  ["a module of Node in the core", "src/core/bad.ts", 'import "node:crypto";', /node:crypto: src\/core may not/],
  ["a module of Node without its prefix", "src/core/bad.ts", 'import "crypto";', /crypto: src\/core may not/],
  ["a package in a room without it", "src/wire/bad.ts", 'import "ws";', /ws: src\/wire may not/],
  ["a scoped package", "src/wire/bad.ts", 'import "@hpke/core/x";', /@hpke\/core\/x: src\/wire may not/],
  ["a room nobody drew", "src/cellar/bad.ts", "export {};", /in no room/],
  ["a file that is not there", "src/chat/bad.ts", 'import "./gone.ts";', /does not exist/],
  ["a test that is imported", "src/chat/bad.ts", 'import "../core/ids.test.ts";', /imports the test/],
  ["the tests' folder", "src/main/bad.ts", 'import "../../test/e2e/lab.ts";', /src\/main may not/],
  ["Node in the browser's rooms", "src/client/bad.ts", 'import "node:net";', /a browser would load node:net/],
  ["keys in the browser", "src/client/bad.ts", 'import { a } from "../core/identity.ts";', /a browser would load .*identity/],
  [
    "keys behind a type that is no type import",
    "src/client/bad.ts",
    'import { type A } from "../core/identity.ts";',
    /a browser would load .*identity/,
  ],
];

for (const [what, file, text, expected] of PLANTED) {
  test(`found: ${what}`, () => {
    const found = offencesOf({ ...SOUND, [file]: text });
    assert(
      found.some((line) => expected.test(line)),
      `found only ${JSON.stringify(found)}`,
    );
  });
}

test("found: what a browser would load by way of others", () => {
  const found = offencesOf({
    ...SOUND,
    "src/core/seal.ts": 'import { hash } from "./identity.ts"; export { hash };',
    "src/client/bad.ts": 'import { hash } from "../core/seal.ts"; export { hash };',
  });
  assert.deepEqual(found, ["a browser would load ./identity.ts: src/client/bad.ts → src/core/seal.ts"]);
});

test("a file that does not parse is an error, not a pass", () => {
  assert.throws(() => offencesOf({ ...SOUND, "src/chat/bad.ts": "import {" }), SyntaxError);
});
