// Before somebody is let in: a name, and a password where the name is a member's.

import { ChatError, type ErrorCode, textForGuests } from "../../core/errors.ts";
import { cleanLine, cleanText } from "../../core/name.ts";
import type { FrontDesk, Origin, Visit } from "../../core/ports/hub.ts";
import { holdsPassword, readTyped } from "../../talk/typed.ts";
import { shown } from "../../talk/words.ts";

/** Most lines typed ahead of being let in that are kept to be said then. */
const MOST_HELD = 256;
/** Names or passwords that somebody may try on one connection. */
const TRIES = 10;

/** Whether another name may do better. */
const MAY_ASK_AGAIN = {
  "bad-input": true,
  "too-large": true,
  "not-found": true,
  ambiguous: true,
  "not-allowed": false,
  "rate-limited": false,
  "bad-signature": true,
  "wrong-network": false,
  "wrong-room": false,
  "out-of-chain": false,
  gap: false,
  forked: false,
  unreachable: false,
  busy: false,
  "in-use": true,
  storage: false,
  closed: false,
} as const satisfies Record<ErrorCode, boolean>;

/** `asked`: more is wanted. `left`: the person goes, or is sent away, with these words. */
export type Answer =
  | { readonly kind: "asked" }
  | { readonly kind: "entered"; readonly visit: Visit }
  | { readonly kind: "left"; readonly text: string };

const ASKED: Answer = { kind: "asked" };
const QUESTION = "what is your name?";

export class Entrance {
  readonly #desk: FrontDesk;
  readonly #from: Origin;
  readonly #tell: (text: string) => void;
  /** The member's name for which a password is awaited. */
  #member: string | null = null;
  /** What was typed up to this line was typed before the name was asked for again: it is no name. */
  #askedAt = 0;
  #tries = 0;
  #keepsTyped = true;
  readonly #held: string[] = [];

  constructor(desk: FrontDesk, from: Origin, tell: (text: string) => void) {
    this.#desk = desk;
    this.#from = from;
    this.#tell = tell;
  }

  /** Lines that were typed ahead, to be said once the person is in. */
  get held(): readonly string[] {
    return this.#held;
  }

  greet(): void {
    const { title, welcome } = this.#desk.about();
    this.#tell(`this is ${cleanLine(title, 64)}, a hub of Earshot: plain lines, in UTF-8`);
    if (welcome.trim() !== "") this.#tell(cleanText(welcome.trim()));
    this.#tell(QUESTION);
  }

  /** Takes a line, the `number`-th that came; `latest` is the number of the newest that has come. */
  async take(line: string, number: number, latest: () => number): Promise<Answer> {
    if (this.#member !== null) return this.#enter(this.#member, line.trim(), latest);
    if (number <= this.#askedAt) return this.#hold(line);
    const typed = readTyped(line);
    if (typed.kind === "nothing") return ASKED;
    if (typed.kind === "exit" || /^\/(?:quit|exit)$/i.test(line.trim())) return { kind: "left", text: "goodbye" };
    if (typed.kind === "command" || typed.kind === "secret") return this.#command(line.trim(), latest);
    const name = line.trim();
    if (!this.#desk.isMember(name)) return this.#enter(name, null, latest);
    this.#member = name;
    this.#tell(`${cleanLine(name, 64)} is a member here: what is the password? It is seen as you type; an empty line chooses another name`);
    return ASKED;
  }

  /** Lets in the member of a name that is typed with its password in one line. */
  async #command(line: string, latest: () => number): Promise<Answer> {
    const [, name, password] = /^\/login\s+(.*\S)\s+(\S+)$/isu.exec(line) ?? [];
    if (name !== undefined && password !== undefined) return this.#enter(name, password, latest);
    this.#tell(holdsPassword(line) ? "members enter by /login NAME PASSWORD, others by a name" : "first a name, then commands");
    this.#tell(QUESTION);
    return ASKED;
  }

  /** Held lines are said later; not those that may be a password. */
  #hold(line: string): Answer {
    if (!this.#keepsTyped) this.#tell(`not said: ${shown(line)}`);
    else if (this.#held.length < MOST_HELD) this.#held.push(line);
    else this.#tell("too much was typed ahead: a line is not said");
    return ASKED;
  }

  async #enter(name: string, password: string | null, latest: () => number): Promise<Answer> {
    const wasAsked = this.#member !== null;
    this.#member = null;
    if (wasAsked && password === "") return this.#askAgain("no password, so it is another name", latest);
    try {
      return { kind: "entered", visit: await this.#desk.enter({ kind: "name", name, password }, this.#from) };
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (!MAY_ASK_AGAIN[error.code] || ++this.#tries === TRIES) return { kind: "left", text: textForGuests(error) };
      this.#keepsTyped = password === null;
      return this.#askAgain(textForGuests(error), latest);
    }
  }

  #askAgain(why: string, latest: () => number): Answer {
    this.#askedAt = latest();
    this.#tell(cleanText(why));
    this.#tell(QUESTION);
    return ASKED;
  }
}
