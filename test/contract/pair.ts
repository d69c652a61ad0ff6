// A tiny mesh in one process for contract tests: engines joined by pipes. No sockets, no timers; `settle` is the barrier.

import type { Engine } from "../../src/chat/engine.ts";
import { openChat } from "../../src/chat/open.ts";
import { ChatError } from "../../src/core/errors.ts";
import { createIdentity, type Identity } from "../../src/core/identity.ts";
import { type PersonId, personOf, type RoomId } from "../../src/core/ids.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { OwnPresence, PresenceRecord } from "../../src/core/presence.ts";
import { mayHold } from "../../src/core/room.ts";
import { memoryStore } from "../../src/store/memory.ts";

export const NETWORK = "test";

/** 2027-01-15T08:00:00Z, microseconds. */
export const START = 1_800_000_000_000_000;

/** An engine with what it is made of. */
export type Station = Engine & { readonly identity: Identity; readonly id: PersonId; readonly store: Store };

export type StationOptions = {
  readonly identity?: Identity;
  readonly store?: Store;
  readonly clock?: Clock;
  readonly log?: (text: string) => void;
};

/** A clock that moves a millisecond whenever it is read, so that runs repeat. */
export function steppingClock(start = START): Clock {
  let now = start;
  return () => {
    now += 1_000;
    return now;
  };
}

export async function openStation(name: string | undefined, options: StationOptions = {}): Promise<Station> {
  const { identity = createIdentity(), store = memoryStore(), clock = steppingClock(), log } = options;
  const engine = await openChat({ identity, network: NETWORK, store, clock, name, log });
  return { ...engine, identity, id: personOf(identity.id), store };
}

let counter = START;

/** A presence record as mesh would hand it over; it counts on with every call. */
export function recordOf({ id, publicKey: key }: Identity, own: Partial<OwnPresence>): PresenceRecord {
  const defaults = { name: "someone", status: "online", text: "", guests: [], lifetime: 60, addresses: [] } as const;
  return { ...defaults, ...own, peer: id, key, counter: ++counter, bytes: new Uint8Array() };
}

/** Two engines that hear each other until they are parted. */
export class Pair {
  readonly #a: Station;
  readonly #b: Station;
  #stops: (() => void)[] = [];
  #work: Promise<void> = Promise.resolve();

  constructor(a: Station, b: Station) {
    this.#a = a;
    this.#b = b;
    this.join();
  }

  /** They see each other, give each other what the other lacks, and go on. */
  join(): void {
    for (const [from, to] of this.#ways()) this.#pipe(from, to);
  }

  /** Each is gone for the other. */
  part(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    for (const [from, to] of this.#ways()) to.roster.absent(from.identity.id);
  }

  /** Resolves once nothing is under way between the two. Says whether there was anything. */
  async settle(): Promise<boolean> {
    const work = this.#work;
    await work;
    return work !== this.#work;
  }

  #ways(): readonly (readonly [Station, Station])[] {
    return [
      [this.#a, this.#b],
      [this.#b, this.#a],
    ];
  }

  #pipe(from: Station, to: Station): void {
    const peer = from.identity.id;
    const show = () => to.roster.present(recordOf(from.identity, from.roster.own()), "link");
    show();
    this.#then(() => this.#catchUp(from, to));
    this.#stops.push(
      from.roster.changed(show),
      from.roster.typed((room, as) => mayHold(to.identity.id, room) && to.roster.typing(peer, room, as)),
      from.log.subscribe(({ room, from: giver }) => {
        if (giver !== to.identity.id && mayHold(to.identity.id, room)) this.#then(() => this.#give(from, to, room));
      }),
    );
  }

  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => {
      if (!(error instanceof ChatError && error.code === "closed")) throw error;
    });
  }

  async #catchUp(from: Station, to: Station): Promise<void> {
    for (const room of from.log.rooms()) await this.#give(from, to, room);
  }

  async #give(from: Station, to: Station, room: RoomId): Promise<void> {
    const [giver, taker] = [from.identity.id, to.identity.id];
    if (!mayHold(taker, room) || !mayHold(giver, room)) return;
    for (const [author, seq] of from.log.frontier(room)) {
      for (let held = to.log.frontier(room).get(author) ?? 0; held < seq; ) {
        const range = await from.log.range(room, author, held + 1, seq, 200_000);
        const { held: now, refused } = await to.log.ingest(room, range, giver);
        if (refused !== null || now <= held) break;
        held = now;
      }
    }
    from.log.acknowledged(taker, room, to.log.frontier(room));
  }
}

/** Everyone linked to everyone. */
export class Neighbourhood {
  readonly stations: readonly Station[];
  readonly pairs: readonly Pair[];

  constructor(stations: readonly Station[]) {
    this.stations = stations;
    this.pairs = stations.flatMap((a, index) => stations.slice(index + 1).map((b) => new Pair(a, b)));
  }

  /** Opens one engine per name and joins them. */
  static async of(...names: readonly string[]): Promise<Neighbourhood> {
    const clock = steppingClock();
    const neighbourhood = new Neighbourhood(await Promise.all(names.map((name) => openStation(name, { clock }))));
    await neighbourhood.settle();
    return neighbourhood;
  }

  /** Resolves once nothing is under way anywhere. */
  async settle(): Promise<void> {
    let isMoving = true;
    while (isMoving) isMoving = (await Promise.all(this.pairs.map((pair) => pair.settle()))).includes(true);
  }

  part(): void {
    for (const pair of this.pairs) pair.part();
  }

  join(): void {
    for (const pair of this.pairs) pair.join();
  }

  async close(): Promise<void> {
    this.part();
    await this.settle();
    await Promise.all(this.stations.map(({ chat }) => chat.close()));
  }
}
