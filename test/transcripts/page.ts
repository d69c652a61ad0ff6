// Reads the examples out of a protocol page: fenced blocks with a language and a name, bytes as hex with comments.

import { readFileSync } from "node:fs";
import { type Identity, parseIdentity } from "../../src/core/identity.ts";

/** The examples of a page by name. Asking for one that is not there throws: a test cannot pass on a page without examples. */
export type Page = {
  readonly names: (language: "json" | "hex") => readonly string[];
  /** With `"0x…"` read as bytes. */
  readonly json: (name: string) => unknown;
  readonly hex: (name: string) => Uint8Array;
};

/** PKCS #8 of an Ed25519 key (RFC 8410); the 32 bytes of the seed follow. */
const PKCS8_PREFIX = "302e020100300506032b657004220420";
const BLOCK = /^```(json|hex) ([a-z-]+)\n(.*?)^```$/gms;

/** `docs/protocol/NAME.md`. */
export function readPage(name: string): Page {
  const text = readFileSync(new URL(`../../docs/protocol/${name}.md`, import.meta.url), "utf8");
  const blocks = new Map([...text.matchAll(BLOCK)].map(([, language, block, content]) => [`${language} ${block}`, content as string]));
  const contentOf = (key: string): string => {
    const content = blocks.get(key);
    if (content === undefined) throw new Error(`${name}.md has no block "${key}"`);
    return content;
  };
  return {
    names: (language) => [...blocks.keys()].filter((key) => key.startsWith(`${language} `)).map((key) => key.slice(language.length + 1)),
    json: (block) => JSON.parse(contentOf(`json ${block}`), withBytes),
    hex: (block) => Uint8Array.fromHex(contentOf(`hex ${block}`).replace(/#.*$/gm, "").replace(/\s+/g, "")),
  };
}

/** The identity that signs all examples, from the page on entries. */
export function exampleIdentity(): Identity {
  const { seed } = readPage("entry").json("ann") as { readonly seed: string };
  const der = Buffer.from(PKCS8_PREFIX + seed, "hex").toString("base64");
  return parseIdentity(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
}

const withBytes = (_key: string, value: unknown): unknown =>
  typeof value === "string" && value.startsWith("0x") ? Uint8Array.fromHex(value.slice(2)) : value;
