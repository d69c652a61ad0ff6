// HTTP and WebSocket for the connections that the door hands over. Loaded at the first of them.

import { createServer, type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { FrontDesk, Origin } from "../../core/ports/hub.ts";
import { MAX_REQUEST, SUBPROTOCOL } from "../../wire/web.ts";
import { CLOSE, STATUS_OF, tellable } from "./answers.ts";
import type { Answered } from "./commands.ts";
import { type Entered, Entrance } from "./entrance.ts";
import type { WebGatewayOptions } from "./gateway.ts";
import { isSame, type Knock, type Place, type Refusal, refuseForeign, refuseProtocol, tokenOf } from "./guard.ts";
import { HttpAnswers } from "./http.ts";
import { Nonces } from "./nonces.ts";
import type { Wire } from "./outbox.ts";
import { Post } from "./post.ts";
import { Session, type Shared } from "./session.ts";
import { Tellings } from "./tellings.ts";
import { Turns } from "./turns.ts";

/** Milliseconds between signs of life. */
const BEAT_MS = 20_000;
/** Where the WebSocket is. */
const SOCKET_PATH = "/chat";
/** Most connections that have not entered yet; beyond it the oldest goes. */
const MAX_ENTRANCES = 4096;
/** So many read the past at once. */
const READERS = 2;

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
  readonly #entrances = new Set<Entrance>();
  readonly #shared: Shared;
  readonly #settle = new WeakMap<Duplex, () => void>();
  readonly #beat: NodeJS.Timeout;
  /** One for all clients. */
  readonly #failed = (error: Error): void => this.#shared.log(`a client of the web gateway: ${error.message}`);
  #isClosed = false;

  constructor(options: WebGatewayOptions) {
    this.#options = options;
    const nonces = new Nonces<Answered>(() => performance.now());
    const [turns, log] = [new Turns(READERS), options.log ?? (() => {})];
    this.#shared = { nonces, post: new Post(), tellings: new Tellings(), turns, sessions: new Set(), log };
    this.#answers = new HttpAnswers(options);
    this.#http = createServer({ maxHeaderSize: 8192, keepAlive: false }, (request, response) => {
      const refusal = refuseForeign(knockOf(request), this.#placeOf(request));
      this.#answers.answer(request, response, { refusal, settle: () => this.#settle.get(request.socket)?.() });
    })
      .on("upgrade", (request, connection, head) => this.#upgrade(request, connection, head))
      .on("error", (error) => this.#shared.log(`the web gateway: ${error.message}`));
    this.#beat = setInterval(() => this.#beatAll(), options.beat ?? BEAT_MS).unref();
  }

  /** Takes a paused connection whose first bytes are still to be read. */
  handle(socket: Socket, settled: () => void): void {
    this.#settle.set(socket, settled);
    this.#http.emit("connection", socket);
    socket.resume();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#beat);
    this.#answers.leave();
    for (const entrance of this.#entrances) entrance.close(CLOSE.leaving, "leaving");
    await Promise.all([...this.#shared.sessions].map((session) => session.leave()));
    this.#shared.tellings.presence.close();
  }

  #beatAll(): void {
    for (const session of this.#shared.sessions) session.beat();
  }

  #upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    const knock = knockOf(request);
    const refusal = refuseForeign(knock, this.#placeOf(request)) ?? refusePath(request) ?? refuseProtocol(knock);
    if (refusal) return refuse(connection, refusal);
    const token = tokenOf(knock);
    const call: Call = { request, connection, head };
    const { chat } = this.#options;
    if (isSame(token, this.#options.token))
      this.#accept(call, (wire) => void new Session(wire, this.#shared, { chat, scope: "owner", visit: null }));
    else void this.#receive(call, token).catch((error: unknown) => this.#fail(connection, error));
  }

  /** Somebody who is not the owner: a guest, where there is a desk for them. */
  async #receive(call: Call, token: string): Promise<void> {
    const { connection, request } = call;
    const desk = await this.#desk();
    if (this.#isClosed || !desk) return refuse(connection, { code: "bad-signature", text: "a token is needed" });
    const from: Origin = { address: addressOf(request), door: "web" };
    const admission = desk.admit(from);
    if ("refused" in admission) return refuse(connection, { code: "not-allowed", text: admission.refused });
    if (connection.destroyed) return admission.release();
    connection.once("close", admission.release);
    this.#accept(call, (wire) => this.#entrance(wire, { desk, from }, token));
  }

  async #desk(): Promise<FrontDesk | null> {
    const { desk = null } = this.#options;
    return typeof desk === "function" ? desk() : desk;
  }

  #fail(connection: Duplex, error: unknown): void {
    const { code, message, cause } = tellable(error);
    this.#shared.log(`the web gateway cannot let guests in: ${cause ?? message}`);
    refuse(connection, { code, text: message });
  }

  #accept({ request, connection, head }: Call, accepted: (wire: Wire) => void): void {
    // what is said first leaves together with the upgrade
    connection.cork();
    this.#sockets.handleUpgrade(request, connection, head, (socket: WebSocket) => {
      this.#settle.get(connection)?.();
      this.#settle.delete(connection);
      socket.on("error", this.#failed);
      accepted({ socket, connection });
    });
    connection.uncork();
  }

  #entrance(wire: Wire, at: { readonly desk: FrontDesk; readonly from: Origin }, token: string): void {
    const [oldest] = this.#entrances;
    if (oldest && this.#entrances.size >= MAX_ENTRANCES) {
      this.#entrances.delete(oldest);
      oldest.close(CLOSE.slow, "too many wait to enter");
    }
    const entrance = new Entrance(wire, at, {
      entered: (entered) => this.#begin(wire, entered),
      over: () => void this.#entrances.delete(entrance),
    });
    this.#entrances.add(entrance);
    if (token === "") entrance.greet();
    else void entrance.show(token);
  }

  /** On its own, so that nothing here keeps the entrance. */
  #begin(wire: Wire, { visit, answer, behind }: Entered): void {
    const session = new Session(wire, this.#shared, { chat: visit.chat, scope: visit.passId, visit }, answer);
    visit.ended((why) => session.farewell(why));
    for (const [data, isBinary] of behind) session.receive(data, isBinary);
  }

  #placeOf({ socket }: IncomingMessage): Place {
    return { port: socket.localPort ?? 0, address: socket.localAddress ?? "", hostnames: this.#options.hostnames?.() ?? [] };
  }
}

/** A request to become a WebSocket. */
type Call = { readonly request: IncomingMessage; readonly connection: Duplex; readonly head: Buffer };

const refusePath = (request: IncomingMessage): Refusal | null =>
  request.url === SOCKET_PATH ? null : { code: "not-found", text: `the WebSocket is at ${SOCKET_PATH}` };

/** Two Host headers are none (RFC 9112 §3.2). */
const knockOf = ({ headers, headersDistinct }: IncomingMessage): Knock => ({
  host: headersDistinct.host?.length === 1 ? headers.host : undefined,
  origin: headers.origin,
  authorization: headers.authorization,
  protocols: headers["sec-websocket-protocol"],
});

/** The other end, IPv4 as such. */
const addressOf = ({ socket }: IncomingMessage): string => (socket.remoteAddress ?? "").replace(/^::ffff:/i, "");

function refuse(connection: Duplex, { code, text }: Refusal): void {
  const status = STATUS_OF[code];
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8`;
  connection.end(`${head}\r\nContent-Length: ${Buffer.byteLength(text) + 1}\r\n\r\n${text}\n`);
}
