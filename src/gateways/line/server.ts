// All connections of plain lines: who has no name yet is bounded in number and time. Loaded at the first of them.

import type { Socket } from "node:net";
import type { PersonId } from "../../core/ids.ts";
import type { FrontDesk, Origin } from "../../core/ports/hub.ts";
import { Directory } from "../../talk/directory.ts";
import { newsLine } from "../../talk/lines.ts";
import { Names } from "../../talk/names.ts";
import { Comings } from "./comings.ts";
import type { Conversation } from "./conversation.ts";
import type { LineGateway, LineLimits } from "./gateway.ts";
import { Ticks } from "./outlet.ts";
import { Session } from "./session.ts";
import { Teller } from "./teller.ts";

/** Milliseconds until a connection is probed that says nothing. */
const PROBE_MS = 60_000;
/** Milliseconds that all of it may take to close. */
const GOODBYE_MS = 3000;

export type LineServerOptions = { readonly desk: FrontDesk; readonly limits: LineLimits; readonly log: (line: string) => void };

/** Reads for everyone: is nobody in particular. */
const ANYONE = { id: "" as PersonId, name: "" };

export class LineServer {
  readonly #options: LineServerOptions;
  readonly #sessions = new Map<Socket, Session>();
  /** Those without a name, the oldest first. */
  readonly #nameless = new Set<Session>();
  readonly #ticks = new Ticks();
  readonly #names = new Names();
  readonly #teller: Teller;
  #dropped = 0;
  #isClosing = false;

  constructor(options: LineServerOptions) {
    this.#options = options;
    const people = new Directory(ANYONE, [], this.#names);
    this.#teller = new Teller(this.#names, people, new Comings({ [Symbol.iterator]: () => this.#talking() }, people));
  }

  get stats(): LineGateway["stats"] {
    return { connections: this.#sessions.size, talking: [...this.#talking()].length, dropped: this.#dropped };
  }

  /** Takes a paused connection. */
  handle(socket: Socket, settled: () => void): void {
    const { desk, limits, log } = this.#options;
    const from: Origin = { address: (socket.remoteAddress ?? "").replace(/^::ffff:/i, ""), door: "line" };
    const admitted = this.#isClosing ? { refused: "this hub is closing" } : desk.admit(from);
    settled();
    if ("refused" in admitted) return refuse(socket, admitted.refused);
    socket.setKeepAlive(true, PROBE_MS).setNoDelay(true);
    const patience = setTimeout(() => session.end("no name within two minutes: goodbye"), limits.patience).unref();
    const named = () => {
      clearTimeout(patience);
      this.#nameless.delete(session);
    };
    const session = new Session({
      ...{ socket, from, desk, log, named, behind: limits.behind },
      ...{ teller: this.#teller, names: this.#names, ticks: this.#ticks },
      dropped: () => void this.#dropped++,
    });
    this.#sessions.set(socket, session);
    this.#nameless.add(session);
    socket.once("close", () => {
      named();
      this.#sessions.delete(socket);
      admitted.release();
    });
    if (this.#nameless.size > limits.nameless) this.#sendOldestAway();
  }

  /** See `LineGateway.close`. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const sockets = [...this.#sessions.keys()];
    const timer = setTimeout(() => sockets.forEach((socket) => void socket.destroy()), GOODBYE_MS);
    const sessions = [...this.#sessions.values()];
    // all leave in the same moment: nobody is told of the others' going
    await Promise.all(sessions.map((session) => session.lastWords()));
    for (const session of sessions) session.end("this hub is closing; connect again later");
    await Promise.all(sessions.map((session) => session.closed()));
    clearTimeout(timer);
  }

  *#talking(): Generator<Conversation> {
    for (const { talking } of this.#sessions.values()) if (talking) yield talking;
  }

  #sendOldestAway(): void {
    const [oldest] = this.#nameless;
    if (!oldest) return;
    this.#nameless.delete(oldest);
    oldest.end("too many wait here without a name: goodbye");
  }
}

function refuse(socket: Socket, why: string): void {
  const timer = setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
  socket.on("error", () => {}).once("close", () => clearTimeout(timer));
  socket.once("end", () => socket.destroySoon()).resume();
  socket.end(`${newsLine(why).text}\n`);
}
