// Tells what was said while nobody listened here from what is said now: it comes in a bunch, and is shown so.

import type { Conversation } from "../../../core/ids.ts";
import { compareKeys } from "../../../core/order.ts";
import type { Message } from "../../../core/ports/chat.ts";
import { GLANCE } from "../../../talk/talker.ts";

/** A bunch is over when nothing late came for a while, or when it takes too long; milliseconds. */
const QUIET_MS = 150;
const LONGEST_MS = 2000;
/** So long after the start, what is older than the start is taken for missed; milliseconds. */
const CATCHING_UP_MS = 10_000;
/** What is so much older than the newest that was shown comes late; microseconds. */
const LATE = 60_000_000;
/** The most that is shown of a bunch in one room; those who are new get a glance. */
const MOST = 200;

/** Why messages come late: the person was away, came here for the first time, or it was the network. */
type Lateness = "away" | "new" | "late";

const WORDS: Readonly<Record<Lateness, string>> = {
  away: "while you were away",
  new: "from before you came",
  late: "came late",
};

type Bunch = { count: number; messages: Message[] };

export class Latecomers {
  /** Whether the person here has never been here before. */
  isNewcomer = false;
  readonly #show: (messages: readonly Message[], heading: string) => void;
  readonly #started = { clock: Date.now() * 1000, at: performance.now() };
  readonly #bunches = new Map<Conversation, Bunch>();
  #newest = 0;
  #first = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(show: (messages: readonly Message[], heading: string) => void) {
    this.#show = show;
  }

  /** A message was shown. */
  shown(message: Message): void {
    if (!message.ahead) this.#newest = Math.max(this.#newest, message.key.time);
  }

  /** Keeps a message that comes late, to show it with the others; false for what is said now. */
  take(message: Message): boolean {
    if (!this.isPast(message.key.time)) return false;
    const bunch = this.#bunches.get(message.room) ?? { count: 0, messages: [] };
    this.#bunches.set(message.room, bunch);
    bunch.count++;
    bunch.messages.push(message);
    if (bunch.messages.length > 4 * MOST) bunch.messages = newest(bunch.messages, MOST);
    this.#wait();
    return true;
  }

  /** Shows what is kept. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#first = 0;
    const bunches = [...this.#bunches];
    this.#bunches.clear();
    const why = this.#why();
    const most = why === "new" ? GLANCE : MOST;
    for (const [, { count, messages }] of bunches) this.#show(newest(messages, most), heading(count, why, Math.min(count, most)));
  }

  /** Whether what happened at this time (microseconds) is from before the start, or from long before what was shown. */
  isPast(time: number): boolean {
    return time < (this.#catchingUp() ? this.#started.clock : this.#newest - LATE);
  }

  #why(): Lateness {
    if (!this.#catchingUp()) return "late";
    return this.isNewcomer ? "new" : "away";
  }

  #catchingUp(): boolean {
    return performance.now() - this.#started.at < CATCHING_UP_MS;
  }

  #wait(): void {
    const now = performance.now();
    this.#first ||= now;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), Math.min(QUIET_MS, Math.max(0, this.#first + LONGEST_MS - now)));
  }
}

/** `12 messages while you were away`, and how many of them follow. */
export function heading(count: number, why: Lateness, shown: number): string {
  const what = `${count.toLocaleString("en")} message${count === 1 ? "" : "s"} ${WORDS[why]}`;
  return shown < count ? `${what}; the last ${shown} of them:` : what;
}

const newest = (messages: readonly Message[], most: number): Message[] =>
  messages.toSorted((a, b) => compareKeys(a.key, b.key)).slice(-most);
