// What plain requests are answered: pages, health, metrics, and what cannot be had.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { HttpAnswers, type HttpOptions } from "./http.ts";

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

const open = (options: HttpOptions) => {
  const answers = new HttpAnswers(options);
  let settled = 0;
  const settle = () => {
    settled++;
  };
  const server = createServer((asked, response) => answers.answer(asked, response, { refusal: null, settle }));
  return { answers, server, settled: () => settled };
};

const here = open({ samples: () => [{ name: "earshot_guests", kind: "gauge", help: "Guests here.", value: 3 }] });
before(async () => void (await once(here.server.listen(0, "127.0.0.1"), "listening")));
after(() => here.server.close());

async function ask(path: string, method = "GET", headers: Record<string, string> = {}): Promise<Answer> {
  const { port } = here.server.address() as AddressInfo;
  const asked = request({ port, path, method, headers, agent: false }).end();
  const [response] = await once(asked, "response");
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

describe("a plain request", () => {
  const cases: readonly (readonly [string, string, string, number, RegExp])[] = [
    ["gets the door page", "GET", "/", 200, /<title>Earshot/],
    ["gets it whatever the query", "GET", "/?from=a%0d%0aX-Forged:1", 200, /<title>Earshot/],
    ["gets its style", "GET", "/door.css", 200, /--accent/],
    ["gets the protocol", "GET", "/protocol/web.md", 200, /^# The browser protocol/],
    ["gets the head of a page alone", "HEAD", "/", 200, /^$/],
    ["is told that all is well", "GET", "/healthz", 200, /^ok\n$/],
    ["changes nothing", "POST", "/", 405, /GET or HEAD/],
    ["deletes nothing", "DELETE", "/healthz", 405, /GET or HEAD/],
    ["asks for options in vain", "OPTIONS", "*", 405, /GET or HEAD/],
    ["is passed on to nobody", "GET", "http://example.org/", 400, /no proxy/],
    ["finds nothing else", "GET", "/package.json", 404, /nothing here/],
    ["climbs nowhere", "GET", "/../package.json", 404, /nothing here/],
    ["climbs nowhere in disguise", "GET", "/%2e%2e/package.json", 404, /nothing here/],
    ["climbs nowhere out of the protocol", "GET", "/protocol/../decisions/0001-no-server-one-port.md", 404, /nothing here/],
    ["climbs nowhere the other way", "GET", "/..\\package.json", 404, /nothing here/],
  ];
  for (const [name, method, path, status, text] of cases) {
    it(name, async () => {
      const answer = await ask(path, method);
      assert.equal(answer.status, status);
      assert.match(answer.text, text);
      assert.equal(answer.headers["x-content-type-options"], "nosniff");
      assert.match(String(answer.headers["content-security-policy"]), /default-src 'self'.*frame-ancestors 'none'/);
      assert.equal(answer.headers["x-forged"], undefined);
      assert.equal(answer.headers.allow, status === 405 ? "GET, HEAD" : undefined);
    });
  }

  it("is answered 304 by who has the page", async () => {
    const { headers } = await ask("/door.js");
    const again = await ask("/door.js", "GET", { "if-none-match": `"other", ${headers.etag}` });
    assert.deepEqual([again.status, again.text], [304, ""]);
  });

  it("gets a page whole, whatever range it wants", async () => {
    for (const range of ["bytes=5-2", "bytes=-1", "bytes=99999999-", "x"]) {
      assert.equal((await ask("/", "GET", { range })).status, 200);
    }
  });

  it("frees its connection of the door's bounds for a page alone", async () => {
    const before = here.settled();
    await ask("/healthz");
    await ask("/nothing");
    assert.equal(here.settled(), before);
    await ask("/");
    assert.equal(here.settled(), before + 1);
  });
});

describe("metrics", () => {
  it("are told to this computer, as Prometheus reads them", async () => {
    const { status, headers, text } = await ask("/metrics");
    assert.deepEqual([status, headers["content-type"]], [200, "text/plain; version=0.0.4; charset=utf-8"]);
    assert.match(text, /^# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes \d+$/m);
    assert.match(text, /^earshot_guests 3$/m);
    for (const line of text.trim().split("\n")) assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? [\d.e+-]+)$/);
  });

  it("are not told to others, unless the settings say so", () => {
    const told = (metrics?: () => "computer" | "network") => {
      const statuses: number[] = [];
      const response = {
        setHeader: () => response,
        writeHead: (status: number) => (statuses.push(status) ? response : null),
        end: () => response,
      };
      const asked = { method: "GET", url: "/metrics", headers: {}, socket: { remoteAddress: "10.0.0.2", localAddress: "10.0.0.1" } };
      const answers = new HttpAnswers(metrics ? { metrics } : {});
      answers.answer(asked as never, response as never, { refusal: null, settle: () => {} });
      answers.leave();
      return statuses[0] ?? 200;
    };
    assert.deepEqual([told(), told(() => "computer"), told(() => "network")], [403, 403, 200]);
  });
});

describe("on leaving", () => {
  it("health is no more", async () => {
    here.answers.leave();
    const { status, text } = await ask("/healthz");
    assert.deepEqual([status, text], [503, "leaving\n"]);
  });
});
