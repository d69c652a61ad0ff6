import assert from "node:assert/strict";
import { test } from "node:test";
import { readTyped } from "./typed.ts";

const CASES: readonly (readonly [line: string, typed: ReturnType<typeof readTyped>])[] = [
  ["hello", { kind: "say", text: "hello" }],
  ["  hello ", { kind: "say", text: "  hello " }],
  [" \t", { kind: "nothing" }],
  ["exit", { kind: "exit" }],
  [" exit ", { kind: "exit" }],
  ["exit now", { kind: "say", text: "exit now" }],
  ["/who", { kind: "command", line: "/who" }],
  [" /who", { kind: "say", text: " /who" }],
  ["//who", { kind: "say", text: "/who" }],
  ["/login ann secret", { kind: "command", line: "/login ann secret" }],
  ["  /register secret", { kind: "command", line: "/register secret" }],
  ["/REGISTER secret", { kind: "command", line: "/REGISTER secret" }],
  ["//login ann secret", { kind: "secret" }],
  ["/ login ann secret", { kind: "command", line: "/ login ann secret" }],
  ["/logins are odd", { kind: "command", line: "/logins are odd" }],
  ["how do I /login here?", { kind: "say", text: "how do I /login here?" }],
];

for (const [line, typed] of CASES) test(`${JSON.stringify(line)} is ${typed.kind}`, () => assert.deepEqual(readTyped(line), typed));
