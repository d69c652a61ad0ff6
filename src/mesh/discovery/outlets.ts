// Keeps the sockets of discovery in step with the interfaces of this computer as they come and go.

import type { Logger } from "../../core/ports/logger.ts";
import { type InterfaceList, type Outlet, outletsOf } from "./interfaces.ts";
import { Ear, type Failed, type Groups, type Heard, Mouth } from "./sockets.ts";

export type OutletsOptions = {
  readonly port: number;
  readonly groups: Groups;
  readonly bind: string | null;
  readonly interfaces: () => InterfaceList;
  readonly log: Logger;
  readonly heard: Heard;
  /** Told once when the port belongs to a program that does not share it. */
  readonly problem: (text: string) => void;
};

/** A new mouth that nobody has spoken through. */
export type Opened = (mouth: Mouth) => void;

/** All ears and mouths. */
export class Outlets {
  readonly #options: OutletsOptions;
  readonly #opened: Opened;
  readonly #ears = new Map<4 | 6, Ear>();
  readonly #mouths = new Map<string, Mouth>();
  readonly #complained = new Set<string>();

  constructor(options: OutletsOptions, opened: Opened) {
    this.#options = options;
    this.#opened = opened;
  }

  /** What can be spoken through now. */
  get mouths(): readonly Mouth[] {
    return [...this.#mouths.values()];
  }

  /** The outlets that are there now. */
  get outlets(): readonly Outlet[] {
    return this.mouths.map((mouth) => mouth.outlet);
  }

  /** Looks what changed: opens what is new or broke, closes what vanished. */
  scan(): void {
    const found = new Map(this.#find().map((outlet) => [outlet.key, outlet]));
    for (const [key, mouth] of this.#mouths) if (mouth.broken || !found.has(key)) this.#shut(key, mouth);
    for (const [key, outlet] of found) if (!this.#mouths.has(key)) this.#open(outlet);
  }

  /** Opens ears that are lacking because the port was taken. */
  listen(): void {
    for (const family of new Set(this.outlets.map((outlet) => outlet.family))) if (!this.#ears.has(family)) this.#openEar(family);
  }

  close(): void {
    for (const mouth of this.#mouths.values()) mouth.close();
    for (const ear of this.#ears.values()) ear.close();
    this.#mouths.clear();
    this.#ears.clear();
  }

  #find(): readonly Outlet[] {
    try {
      return outletsOf(this.#options.interfaces(), this.#options.bind);
    } catch (error) {
      this.#failed("list interfaces", error);
      return [];
    }
  }

  #open(outlet: Outlet): void {
    if (!this.#ears.has(outlet.family)) this.#openEar(outlet.family);
    const mouth = new Mouth(outlet, this.#where(outlet.family), { heard: this.#options.heard, failed: this.#failed });
    this.#mouths.set(outlet.key, mouth);
    this.#ears.get(outlet.family)?.join(outlet);
    this.#opened(mouth);
  }

  #shut(key: string, mouth: Mouth): void {
    mouth.close();
    this.#mouths.delete(key);
    this.#ears.get(mouth.outlet.family)?.leave(mouth.outlet);
  }

  #openEar(family: 4 | 6): void {
    const lost = (error: Error) => {
      this.#ears.get(family)?.close();
      this.#ears.delete(family);
      this.#complain(error);
    };
    const ear = new Ear(family, this.#where(family), { heard: this.#options.heard, failed: this.#failed, lost });
    this.#ears.set(family, ear);
    for (const outlet of this.outlets) ear.join(outlet);
  }

  #complain(error: Error): void {
    this.#failed("listen", error);
    if (!("code" in error) || error.code !== "EADDRINUSE" || this.#complained.has("port")) return;
    this.#complained.add("port");
    const { port } = this.#options;
    this.#options.problem(
      `UDP port ${port} belongs to another program that does not share it: others are still found, but only if they answer`,
    );
  }

  #where(family: 4 | 6) {
    return { port: this.#options.port, group: this.#options.groups[family] };
  }

  /** One line per kind of failure: interfaces without a network fail on every beat. */
  readonly #failed: Failed = (what, error) => {
    const line = `discovery: cannot ${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (this.#complained.has(line) || this.#complained.size > 200) return;
    this.#complained.add(line);
    this.#options.log.debug(line);
  };
}
