// The files that are served, and those that are not.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { readPages } from "./pages.ts";

const dir = mkdtempSync(join(tmpdir(), "earshot-pages-"));
after(() => rmSync(dir, { recursive: true }));

describe("pages", () => {
  it("are the files of a folder by their path, an index also by its folder", () => {
    for (const folder of ["app", "app/100% sure", ".git"]) mkdirSync(join(dir, folder));
    for (const file of ["index.html", "app/index.html", "app/100% sure/a b.js", ".env", ".git/config", "app/.hidden"])
      writeFileSync(join(dir, file), file);
    symlinkSync("/etc/hostname", join(dir, "hostname.txt"));
    const pages = readPages([{ folder: pathToFileURL(`${dir}/`), at: "/" }]);
    assert.deepEqual([...pages.keys()].sort(), ["/", "/app/", "/app/100% sure/a b.js", "/app/index.html", "/index.html"]);
    assert.equal(String(pages.get("/app/")?.body), "app/index.html");
    assert.equal(pages.get("/")?.type, "text/html; charset=utf-8");
    assert.notEqual(pages.get("/")?.etag, pages.get("/app/")?.etag);
  });

  it("are none where there is no folder", () => {
    assert.equal(readPages([{ folder: pathToFileURL(`${dir}/nowhere/`), at: "/" }]).size, 0);
  });

  it("of our own ask for nothing from elsewhere", () => {
    const pages = readPages();
    assert.ok(pages.has("/") && pages.has("/protocol/web.md"));
    for (const [path, { body, type }] of pages) {
      if (path.startsWith("/protocol/")) continue;
      const elsewhere = String(body)
        .replaceAll("http://www.w3.org/2000/svg", "")
        .match(/https?:\/\/[^$]|url\(|@import|style=|\son\w+=/);
      assert.equal(elsewhere, null, `${path} (${type})`);
    }
  });
});
