// One connection of plain lines: lines in, in their order; a name first, and then talk.

import type { Socket } from "node:net";
import type { FrontDesk, Origin } from "../../core/ports/hub.ts";
import { newsLine } from "../../talk/lines.ts";
import type { Names } from "../../talk/names.ts";
import { type LineInput, LineReader } from "../../wire/line.ts";
import { Conversation } from "./conversation.ts";
import { type Answer, Entrance } from "./entrance.ts";
import { Outlet, type Ticks } from "./outlet.ts";
import { VOLLEY } from "./speech.ts";
import type { Teller } from "./teller.ts";

/** Lines, and characters of them, that may wait; while more do, nothing is read. */
const MOST_LINES = 512;
const MOST_CHARS = 256 * 1024;
/** Milliseconds that what was typed has to be said when the hub closes. */
const LAST_WORDS_MS = 1500;

/** Milliseconds that the hub's reason may come after the end of what it tells. */
const FAREWELL_MS = 500;
/** Milliseconds that a reader who fell behind has to learn of it. */
const SLOW_MS = 30_000;

/** What is told of input that is no line. */
const COMPLAINTS = {
  "not-utf8": "that line is not UTF-8 and was not said; set your terminal to UTF-8",
  "too-long": "that line is longer than 60,000 bytes and was not said",
  endless: "megabytes without an end of line: goodbye",
} as const satisfies Record<Exclude<LineInput["kind"], "line">, string>;

export type SessionParts = {
  readonly socket: Socket;
  readonly from: Origin;
  readonly desk: FrontDesk;
  readonly teller: Teller;
  readonly names: Names;
  readonly ticks: Ticks;
  /** Bytes on their way beyond which a reader has fallen behind. */
  readonly behind: number;
  readonly log: (line: string) => void;
  /** A name was given. */
  readonly named: () => void;
  /** It was dropped since it reads too slowly. */
  readonly dropped: () => void;
};

type Waiting = { readonly input: LineInput; readonly number: number };

