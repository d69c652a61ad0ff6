// A command's Chat as the guest of a hub elsewhere: no peer runs here, and no key is needed.

import { setTimeout as pause } from "node:timers/promises";
import { type ConnectionState, connectChat, type Hello } from "../client/remote.ts";
import { ChatError, type ErrorCode } from "../core/errors.ts";
import { cleanLine } from "../core/name.ts";
import type { Chat } from "../core/ports/chat.ts";
import type { Base, HubLink, Talk } from "../ui/cli/command.ts";
import { aborted } from "../ui/cli/run.ts";
import { chooseName } from "./cli-name.ts";
import type { Home } from "./home.ts";
import { type HubPage, openHubPage } from "./hub-client-book.ts";
import { dialHub, isNoHub, parsePlace } from "./hub-client-dial.ts";
import { askPassword } from "./hub-client-password.ts";

/** Gives `use` the Chat of a guest of the hub at `host:port`; the visit ends with it. */
export async function withHub(base: Base, home: Home, place: string, use: (talk: Talk) => Promise<void>): Promise<void> {
  const name = await chooseName(home, base.options, base, base.signal);
  if (name === null) return;
  const visit = new Visit(base, place, name, openHubPage(home.dir, place));
  const chat = await Promise.race([visit.enter(), aborted(base.signal)]);
  if (!chat) return;
  try {
    if (base.options.name !== undefined && chat.self().name !== name) await chat.rename(name);
    await use({ chat, own: null, hub: visit.link });
  } finally {
    const now = chat.self().name;
    if (now !== name) visit.page.rename(name, now);
    if (now !== name) home.setName(now);
    await chat.close();
  }
}

/** How long a command that does not last waits for a connection to come back, milliseconds. */
const PATIENCE_MS = 15_000;
/** How long another command of this home, which is the same guest, may take to be told its token; milliseconds. */
const SAME_GUEST_MS = 1000;
const STEP_MS = 100;
/** How often a password may be typed. */
const TRIES = 3;

class Visit {
  readonly page: HubPage;
  readonly link: HubLink;
  readonly #base: Base;
  readonly #place: string;
  readonly #name: string;
  readonly #listeners: ((state: ConnectionState) => void)[] = [];
  #hello: Hello = { title: "", welcome: "" };
  #ended: ChatError | null = null;

  constructor(base: Base, place: string, name: string, page: HubPage) {
    this.#base = base;
    this.#place = place;
    this.#name = name;
    this.page = page;
    const welcome = () => wordsOf(this.#hello);
    this.link = {
      get welcome() {
        return welcome();
      },
      watchState: (listener) => void this.#listeners.push(listener),
      ended: () => this.#ended ?? new ChatError("closed", `the hub at ${place} is gone`),
    };
  }

  /** Enters: by the token of an earlier visit, by name, or by name and password. Null when the person left instead. */
  async enter(): Promise<Chat | null> {
    let password: string | null = process.env.EARSHOT_PASSWORD ?? null;
    for (let asked = 0; ; asked++) {
      try {
        return await this.#enterBy(password);
      } catch (error) {
        if (!isCode(error, "bad-signature") || !this.#base.terminal || asked === TRIES) throw await this.#explained(error);
      }
      password = await askPassword(this.#base, `Password of ${this.#name}: `, this.#base.signal);
      if (password === null) return null;
    }
  }

  /** Where the name is taken, it may be by another command of this home, which is just being given its token. */
  async #enterBy(password: string | null): Promise<Chat> {
    const until = performance.now() + SAME_GUEST_MS;
    for (;;) {
      const before = this.page.token(this.#name);
      try {
        return await this.#connect(password);
      } catch (error) {
        if (!isCode(error, "in-use") || !(await this.#isGivenToken(before, until))) throw error;
      }
    }
  }

  /** Waits until the page has another token than before; false where it has none in time. */
  async #isGivenToken(before: string | undefined, until: number): Promise<boolean> {
    while (this.page.token(this.#name) === before) {
      if (performance.now() > until) return false;
      await pause(STEP_MS);
    }
    return true;
  }

  #connect(password: string | null): Promise<Chat> {
    const { page } = this;
    const hub = parsePlace(this.#place);
    return connectChat({
      to: () => ({ url: `ws://${this.#place}/chat`, token: page.token(this.#name) }),
      as: { name: this.#name, ...(password !== null && { password }) },
      dial: dialHub(hub, { known: page.key, remember: page.rememberKey }),
      patience: this.#base.lasting ? Number.POSITIVE_INFINITY : PATIENCE_MS,
      onHello: (hello) => {
        this.#hello = hello;
      },
      onToken: (token) => page.rememberToken(this.#name, token),
      onState: (state, why) => {
        this.#ended = why ?? null;
        for (const listener of this.#listeners) listener(state);
      },
    });
  }

  async #explained(error: unknown): Promise<unknown> {
    if (isCode(error, "bad-signature") && !this.#base.terminal)
      return new ChatError(error.code, `${error.message}; without a terminal the password is taken from $EARSHOT_PASSWORD`);
    if (!isCode(error, "unreachable") || !(await isNoHub(parsePlace(this.#place), error))) return error;
    return new ChatError("not-allowed", `the Earshot at ${this.#place} is no hub: "earshot hub" there opens its doors to guests`);
  }
}

function wordsOf({ title, welcome }: Hello): string {
  const called = cleanLine(title, 64);
  return [called && `this is ${called}, a hub of Earshot`, welcome.trim()].filter((words) => words !== "").join("\n");
}

const isCode = (error: unknown, code: ErrorCode): error is ChatError => error instanceof ChatError && error.code === code;
