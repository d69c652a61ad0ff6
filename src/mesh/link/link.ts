// One authenticated, encrypted connection between two peers: frames go in and out, what does not move is dropped.

import type { TLSSocket } from "node:tls";
import type { PeerId } from "../../core/ids.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { ByeCode, Frame, Hello } from "../../wire/frame.ts";
import type { FrameReader } from "../../wire/frame-reader.ts";
import { decodeFrame, encodeFrame } from "../../wire/link.ts";
import { ClockFilter } from "./clock-filter.ts";
import { Outbox } from "./outbox.ts";

/** Above this many queued bytes `send` asks its caller to wait for `drained`. */
export const HIGH_WATER = 1 << 20;
/** `drained` comes once no more than this is queued. */
const LOW_WATER = HIGH_WATER >> 2;
/** A reader for whom more than this is queued is dropped, bytes. */
const MOST_QUEUED = 16 << 20;
/** Milliseconds between answers to pings at least: more of them are not answered. */
const PONG_PAUSE = 50;
/** Milliseconds in which a connection has to end after goodbye. */
const LINGER = 1_000;

/** Milliseconds. */
export type Pulse = {
  /** A ping follows when nothing was heard for so long. */
  readonly idle: number;
  /** The other side is dead when nothing was heard for so long. */
  readonly dead: number;
  /** The other side is too slow when it took nothing for so long while something was queued. */
  readonly stalled: number;
};

export const PULSE: Pulse = { idle: 5_000, dead: 15_000, stalled: 30_000 };

/** How a link ended. `timeout`: nothing was heard. `lost`: the connection ended without a goodbye. `ours`: this side ended it. */
export type Ending = { readonly code: ByeCode | "timeout" | "lost"; readonly text: string; readonly ours: boolean };

export type LinkHandlers = {
  /** A frame other than hello, ping, pong and bye, which the link sees to itself. */
  readonly frame: (frame: Frame) => void;
  /** After `send` returned false: there is room again. */
  readonly drained: () => void;
  /** Called exactly once, whoever ended the link, also from within `close`. Nothing is called after it. */
  readonly closed: (ending: Ending) => void;
};

/** What the handshake found. */
export type LinkFacts = {
  readonly peer: PeerId;
  /** True on the side that dialed. */
  readonly dialed: boolean;
  /** The other end of the TCP connection. */
  readonly remote: { readonly host: string; readonly port: number };
  readonly hello: Hello;
};

type LinkParts = { readonly clock: Clock; readonly log: Logger; readonly pulse: Pulse; readonly reader: FrameReader };

/** Made by `dialLink` and `acceptLink` alone. Nothing is read before `start`. */
export class Link {
  readonly peer: PeerId;
  readonly dialed: boolean;
  readonly remote: { readonly host: string; readonly port: number };
  /** What the other side said of itself, its proof verified. */
  readonly hello: Hello;
  /** Resolves once the connection is closed, whoever closed it. */
  readonly gone: Promise<void>;
  readonly #socket: TLSSocket;
  readonly #parts: LinkParts;
  readonly #outbox: Outbox;
  readonly #clocks = new ClockFilter();
  #handlers: LinkHandlers | null = null;
  #ended = false;
  #full = false;
  #paused = false;
  #beat: NodeJS.Timeout | undefined;
  #heardAt = performance.now();
  #progressAt = performance.now();
  #lookedAt = performance.now();
  #pongAt = Number.NEGATIVE_INFINITY;
  #ping: { readonly nonce: number; readonly clock: number } | null = null;
  #nonce = 0;

