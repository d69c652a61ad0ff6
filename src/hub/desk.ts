// The front desk: what gateways see of a hub.

import { ChatError } from "../core/errors.ts";
import type { Credentials, FrontDesk, Origin, Visit } from "../core/ports/hub.ts";
import type { Office } from "./office.ts";
import type { Visits } from "./visits.ts";

export class Desk implements FrontDesk {
  readonly #office: Office;
  readonly #visits: Visits;
  /** How many were not let in. */
  refused = 0;

  constructor(office: Office, visits: Visits) {
    this.#office = office;
    this.#visits = visits;
  }

  about(): { readonly title: string; readonly welcome: string } {
    return { title: this.#office.title(), welcome: this.#office.settings().welcome };
  }

  isMember(name: string): boolean {
    return this.#office.accounts.get(name) !== null;
  }

  admit(from: Origin): { readonly release: () => void } | { readonly refused: string } {
    return this.#office.doorkeeper.admit(from);
  }

  async enter(who: Credentials, from: Origin): Promise<Visit> {
    try {
      return await this.#visits.enter(who, from);
    } catch (error) {
      if (error instanceof ChatError) this.refused++;
      throw error;
    }
  }
}
