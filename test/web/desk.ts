// A front desk in a few lines, over the real hosting of an engine: names that are free, one member (bea, "s3cret pass"), tokens.

import { ChatError } from "../../src/core/errors.ts";
import { newToken } from "../../src/core/identity.ts";
import type { Hosting } from "../../src/core/ports/hosting.ts";
import type { Credentials, Farewell, FrontDesk, Origin, Visit } from "../../src/core/ports/hub.ts";

export const MEMBER = { name: "bea", password: "s3cret pass" } as const;

export class Desk implements FrontDesk {
  readonly #hosting: Hosting;
  readonly #names = new Map<string, string>();
  readonly #farewells = new Map<string, (why: Farewell) => void>();
  /** From where somebody knocked, in order. */
  readonly knocks: Origin[] = [];
  readonly #leaving = new Map<string, Promise<void>>();
  /** A sentence where nobody is let in. */
  refusing: string | null = null;
  /** Entering waits for it. */
  gate: Promise<void> = Promise.resolve();

  constructor(hosting: Hosting) {
    this.#hosting = hosting;
  }

  about() {
    return { title: "Room 12", welcome: "Be kind." };
  }

  isMember(name: string): boolean {
    return name === MEMBER.name;
  }

  admit(from: Origin) {
    this.knocks.push(from);
    if (this.refusing !== null) return { refused: this.refusing };
    return { release: () => {} };
  }

  async enter(who: Credentials): Promise<Visit> {
    await this.gate;
    const name = who.kind === "name" ? who.name : this.#names.get(who.token);
    if (name === undefined) throw new ChatError("bad-signature", "this token is not known here: enter by a name");
    if (who.kind === "name" && this.isMember(name) && who.password !== MEMBER.password) {
      throw new ChatError("bad-signature", "the name belongs to an account: give its password");
    }
    const { chat } = await this.#hosting.seat({ name, since: 0 });
    const token = who.kind === "token" ? who.token : newToken();
    this.#names.set(token, name);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#leaving.set(name, promise);
    const close = chat.close.bind(chat);
    chat.close = () => close().then(resolve, reject);
    const lost = () => void chat.close();
    return { chat, token, passId: token, lost, ended: (listener) => void this.#farewells.set(name, listener) };
  }

  /** Resolves once the seat of this name is free again. */
  async left(name: string): Promise<void> {
    await this.#leaving.get(name);
  }

  /** Ends the visit of this name. */
  end(name: string, why: Farewell): void {
    this.#farewells.get(name)?.(why);
  }
}