  constructor(socket: TLSSocket, facts: LinkFacts, parts: LinkParts) {
    this.peer = facts.peer;
    this.dialed = facts.dialed;
    this.remote = facts.remote;
    this.hello = facts.hello;
    this.gone = new Promise((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve())));
    this.#socket = socket;
    this.#parts = parts;
    this.#outbox = new Outbox(socket, this.#progressed);
  }

  /** Bytes queued for the other side. */
  get buffered(): number {
    return this.#outbox.size;
  }

  /** The least round trip of late, microseconds; null before the first. */
  get roundTrip(): number | null {
    return this.#clocks.best()?.roundTrip ?? null;
  }

  /** Their clock minus ours, microseconds; null before the first answer to a ping. */
  get skew(): number | null {
    return this.#clocks.best()?.skew ?? null;
  }

  /** Begins to read; the first frame is told in a later microtask at the earliest. May be called once. */
  start(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    this.#heardAt = performance.now();
    this.#lookedAt = this.#heardAt;
    this.#socket.on("data", this.#heard);
    this.#socket.once("end", () => this.#finish({ code: "lost", text: "the other side hung up", ours: false }));
    this.#socket.once("close", () =>
      this.#finish({ code: "lost", text: this.#socket.errored?.message ?? "the connection broke", ours: false }),
    );
    if (this.#socket.destroyed) queueMicrotask(() => this.#finish({ code: "lost", text: "the connection broke", ours: false }));
    this.#beat = setInterval(this.#look, this.#parts.pulse.idle).unref();
    this.#socket.resume();
    queueMicrotask(this.#read);
    this.#sendPing();
  }

  /** Queues a frame. False when so much is queued that the caller should wait for `drained`. After the end a no-op that returns false. */
  send(frame: Frame): boolean {
    return this.sendEncoded(encodeFrame(frame));
  }

  /** As `send`, for bytes that `encodeFrame` made: one encoding serves many links. They must not change afterwards. */
  sendEncoded(bytes: Uint8Array): boolean {
    if (this.#ended) return false;
    if (this.#outbox.size === 0) this.#progressAt = performance.now();
    this.#outbox.push(bytes);
    if (this.#outbox.size > MOST_QUEUED) this.close("slow", "too much is queued for you");
    this.#full ||= this.#outbox.size > HIGH_WATER;
    return !this.#ended && !this.#full;
  }

  /** Stops telling frames until `resume`; the other side feels it as a full connection. */
  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused || this.#ended) return;
    this.#paused = false;
    this.#heardAt = performance.now();
    this.#socket.resume();
    queueMicrotask(this.#read);
  }

  /** Says goodbye and ends the link. What is queued still goes out if the other side takes it within a second. */
  close(code: ByeCode, text: string): void {
    if (this.#ended) return;
    if (this.#outbox.size > HIGH_WATER) this.#outbox.clear();
    this.#outbox.push(encodeFrame({ kind: "bye", code, text }));
    this.#finish({ code, text, ours: true });
  }

  readonly #heard = (chunk: Buffer): void => {
    this.#heardAt = performance.now();
    this.#parts.reader.push(chunk);
    this.#read();
  };

  readonly #read = (): void => {
    try {
      while (!this.#ended && !this.#paused) {
        const bytes = this.#parts.reader.next();
        if (!bytes) return;
        this.#take(decodeFrame(bytes));
      }
    } catch (error) {
      this.#fault(error);
    }
  };

  #take(frame: Frame | null): void {
    if (frame === null) return;
    if (frame.kind === "ping") this.#answer(frame.nonce);
    else if (frame.kind === "pong") this.#measure(frame.nonce, frame.clock);
    else if (frame.kind === "bye") this.#finish({ code: frame.code, text: frame.text, ours: false });
    else if (frame.kind === "hello") this.close("protocol", "a second hello");
    else this.#tell((handlers) => handlers.frame(frame));
  }

  #answer(nonce: number): void {
    const now = performance.now();
    if (now - this.#pongAt < PONG_PAUSE) return;
    this.#pongAt = now;
    this.send({ kind: "pong", nonce, clock: this.#parts.clock() });
  }

  #sendPing(): void {
    this.#nonce += 1;
    this.#ping = { nonce: this.#nonce, clock: this.#parts.clock() };
    this.send({ kind: "ping", ...this.#ping });
  }

  #measure(nonce: number, theirs: number): void {
    if (this.#ping?.nonce !== nonce) return;
    this.#clocks.add(this.#ping.clock, this.#parts.clock(), theirs);
    this.#ping = null;
  }

  readonly #progressed = (): void => {
    this.#progressAt = performance.now();
    if (!this.#full || this.#outbox.size > LOW_WATER || this.#ended) return;
    this.#full = false;
    this.#tell((handlers) => handlers.drained());
  };

  /** Once per `idle`: who is silent is asked, who stays silent or takes nothing is dropped. When this process itself was
   *  held up, what the others said may still wait to be read: they are asked once more. */
  readonly #look = (): void => {
    const { idle, dead, stalled } = this.#parts.pulse;
    const now = performance.now();
    const overslept = now - this.#lookedAt > 2 * idle;
    this.#lookedAt = now;
    if (overslept) this.#sendPing();
    else if (this.#outbox.size > 0 && now - this.#progressAt >= stalled) this.close("slow", "you take nothing");
    else if (this.#paused) return;
    else if (now - this.#heardAt >= dead) this.#finish({ code: "timeout", text: "nothing was heard any more", ours: true });
    else if (now - this.#heardAt >= idle * 0.9) this.#sendPing();
  };

  /** Lets the owner act. What it throws ends this link and nothing else. */
  #tell(act: (handlers: LinkHandlers) => void): void {
    if (!this.#handlers) return;
    try {
      act(this.#handlers);
    } catch (error) {
      this.#parts.log.error(`link to ${this.peer}: ${error instanceof Error ? error.stack : String(error)}`);
      this.close("protocol", "an error here");
    }
  }

  #fault(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#parts.log.warn(`link to ${this.peer} sent nonsense: ${text}`);
    this.close("protocol", text);
  }

  #finish(ending: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#beat);
    this.#socket.off("data", this.#heard);
    this.#hangUp(ending);
    this.#tell((handlers) => handlers.closed(ending));
    this.#handlers = null;
  }

  /** What is queued goes out while the other side may still read; the rest of what it says is not looked at. */
  #hangUp(ending: Ending): void {
    if (!ending.ours || ending.code === "timeout") return void this.#socket.destroy();
    this.#outbox.end();
    this.#socket.resume();
    const linger = setTimeout(() => this.#socket.destroy(), LINGER).unref();
    this.#socket.once("close", () => clearTimeout(linger));
  }
}
