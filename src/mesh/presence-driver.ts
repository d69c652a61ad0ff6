// Carries out what the presence machine decides, and keeps our own record true: name, status, addresses.

import { networkInterfaces } from "node:os";
import type { Identity } from "../core/identity.ts";
import type { PeerId } from "../core/ids.ts";
import type { Clock, Random } from "../core/ports/clock.ts";
import type { Roster } from "../core/ports/log.ts";
import type { OwnPresence, PresenceRecord } from "../core/presence.ts";
import { sealPresence } from "../core/presence-record.ts";
import type { Link } from "./link/link.ts";
import { ownAddresses } from "./own-addresses.ts";
import { LIFETIME, Presence, type PresenceEffect, type PresenceEvent } from "./presence.ts";

/** Milliseconds. */
const TICK = 200;
/** Our addresses are looked at so often: every 25th tick. */
const LOOK_EVERY = 25;

export type PresenceParts = {
  readonly identity: Identity;
  readonly roster: Roster;
  readonly links: ReadonlyMap<PeerId, Link>;
  readonly bind: string | null;
  readonly port: number;
  /** This computer's own clock, uncorrected. */
  readonly clock: Clock;
  readonly now: () => number;
  readonly random: Random;
  /** A peer is here and listens there. */
  readonly located: (record: PresenceRecord, via: "link" | "carried") => void;
  /** A peer sent what no honest one sends. */
  readonly fault: (peer: PeerId) => void;
};

export class PresenceDriver {
  readonly #parts: PresenceParts;
  readonly #machine: Presence;
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  #counter = 0;
  #addresses: readonly string[] = [];
  #ticks = 0;
  #saidAt = Number.NEGATIVE_INFINITY;
  #isStale = false;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.#machine = new Presence(parts.identity.id);
    this.#stopListening = parts.roster.changed(() => this.#changed());
    this.#addresses = this.#look();
    this.#say(parts.roster.own());
    this.#timer = setInterval(() => this.#tick(), TICK).unref();
  }

  handle(event: PresenceEvent): void {
    for (const effect of this.#machine.handle(event, this.#parts.now(), this.#parts.random)) this.#carryOut(effect);
  }

  /** Tells every link that we leave. */
  stop(): void {
    clearInterval(this.#timer);
    this.#stopListening();
    this.#say({ ...this.#parts.roster.own(), status: "offline", guests: [] });
  }

  #carryOut(effect: PresenceEffect): void {
    const { roster, links, located, fault } = this.#parts;
    switch (effect.kind) {
      case "send":
        return void links.get(effect.to)?.send({ kind: "presence", records: effect.records });
      case "present":
        located(effect.record, effect.via);
        return roster.present(effect.record, effect.via);
      case "absent":
        return roster.absent(effect.peer);
      case "renew":
        this.#counter = Math.max(this.#counter, effect.above);
        return this.#say(roster.own());
      case "fault":
        return fault(effect.peer);
    }
  }

  /** Said at once where nothing was said for a tick, with the next tick otherwise: many guests may come in one moment. */
  #changed(): void {
    if (this.#parts.now() - this.#saidAt >= TICK) this.#say(this.#parts.roster.own());
    else this.#isStale = true;
  }

  #say(own: OwnPresence): void {
    this.#isStale = false;
    this.#saidAt = this.#parts.now();
    this.#counter = Math.max(this.#counter + 1, this.#parts.clock());
    const stamp = { counter: this.#counter, lifetime: LIFETIME, addresses: this.#addresses };
    this.handle({ kind: "own", record: sealPresence(this.#parts.identity, own, stamp) });
  }

  #tick(): void {
    this.handle({ kind: "tick" });
    if (this.#isStale) this.#say(this.#parts.roster.own());
    this.#ticks += 1;
    if (this.#ticks % LOOK_EVERY !== 0) return;
    const addresses = this.#look();
    if (addresses.join() === this.#addresses.join()) return;
    this.#addresses = addresses;
    this.#say(this.#parts.roster.own());
  }

  #look(): readonly string[] {
    return ownAddresses(networkInterfaces(), this.#parts.bind, this.#parts.port);
  }
}
