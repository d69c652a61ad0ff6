// Requests that are no WebSocket: pages, health and metrics. Read only, one per connection.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isThisComputer } from "../../core/ip.ts";
import { STATUS_OF } from "./answers.ts";
import type { Refusal } from "./guard.ts";
import { formatMetrics, METRICS_TYPE, type MetricsSource, ProcessMetrics } from "./metrics.ts";
import { type Page, type Pages, readPages } from "./pages.ts";

export type HttpOptions = {
  /** Told at /metrics, beside what the process measures of itself. */
  readonly samples?: MetricsSource;
  /** Who may ask for /metrics; asked every time. Default `computer`. */
  readonly metrics?: () => "computer" | "network";
};

/** Nothing from elsewhere, no frame around us, no word to others of where somebody was. */
const STRICT = {
  Connection: "close",
  "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

/** Milliseconds in which a page must have been read. */
const PAGE_PATIENCE = 30_000;
/** Pages on their way at once; of more the oldest goes. */
const MOST_ON_THEIR_WAY = 512;

export class HttpAnswers {
  readonly #options: HttpOptions;
  readonly #process = new ProcessMetrics();
  readonly #onTheirWay = new Set<Socket>();
  #pages: Pages | null = null;
  #leaving = false;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** Answers a request, unless there is a reason to refuse it. `settle` frees its connection of the door's bounds: those of pages hold then. */
  answer(request: IncomingMessage, response: ServerResponse, { refusal, settle }: { refusal: Refusal | null; settle: () => void }): void {
    for (const [name, value] of Object.entries(STRICT)) response.setHeader(name, value);
    const [path = ""] = (request.url ?? "").split("?", 1);
    const page = this.#pageAt(path);
    if (refusal) tell(response, STATUS_OF[refusal.code], refusal.text);
    else if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      tell(response, 405, "pages can only be read: GET or HEAD");
    } else if (!path.startsWith("/")) tell(response, 400, "this is no proxy: ask for a path");
    else if (path === "/healthz") this.#tellHealth(response);
    else if (path === "/metrics") this.#tellMetrics(request, response);
    else if (page) this.#send(page, request, response, settle);
    else tell(response, 404, "there is nothing here");
  }

  /** From now on not well: whoever chooses among hubs is to choose another. */
  leave(): void {
    this.#leaving = true;
    this.#process.close();
  }

  #tellHealth(response: ServerResponse): void {
    if (this.#leaving) tell(response, 503, "leaving");
    else tell(response, 200, "ok");
  }

  #tellMetrics({ socket }: IncomingMessage, response: ServerResponse): void {
    if (this.#options.metrics?.() !== "network" && !isThisComputer(socket)) {
      tell(response, 403, "metrics are for this computer; the hub's settings can open them to the network");
      return;
    }
    const text = formatMetrics([...this.#process.samples(), ...(this.#options.samples?.() ?? [])]);
    response.setHeader("Content-Type", METRICS_TYPE).setHeader("Cache-Control", "no-store");
    response.setHeader("Content-Length", Buffer.byteLength(text)).end(text);
  }

  #pageAt(path: string): Page | undefined {
    this.#pages ??= readPages();
    return this.#pages.get(path);
  }

  #send({ type, etag, body }: Page, { headers, socket }: IncomingMessage, response: ServerResponse, settle: () => void): void {
    response.setHeader("ETag", etag).setHeader("Cache-Control", "no-cache");
    if (headers["if-none-match"]?.includes(etag)) {
      response.writeHead(304).end();
      return;
    }
    settle();
    this.#bound(socket);
    response.writeHead(200, { "Content-Type": type, "Content-Length": body.length }).end(body);
  }

  #bound(socket: Socket): void {
    const [oldest] = this.#onTheirWay;
    if (oldest && this.#onTheirWay.size >= MOST_ON_THEIR_WAY) {
      this.#onTheirWay.delete(oldest);
      oldest.destroy();
    }
    const timer = setTimeout(() => socket.destroy(), PAGE_PATIENCE).unref();
    this.#onTheirWay.add(socket);
    socket.once("close", () => {
      clearTimeout(timer);
      this.#onTheirWay.delete(socket);
    });
  }
}

function tell(response: ServerResponse, status: number, text: string): void {
  response
    .setHeader("Content-Type", "text/plain; charset=utf-8")
    .setHeader("Cache-Control", "no-store")
    .writeHead(status, { "Content-Length": Buffer.byteLength(text) + 1 })
    .end(`${text}\n`);
}