export class Session {
  readonly #parts: SessionParts;
  readonly #reader = new LineReader();
  readonly #outlet: Outlet;
  readonly #entrance: Entrance;
  #conversation: Conversation | null = null;
  #leaveHub: (() => Promise<void>) | null = null;
  #waiting: Waiting[] = [];
  #chars = 0;
  #count = 0;
  #work: Promise<void> | null = null;
  #hasEnded = false;
  #isClosing = false;
  #isOver = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { socket, ticks, behind } = parts;
    this.#outlet = new Outlet(socket, ticks, { wantsCrlf: () => this.#reader.wantsCrlf, most: behind, behind: () => this.#fellBehind() });
    this.#entrance = new Entrance(parts.desk, parts.from, (text) => this.#tell(text));
    this.#entrance.greet();
    socket
      .on("data", (chunk: Uint8Array) => this.#take(this.#reader.push(chunk)))
      .on("end", () => this.#ended())
      .on("error", () => {})
      .on("close", () => this.#gone())
      .resume();
  }

  /** Who talks, once greeted. */
  get talking(): Conversation | null {
    return this.#conversation?.isLive ? this.#conversation : null;
  }

  /** Ends it with these words, at once. */
  end(words: string, linger?: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting = [];
    this.#conversation?.close();
    this.#outlet.end(newsLine(words).text, linger);
    this.#leave();
  }

  /** Takes nothing more. Resolves once what was typed so far is said, or when it has taken too long. */
  async lastWords(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LAST_WORDS_MS);
    this.#isClosing = true;
    this.#parts.socket.pause();
    await Promise.race([this.#work, late]);
    clearTimeout(timer);
  }

  /** Resolves when the connection is closed. */
  async closed(): Promise<void> {
    const { socket } = this.#parts;
    if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
  }

  #tell(text: string): void {
    this.#outlet.line(newsLine(text).text);
  }

  #take(inputs: readonly LineInput[]): void {
    if (this.#isOver) return;
    for (const input of inputs) {
      if (input.kind !== "line" && this.#waiting.at(-1)?.input.kind === input.kind) continue;
      this.#waiting.push({ input, number: ++this.#count });
      this.#chars += sizeOf(input);
    }
    if (this.#isCrowded()) this.#parts.socket.pause();
    this.#go();
  }

  #go(): void {
    if (this.#work || this.#isOver) return;
    this.#work = this.#workOff()
      .catch((error: unknown) => {
        this.#parts.log(`the line gateway failed: ${error instanceof Error ? error.stack : error}`);
        this.end("the hub failed at this; its log says more");
      })
      .finally(() => {
        this.#work = null;
        if (this.#waiting.length > 0) this.#go();
        else if (this.#hasEnded) this.end(this.#conversation ? "goodbye" : "no name, nothing said: goodbye");
      });
  }

  async #workOff(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isOver) {
      const taken = await this.#takeFirst(this.#waiting);
      for (const { input } of this.#waiting.splice(0, taken)) this.#chars -= sizeOf(input);
      if (this.#conversation?.isOver) this.end("goodbye");
      if (!this.#isCrowded() && !this.#isOver && !this.#isClosing) this.#parts.socket.resume();
    }
  }

  /** Answers with how many it took. */
  async #takeFirst(waiting: readonly Waiting[]): Promise<number> {
    const [first] = waiting;
    if (!first) return 0;
    const { input, number } = first;
    if (input.kind === "endless") this.end(COMPLAINTS.endless);
    else if (input.kind !== "line") this.#tell(COMPLAINTS[input.kind]);
    else if (this.#conversation) return this.#conversation.take(linesOf(waiting));
    else await this.#answer(await this.#entrance.take(input.text, number, () => this.#count));
    return 1;
  }

  async #answer(answer: Answer): Promise<void> {
    if (answer.kind === "left") this.end(answer.text);
    if (answer.kind !== "entered") return;
    const { chat } = answer.visit;
    this.#leaveHub = () => chat.close();
    if (this.#isOver) return this.#leave();
    answer.visit.ended(({ text }) => this.end(text));
    this.#parts.named();
    const { teller, names } = this.#parts;
    const conversation = new Conversation({ chat, outlet: this.#outlet, teller, names, lost: (why) => this.#lost(why) });
    this.#conversation = conversation;
    await conversation.open();
    for (let held = this.#entrance.held; held.length > 0; ) held = held.slice(await conversation.take(held));
  }

  #ended(): void {
    this.#take(this.#reader.end());
    this.#hasEnded = true;
    if (!this.#work) this.end(this.#conversation ? "goodbye" : "no name, nothing said: goodbye");
  }

  /** What was typed and came is said, though nobody reads any more. */
  #gone(): void {
    if (this.#work !== null) this.#hasEnded = true;
    else this.end("");
  }

  #fellBehind(): void {
    this.#parts.dropped();
    this.end("you fell too far behind what is said here; connect again to go on", SLOW_MS);
  }

  /** The hub may be about to say why. */
  #lost(why: string): void {
    setTimeout(() => this.end(why), FAREWELL_MS);
  }

  #leave(): void {
    const leave = this.#leaveHub;
    this.#leaveHub = null;
    leave?.().catch((error: unknown) => this.#parts.log(`the line gateway, on leaving: ${error}`));
  }

  #isCrowded(): boolean {
    return this.#waiting.length > MOST_LINES || this.#chars > MOST_CHARS;
  }
}

const sizeOf = (input: LineInput): number => (input.kind === "line" ? input.text.length : 0);

/** The lines that stand first, without a gap. */
function linesOf(waiting: readonly Waiting[]): readonly string[] {
  const lines: string[] = [];
  for (const { input } of waiting) {
    if (input.kind !== "line") break;
    lines.push(input.text);
    if (lines.length === VOLLEY) break;
  }
  return lines;
}
