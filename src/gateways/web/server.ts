// HTTP and WebSocket for the connections that the door hands over. Loaded at the first of them.

import { createServer, type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { MAX_REQUEST, SUBPROTOCOL } from "../../wire/web.ts";
import { STATUS_OF } from "./answers.ts";
import type { Answered } from "./commands.ts";
import type { WebGatewayOptions } from "./gateway.ts";
import { type Knock, type Refusal, refuseForeign, refuseStranger } from "./guard.ts";
import { HttpAnswers } from "./http.ts";
import { Nonces } from "./nonces.ts";
import { Session } from "./session.ts";

/** Milliseconds between signs of life. */
const BEAT_MS = 20_000;
/** Where the WebSocket is. */
const SOCKET_PATH = "/chat";

export class WebServer {
  readonly #options: WebGatewayOptions;
  readonly #http: Server;
  readonly #answers: HttpAnswers;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_REQUEST,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #sessions = new Set<Session>();
  readonly #nonces = new Nonces<Answered>(() => performance.now());
  readonly #settle = new WeakMap<Duplex, () => void>();
  readonly #beat: NodeJS.Timeout;

  constructor(options: WebGatewayOptions) {
    this.#options = options;
    this.#answers = new HttpAnswers(options);
    this.#http = createServer({ maxHeaderSize: 8192, keepAlive: false }, (request, response) => {
      const refusal = refuseForeign(knockOf(request), placeOf(request));
      this.#answers.answer(request, response, { refusal, settle: () => this.#settle.get(request.socket)?.() });
    })
      .on("upgrade", (request, connection, head) => this.#upgrade(request, connection, head))
      .on("error", (error) => options.log?.(`the web gateway: ${error.message}`));
    this.#beat = setInterval(() => this.#beatAll(), options.beat ?? BEAT_MS).unref();
  }

  /** Takes a paused connection whose first bytes are still to be read. */
  handle(socket: Socket, settled: () => void): void {
    this.#settle.set(socket, settled);
    this.#http.emit("connection", socket);
    socket.resume();
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#answers.leave();
    await Promise.all([...this.#sessions].map((session) => session.leave()));
  }

  #upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    const knock = knockOf(request);
    const refusal = refuseForeign(knock, placeOf(request)) ?? refusePath(request) ?? refuseStranger(knock, this.#options.token);
    if (refusal) {
      connection.end(refusalText(refusal));
      return;
    }
    this.#sockets.handleUpgrade(request, connection, head, (socket) => {
      this.#settle.get(connection)?.();
      const { chat, log = () => {} } = this.#options;
      const session = new Session({ socket, connection }, { chat, log, nonces: this.#nonces });
      this.#sessions.add(session);
      socket.on("close", () => this.#sessions.delete(session));
    });
  }

  #beatAll(): void {
    for (const session of this.#sessions) session.beat();
  }
}

const refusePath = (request: IncomingMessage): Refusal | null =>
  request.url === SOCKET_PATH ? null : { code: "not-found", text: `the WebSocket is at ${SOCKET_PATH}` };

/** Two Host headers are none (RFC 9112 §3.2). */
const knockOf = ({ headers, headersDistinct }: IncomingMessage): Knock => ({
  host: headersDistinct.host?.length === 1 ? headers.host : undefined,
  origin: headers.origin,
  authorization: headers.authorization,
  protocols: headers["sec-websocket-protocol"],
});

const placeOf = ({ socket }: IncomingMessage) => ({ port: socket.localPort ?? 0, address: socket.localAddress ?? "" });

function refusalText({ code, text }: Refusal): string {
  const status = STATUS_OF[code];
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8`;
  return `${head}\r\nContent-Length: ${Buffer.byteLength(text) + 1}\r\n\r\n${text}\n`;
}
