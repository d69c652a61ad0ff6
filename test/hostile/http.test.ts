// HTTP as attackers write it: each request is answered by an error or a closed connection, and people talk on.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { gone, Stand } from "./stand.ts";

let stand: Stand;
before(async () => {
  stand = await Stand.begin({ silence: 300, limits: { patience: 1_000 } });
});
after(() => stand[Symbol.asyncDispose]());

const REFUSED = /^HTTP\/1\.1 4\d\d /;
const CLOSED = /^$/;
const FOUND_NOTHING = /^HTTP\/1\.1 404 /;
const NO_VERB = /^HTTP\/1\.1 405 /;

const head = (line: string, ...fields: readonly string[]): string =>
  `${line}\r\nHost: localhost:${stand.port}\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`;
const get = (target: string, ...fields: readonly string[]): string => head(`GET ${target} HTTP/1.1`, ...fields);
const post = (...fields: readonly string[]): string => head("POST /healthz HTTP/1.1", ...fields);

/** What would be answered 200 if it were taken for a request of its own. */
const smuggled = (): string => get("/healthz");

/** Every answer here comes alone: nothing in the tail of a request is ever taken for another. */
const SMUGGLING: readonly (readonly [string, () => string, RegExp])[] = [
  ["a length and chunks", () => `${post("Content-Length: 4", "Transfer-Encoding: chunked")}0\r\n\r\n${smuggled()}`, REFUSED],
  ["chunks and a length", () => `${post("Transfer-Encoding: chunked", "Content-Length: 4")}0\r\n\r\n${smuggled()}`, REFUSED],
  ["two lengths", () => `${post("Content-Length: 0", "Content-Length: 44")}${smuggled()}`, REFUSED],
  ["a list of lengths", () => `${post("Content-Length: 0, 44")}${smuggled()}`, REFUSED],
  ["a length with a sign", () => `${post("Content-Length: +5")}${smuggled()}`, REFUSED],
  ["a length below nothing", () => `${post("Content-Length: -1")}${smuggled()}`, REFUSED],
  ["a length beyond all numbers", () => `${post("Content-Length: 99999999999999999999999")}${smuggled()}`, REFUSED],
  ["chunks under a disguise", () => `${post("Transfer-Encoding: xchunked")}0\r\n\r\n${smuggled()}`, REFUSED],
  ["chunks twice", () => `${post("Transfer-Encoding: chunked, chunked")}0\r\n\r\n${smuggled()}`, REFUSED],
  ["chunks within something else", () => `${post("Transfer-Encoding: chunked, identity")}0\r\n\r\n${smuggled()}`, REFUSED],
  ["a folded field", () => `${post("Transfer-Encoding:\r\n chunked", "Content-Length: 4")}0\r\n\r\n${smuggled()}`, REFUSED],
  ["a space before the colon", () => `${post("Transfer-Encoding : chunked")}0\r\n\r\n${smuggled()}`, REFUSED],
  ["a field without a name", () => get("/healthz", ": nothing"), REFUSED],
  ["a bare line feed", () => `GET /healthz HTTP/1.1\nHost: localhost:${stand.port}\n\n`, REFUSED],
  ["a bare carriage return", () => get("/healthz", "X: a\rTransfer-Encoding: chunked"), REFUSED],
  ["a NUL in a field", () => get("/healthz", "X: a\x00b"), REFUSED],
  ["extensions of chunks", () => `${post("Transfer-Encoding: chunked")}1;${"x=y;".repeat(20_000)}\r\na\r\n0\r\n\r\n`, NO_VERB],
  ["chunks of no size", () => `${post("Transfer-Encoding: chunked")}zz\r\n${smuggled()}`, NO_VERB],
  ["more than one request", () => `${post("Content-Length: 0")}${smuggled()}`, NO_VERB],
];

