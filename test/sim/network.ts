// A simulated network: ordered reliable links that may break at any moment, dials that may fail, and partitions.

import type { Random } from "../../src/core/ports/clock.ts";
import type { GossipFrame } from "../../src/mesh/replica/events.ts";
import type { LinkId } from "../../src/mesh/topology/events.ts";
import type { ByeCode, PeerHint } from "../../src/wire/frame.ts";
import type { Schedule } from "./schedule.ts";

export type Message = GossipFrame | { readonly kind: "peers"; readonly peers: readonly PeerHint[] };

/** A peer as its host sees it. */
export type Station = {
  readonly address: string;
  /** Grows with each start; connections of an earlier life are dead. */
  readonly life: number;
  readonly isUp: boolean;
  linked(wire: Wire, dialed: string | null): void;
  unlinked(wire: Wire, why: ByeCode | "lost"): void;
  dialFailed(address: string): void;
  received(wire: Wire, message: Message): void;
};

type End = { readonly station: Station; readonly life: number; lastArrival: number; isOpen: boolean };

/** One connection. */
export type Wire = { readonly link: LinkId; readonly delay: number; readonly ends: readonly [End, End] };

export class Network {
  readonly schedule: Schedule;
  readonly #random: Random;
  readonly #stations = new Map<string, Station>();
  readonly #sides = new Map<string, number>();
  readonly wires = new Set<Wire>();
  #links = 0;
  /** How likely a dial fails. */
  loss = 0;

  constructor(schedule: Schedule, random: Random) {
    this.schedule = schedule;
    this.#random = random;
  }

  attach(station: Station): void {
    this.#stations.set(station.address, station);
  }

  reaches(a: Station, b: Station): boolean {
    return a.isUp && b.isUp && this.#sideOf(a) === this.#sideOf(b);
  }

  /** Cuts the network: links across break when they next try to speak or after a while; dials across fail. */
  partition(sideOf: (address: string) => number): void {
    for (const address of this.#stations.keys()) this.#sides.set(address, sideOf(address));
    for (const wire of this.wires) {
      const [a, b] = wire.ends;
      if (this.#sideOf(a.station) !== this.#sideOf(b.station)) this.break(wire);
    }
  }

  heal(): void {
    this.#sides.clear();
  }

  dial(from: Station, address: string): void {
    const to = this.#stations.get(address);
    const { life } = from;
    const delay = 0.5 + this.#random() * 20;
    const isHere = () => from.isUp && from.life === life;
    if (!to || this.#random() < this.loss || !this.reaches(from, to)) {
      this.schedule.after(200 + this.#random() * 2000, () => isHere() && from.dialFailed(address));
      return;
    }
    this.schedule.after(3 * delay, () => {
      if (!isHere()) return;
      if (!this.reaches(from, to)) return from.dialFailed(address);
      const end = (station: Station): End => ({ station, life: station.life, lastArrival: 0, isOpen: true });
      const wire: Wire = { link: ++this.#links, delay, ends: [end(from), end(to)] };
      this.wires.add(wire);
      this.#deliver(wire, 0, () => from.linked(wire, address));
      to.linked(wire, null);
    });
  }

  send(from: Station, wire: Wire, message: Message): void {
    const side = wire.ends[0].station === from ? 1 : 0;
    if (!(wire.ends[1 - side] as End).isOpen) return;
    this.#deliver(wire, side, (end) => end.station.received(wire, message));
  }

  /** Ends the connection properly: what was sent before still arrives. */
  close(from: Station, wire: Wire, code: ByeCode): void {
    const side = wire.ends[0].station === from ? 1 : 0;
    const own = wire.ends[1 - side] as End;
    if (!own.isOpen) return;
    own.isOpen = false;
    this.wires.delete(wire);
    this.schedule.after(0, () => this.#isAlive(own) && from.unlinked(wire, code));
    this.#deliver(wire, side, (end) => {
      end.isOpen = false;
      end.station.unlinked(wire, code);
    });
  }

  /** The connection dies; what was under way is lost. Each side notices in its own time. */
  break(wire: Wire): void {
    this.wires.delete(wire);
    for (const end of wire.ends) {
      if (!end.isOpen) continue;
      end.isOpen = false;
      this.schedule.after(this.#random() * 3000, () => this.#isAlive(end) && end.station.unlinked(wire, "lost"));
    }
  }

  #deliver(wire: Wire, side: number, run: (end: End) => void): void {
    const end = wire.ends[side] as End;
    const at = Math.max(end.lastArrival, this.schedule.now + wire.delay * (1 + 0.2 * this.#random()));
    end.lastArrival = at;
    this.schedule.after(at - this.schedule.now, () => end.isOpen && this.#isAlive(end) && run(end));
  }

  #isAlive(end: End): boolean {
    return end.station.isUp && end.station.life === end.life;
  }

  #sideOf(station: Station): number {
    return this.#sides.get(station.address) ?? 0;
  }
}
