// A hub over a real engine for tests: a clock that is moved by hand, timers that fire when told, cheap passwords.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Engine } from "../../chat/engine.ts";
import { openChat } from "../../chat/open.ts";
import { createIdentity, type Identity } from "../../core/identity.ts";
import type { Credentials, Origin, Visit } from "../../core/ports/hub.ts";
import type { Store } from "../../core/ports/store.ts";
import { memoryStore } from "../../store/memory.ts";
import { type Hub, openHub } from "../open.ts";
import { Passwords } from "../passwords.ts";
import { DEFAULT_SETTINGS, type Settings } from "../settings.ts";

/** 2027-01-15T08:00:00Z, microseconds. */
export const START = 1_800_000_000_000_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

export const at = (address: string, door: Origin["door"] = "web"): Origin => ({ address, door });
export const byName = (name: string, password: string | null = null): Credentials => ({ kind: "name", name, password });
export const byToken = (token: string): Credentials => ({ kind: "token", token });

export class House {
  readonly dir = mkdtempSync(join(tmpdir(), "earshot-hub-"));
  readonly identity: Identity = createIdentity();
  readonly store: Store = memoryStore();
  readonly logged: string[] = [];
  readonly #later = new Map<() => void, number>();
  now = START;
  #engine: Engine | null = null;
  #hub: Hub | null = null;
  settings: Settings = DEFAULT_SETTINGS;

  /** Opened for one test, by the name of the owner `olga`. */
  static async open(context: TestContext, settings: Partial<Settings> = {}): Promise<House> {
    const house = new House();
    house.settings = { ...DEFAULT_SETTINGS, title: "Room 12", ...settings };
    context.after(() => house.close());
    await house.start();
    return house;
  }

  get hub(): Hub {
    if (!this.#hub) throw new Error("the hub is closed");
    return this.#hub;
  }

  get engine(): Engine {
    if (!this.#engine) throw new Error("the engine is closed");
    return this.#engine;
  }

  async start(): Promise<void> {
    const clock = () => this.now;
    const log = (text: string) => void this.logged.push(text);
    this.#engine = await openChat({
      identity: this.identity,
      network: "test",
      store: this.store,
      clock: () => ++this.now,
      name: "olga",
      log,
    });
    this.#hub = await openHub({
      ...{ hosting: this.#engine.hosting, chat: this.#engine.chat, store: this.store, dir: this.dir, settings: this.settings, title: null },
      ...{ secret: new Uint8Array(32).fill(7), clock, log },
      schedule: (milliseconds, work) => {
        this.#later.set(work, this.now + milliseconds * 1000);
        return () => void this.#later.delete(work);
      },
      passwords: new Passwords({ cost: 2, blockSize: 1, parallelization: 1 }),
    });
  }

  /** Ends it all without a word, as a kill does, and starts again on what the store holds. */
  async killAndRestart(): Promise<void> {
    this.#later.clear();
    const engine = this.#engine;
    this.#hub = null;
    await engine?.chat.close();
    await this.start();
  }

  /** Lets time pass; what is due is done. */
  pass(microseconds: number): void {
    this.now += microseconds;
    for (const [work, due] of [...this.#later]) {
      if (due > this.now || !this.#later.delete(work)) continue;
      work();
    }
  }

  enter(name: string, from: Origin = at("10.0.0.7"), password: string | null = null): Promise<Visit> {
    return this.hub.desk.enter(byName(name, password), from);
  }

  async close(): Promise<void> {
    await this.#hub?.close();
    await this.#engine?.chat.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
