// The files of the pages, read once and kept in memory: no request opens a file, and none can name one that is not there.

import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { sha256Hex } from "../../core/identity.ts";

export type Page = {
  readonly type: string;
  /** Strong, quoted (RFC 9110 §8.8.3). */
  readonly etag: string;
  readonly body: Buffer;
};

/** Pages by their path, exactly as a request names it: `/host.js`; an `index.html` stands for its folder, too. */
export type Pages = ReadonlyMap<string, Page>;

/** The folders that are served, and where. */
const SHELVES = [
  { folder: new URL("../../../pages/", import.meta.url), at: "/" },
  { folder: new URL("../../../docs/protocol/", import.meta.url), at: "/protocol/" },
] as const;

const TEXT = "text/plain; charset=utf-8";
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": TEXT,
  ".mp3": "audio/mpeg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": TEXT,
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/** Reads all files of the folders but those whose name, or whose folder's, begins with a dot; links are not followed. A folder that is not there has none. */
export function readPages(shelves: readonly { readonly folder: URL; readonly at: string }[] = SHELVES): Pages {
  const pages = new Map<string, Page>();
  for (const { folder, at } of shelves) {
    for (const name of filesIn(folder)) {
      const page = pageOf(name, readFileSync(new URL(encodeURI(name), folder)));
      pages.set(at + name, page);
      if (/(^|\/)index\.html$/.test(name)) pages.set(at + name.slice(0, -"index.html".length), page);
    }
  }
  return pages;
}

function pageOf(name: string, body: Buffer): Page {
  return { type: TYPES[extname(name)] ?? "application/octet-stream", etag: `"${sha256Hex(body).slice(0, 32)}"`, body };
}

/** Paths below the folder, with `/`. */
function filesIn(folder: URL): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (entry.name.startsWith(".")) return [];
      if (entry.isFile()) return [entry.name];
      if (!entry.isDirectory()) return [];
      return filesIn(new URL(`${encodeURIComponent(entry.name)}/`, folder)).map((name) => `${entry.name}/${name}`);
    });
  } catch {
    return [];
  }
}
