// Finds the peers of the network around this computer by beacons, and lets them find us.

import { networkInterfaces } from "node:os";
import type { Identity } from "../../core/identity.ts";
import type { PeerId } from "../../core/ids.ts";
import type { Clock, Random } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import { type BeaconKind, encodeBeacon, GROUPS, UDP_PORT } from "../../wire/beacon.ts";
import type { Network } from "../../wire/network.ts";
import { type Finding, Intake, type Sighting } from "./intake.ts";
import { type InterfaceList, isNear } from "./interfaces.ts";
import { Outlets } from "./outlets.ts";
import { type Heard, type Mouth, type Sender, Voice } from "./sockets.ts";

export type DiscoveryOptions = {
  readonly identity: Identity;
  readonly network: Network;
  /** 8 random bytes, new at every start. */
  readonly instance: Uint8Array;
  /** TCP port on which links are accepted. */
  readonly port: number;
  /** How the hub here is called; null where guests of the network may not come. Asked for every beacon. */
  readonly hub: () => string | null;
  /** Only on the interface that has this address; null for all. */
  readonly bind: string | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** 3277 unless told otherwise. */
  readonly udpPort?: number;
  /** `os.networkInterfaces` unless told otherwise. */
  readonly interfaces?: () => InterfaceList;
};

export type DiscoveryHandlers = {
  /** Called for every new beacon of a peer, and when it is heard at another address. */
  readonly seen: (sighting: Sighting) => void;
  /** A peer said goodbye. */
  readonly left: (peer: PeerId) => void;
  /** Another process runs under our key. Called once per instance. */
  readonly copy: (instance: Uint8Array) => void;
  /** What a person should know, once each. */
  readonly problem: (text: string) => void;
};

/** Milliseconds between the beats at the start. */
const FIRST_BEATS = [150, 450, 1_400] as const;
const SLOW_BEAT = 20_000;
const JITTER = 10_000;
const SCAN_EVERY = 2_000;
/** What was said on an outlet that has just opened is said again after so long. */
const GREET_AGAIN = 500;
/** One signed answer serves all who ask within this time. */
const ANSWER_LIVES = 1_000;
const FAREWELL_PAUSE = 40;
/** Beyond this many datagrams between two scans the sockets stay closed until the next one: what the system drops costs nothing. */
const FLOOD = 8_000;

/** Starts to look and to be seen. */
export function discover(options: DiscoveryOptions, handlers: DiscoveryHandlers): Discovery {
  return new Discovery(options, handlers);
}

/** Beacons out, beacons in. Nothing here throws or rejects for what a network does. */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #handlers: DiscoveryHandlers;
  readonly #outlets: Outlets;
  readonly #voice: Voice;
  readonly #intake: Intake;
  #counter: number;
  #beats = 0;
  #beatTimer: NodeJS.Timeout | undefined;
  readonly #scanTimer: NodeJS.Timeout;
  #answer: { readonly bytes: Uint8Array; readonly until: number } | null = null;
  #heardSinceScan = 0;
  #closed = false;

  constructor(options: DiscoveryOptions, handlers: DiscoveryHandlers) {
    const { identity, instance, network, log, interfaces = networkInterfaces, udpPort: port = UDP_PORT } = options;
    const bind = options.bind === "::" ? null : options.bind;
    this.#options = options;
    this.#handlers = handlers;
    this.#counter = options.clock();
    this.#intake = new Intake({ identity, instance, tag: network.tag, since: this.#counter });
    this.#voice = new Voice(bind, (what, error) => log.debug(`discovery: cannot ${what}: ${String(error)}`));
    const { problem } = handlers;
    this.#outlets = new Outlets({ port, groups: GROUPS, bind, interfaces, log, heard: this.#hear, problem }, this.#greet);
    this.#outlets.scan();
    this.announce();
    this.#beatTimer = setTimeout(this.#beat, FIRST_BEATS[0]).unref();
    this.#scanTimer = setInterval(this.#scan, SCAN_EVERY).unref();
  }

  /** Says at once, everywhere, that we are here. */
  announce(): void {
    const bytes = this.#encode("here");
    for (const mouth of this.#outlets.mouths) void mouth.send(bytes);
  }

  /** Says goodbye, twice, and stops. Resolves within a fraction of a second. Nothing is told any more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#beatTimer);
    clearInterval(this.#scanTimer);
    const bytes = this.#encode("bye");
    const farewell = () => Promise.all(this.#outlets.mouths.map((mouth) => mouth.send(bytes)));
    await farewell();
    await new Promise((resolve) => setTimeout(resolve, FAREWELL_PAUSE));
    await farewell();
    this.#outlets.close();
    this.#voice.close();
  }

  readonly #beat = (): void => {
    this.announce();
    this.#intake.tidy(performance.now());
    this.#outlets.listen();
    this.#beats += 1;
    const pause = FIRST_BEATS[this.#beats] ?? SLOW_BEAT + this.#options.random() * JITTER;
    this.#beatTimer = setTimeout(this.#beat, pause).unref();
  };

  readonly #scan = (): void => {
    const isFlooded = this.#heardSinceScan > FLOOD;
    this.#heardSinceScan = 0;
    if (!isFlooded) this.#outlets.scan();
  };

  /** A way out that was not there before: whoever is there should know soon. */
  readonly #greet = (mouth: Mouth): void => {
    if (this.#beats === 0) return;
    const bytes = this.#encode("here");
    void mouth.send(bytes);
    setTimeout(() => void mouth.send(bytes), GREET_AGAIN).unref();
  };

  readonly #hear: Heard = (bytes, from, outlet) => {
    this.#heardSinceScan += 1;
    if (this.#heardSinceScan > FLOOD) return this.#goDeaf();
    if (this.#closed || (outlet === null && !this.#isNear(from))) return;
    const finding = this.#intake.take(bytes, from, performance.now());
    if (finding) this.#tell(finding, from);
  };

  /** With `--bind` the ears still hear every interface, since a socket with an address of its own hears no broadcast. */
  #isNear(from: Sender): boolean {
    if (this.#options.bind === null || from.address.includes(":")) return true;
    return this.#outlets.outlets.some((outlet) => outlet.family === 4 && isNear(from.address, outlet));
  }

  #goDeaf(): void {
    if (this.#outlets.mouths.length === 0) return;
    this.#options.log.warn("discovery: flooded with datagrams, not listening for some seconds");
    this.#outlets.close();
  }

  #tell(finding: Finding, from: Sender): void {
    try {
      if (finding.kind === "copy") return this.#handlers.copy(finding.instance);
      if (finding.kind === "left") return this.#handlers.left(finding.peer);
      if (finding.asks) void this.#voice.answer(this.#answerBytes(), from);
      this.#handlers.seen(finding.sighting);
    } catch (error) {
      this.#options.log.error(`discovery: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  #answerBytes(): Uint8Array {
    const now = performance.now();
    if (!this.#answer || now >= this.#answer.until) this.#answer = { bytes: this.#encode("answer"), until: now + ANSWER_LIVES };
    return this.#answer.bytes;
  }

  #encode(kind: BeaconKind): Uint8Array {
    const { identity, network, instance, port, hub, clock } = this.#options;
    const title = hub();
    this.#counter = Math.max(this.#counter + 1, clock());
    const place = { tag: network.tag, instance, port, hub: title !== null, title: title ?? "" };
    return encodeBeacon({ kind, counter: this.#counter, ...place }, identity);
  }
}