const SHAPES: readonly (readonly [string, () => string, RegExp])[] = [
  ["a field without end", () => get("/healthz", `X: ${"x".repeat(100_000)}`), /^HTTP\/1\.1 431 |^$/],
  ["ten thousand fields", () => get("/healthz", ...Array.from({ length: 10_000 }, (_, i) => `X${i}: y`)), /^HTTP\/1\.1 431 |^$/],
  ["a path without end", () => get(`/${"x".repeat(100_000)}`), /^HTTP\/1\.1 431 |^$/],
  ["no host", () => "GET /healthz HTTP/1.1\r\n\r\n", REFUSED],
  ["no host, as in old times", () => "GET /healthz HTTP/1.0\r\n\r\n", REFUSED],
  ["two hosts", () => get("/healthz", "Host: evil.example"), REFUSED],
  ["a host with a user", () => `GET /healthz HTTP/1.1\r\nHost: x@localhost:${stand.port}\r\n\r\n`, REFUSED],
  ["a page elsewhere", () => get("http://evil.example/"), REFUSED],
  ["a page here by its whole address", () => get(`http://localhost:${stand.port}/healthz`), REFUSED],
  ["a tunnel", () => head("CONNECT evil.example:443 HTTP/1.1"), /^$|^HTTP\/1\.1 4/],
  ["an echo", () => head("TRACE / HTTP/1.1"), NO_VERB],
  ["no known verb", () => head("GET\t/ HTTP/1.1"), /^$|^HTTP\/1\.1 4/],
  ["HTTP/2 without TLS", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", /^$|^HTTP\/1\.1 4/],
  [
    "an upgrade to HTTP/2",
    () => get("/healthz", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"),
    REFUSED,
  ],
  ["a version that will be", () => head("GET / HTTP/9.9"), REFUSED],
  ["expectations", () => get("/healthz", "Expect: miracles"), /^HTTP\/1\.1 4\d\d /],
  [
    "a body before it is wanted",
    () => `${post("Expect: 100-continue", "Content-Length: 5")}`,
    /^HTTP\/1\.1 (100 Continue\r\n\r\nHTTP\/1\.1 )?405 /,
  ],
];

const PATHS: readonly string[] = [
  "/../package.json",
  "/..%2fpackage.json",
  "/%2e%2e/package.json",
  "/%252e%252e%252fpackage.json",
  "/..%c0%afpackage.json",
  "/..\\package.json",
  "/..%5cpackage.json",
  "/%00/index.html",
  "/index.html%00.js",
  "/.git/config",
  "//etc/passwd",
  "/protocol/../../package.json",
  "/protocol/%2e%2e/%2e%2e/package.json",
  "/file:///etc/passwd",
  "/C:\\windows\\win.ini",
  "/__proto__",
  "/constructor",
  "/index.html/",
  "/%",
  "/%zz",
];

describe("HTTP as attackers write it", () => {
  for (const [name, bytes, answer] of [...SMUGGLING, ...SHAPES]) {
    it(`bears ${name}`, async () => {
      const text = await stand.exchange(bytes());
      assert.match(text, answer);
      assert.doesNotMatch(text, /HTTP\/1\.1 200/, "nothing was taken for a request that it hid");
      assert.ok((text.match(/^HTTP\/1\.1 [2-5]/gm) ?? []).length <= 1, "one answer at most");
    });
  }

  it("bears the same inside TLS", async () => {
    for (const [, bytes] of SMUGGLING) {
      assert.doesNotMatch(await stand.exchange(bytes(), stand.knockTls("http/1.1")), /HTTP\/1\.1 200/);
    }
  });

  for (const path of PATHS) {
    it(`finds nothing at ${path}`, async () => assert.match(await stand.exchange(get(path)), FOUND_NOTHING));
  }

  it("lets nobody write our headers", async () => {
    for (const target of ["/x%0d%0aSet-Cookie:%20a=b", "/?x=%0d%0a%0d%0a<script>", "/%E5%98%8A%E5%98%8DSet-Cookie:a"]) {
      const answer = await stand.exchange(get(target));
      assert.doesNotMatch(answer, /set-cookie|<script>[^<]/i);
    }
    assert.doesNotMatch(await stand.exchange(get("/x\r\nSet-Cookie: a=b\r\nX:")), /Set-Cookie/);
  });

  it("says nothing back of what was asked, for a page to interpret", async () => {
    for (const target of ["/<script>alert(1)</script>", "/healthz?<img src=x>", "/metrics/<svg/onload=1>"]) {
      const answer = await stand.exchange(get(target, "Referer: <script>", "User-Agent: <script>"));
      assert.doesNotMatch(answer.replace(/<script type="module" src="\/door.js"><\/script>/, ""), /<script|<img|<svg\/onload/);
    }
  });

  it("gives a foreign name or page nothing, whatever it asks", async () => {
    for (const path of ["/", "/healthz", "/metrics", "/chat", "/nothing"]) {
      assert.match(await stand.exchange(`GET ${path} HTTP/1.1\r\nHost: evil.example:${stand.port}\r\n\r\n`), /^HTTP\/1\.1 403 /);
      assert.match(await stand.exchange(get(path, "Origin: http://evil.example")), /^HTTP\/1\.1 403 /);
    }
  });

  const SLOW: readonly (readonly [string, () => string])[] = [
    ["a request line", () => `GET /${"x".repeat(500)}`],
    ["fields", () => get("/healthz", ...Array.from({ length: 100 }, (_, i) => `X${i}: y`)).slice(0, -2)],
  ];
  for (const [name, bytes] of SLOW) {
    it(`cuts off who sends ${name} a byte at a time`, async () => {
      const socket = stand.knock().setNoDelay();
      const start = performance.now();
      const rest = [...bytes()];
      const drip = setInterval(() => socket.write(rest.shift() ?? "x"), 20);
      await gone(socket.resume());
      clearInterval(drip);
      const took = performance.now() - start;
      assert.ok(took > 500 && took < 4_000, `${took} ms`);
    });
  }

  it("does not wait for a body that does not come", async () => {
    const start = performance.now();
    assert.match(await stand.exchange(post("Content-Length: 1000000")), NO_VERB);
    assert.ok(performance.now() - start < 900);
  });

  it("closes on whoever asks for pages and does not read them", async () => {
    const sockets = Array.from({ length: 300 }, () => stand.knock().pause());
    for (const socket of sockets) socket.write(get("/"));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    assert.match(await stand.exchange(get("/healthz")), /^HTTP\/1\.1 200 /);
    for (const socket of sockets) socket.destroy();
  });

  it("bears whatever comes behind a verb", async (t) => {
    const seed = Date.now() & 0xffffff;
    t.diagnostic(`seed ${seed}`);
    const piece = fc.oneof(
      fc.constantFrom(
        "\r\n",
        "\n",
        "\r",
        ": ",
        "Host: localhost",
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        " HTTP/1.1",
        "\r\n\r\n",
      ),
      fc.string({ unit: "binary-ascii", maxLength: 20 }),
      fc.string({ unit: "binary", maxLength: 10 }),
    );
    const request = fc
      .tuple(fc.constantFrom("GET /", "POST /", "PUT *", "OPTIONS *", "PRI * HTTP/2.0"), fc.array(piece, { maxLength: 12 }))
      .map(([verb, pieces]) => `${verb}${pieces.join("")}\r\n\r\n\r\n`);
    await fc.assert(
      fc.asyncProperty(request, async (bytes) => {
        const socket = stand.knock();
        const answer = stand.exchange(bytes, socket);
        socket.end();
        assert.match(await answer, /^$|^HTTP\/1\.1 [1-5]\d\d /);
      }),
      { numRuns: 150, seed },
    );
  });

  it("closes what is no HTTP, no TLS and no line at all", async () => {
    for (const bytes of ["\x00".repeat(100), "\xff\xfe\xfd", "SSH-2.0-x\r\n", "\x05\x01\x00", "\x04\x01\x00\x50\x7f\x00\x00\x01x\x00"]) {
      assert.match(await stand.exchange(bytes), CLOSED);
    }
  });
});
