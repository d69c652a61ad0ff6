// Erases old messages, at the start and then every hour.

import type { Hosting } from "../core/ports/hosting.ts";
import type { Schedule } from "./schedule.ts";
import type { Settings } from "./settings.ts";

export type UpkeepOptions = {
  readonly hosting: Hosting;
  readonly settings: () => Settings;
  /** Microseconds. */
  readonly clock: () => number;
  readonly schedule: Schedule;
  readonly log: (text: string) => void;
};

const HOUR = 3_600_000;
const DAY = 24 * 3600 * 1e6;

export class Upkeep {
  readonly #options: UpkeepOptions;
  #callOff: (() => void) | null = null;
  #work: Promise<void> | null = null;
  #isOver = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Erases what is due now, and goes on every hour. Resolves once this time is done; never rejects. */
  async run(): Promise<void> {
    this.#callOff?.();
    if (this.#isOver) return;
    this.#callOff = this.#options.schedule(HOUR, () => void this.run());
    this.#work ??= this.#expire().finally(() => {
      this.#work = null;
    });
    await this.#work;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#callOff?.();
    await this.#work;
  }

  async #expire(): Promise<void> {
    const { hosting, settings, clock, log } = this.#options;
    const { days, messages } = settings().retention;
    if (days === 0 && messages === 0) return;
    const before = days === 0 ? null : clock() - days * DAY;
    try {
      await hosting.expire({ before, keep: messages === 0 ? null : messages });
    } catch (error) {
      log(`old messages could not be erased: ${String(error)}`);
    }
  }
}
