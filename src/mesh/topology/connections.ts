// The connections to each peer: usually one; when there are two, one survives by a rule that both sides share.

import type { PeerId } from "../../core/ids.ts";
import type { LinkId, Turn } from "./events.ts";

/** Two connections that the other side dialled are left to it to choose from; after so long it knows only the later. Milliseconds. */
export const SETTLE = 2_000;

type Connection = { readonly link: LinkId; readonly peer: PeerId; readonly address: string | null; readonly since: number };

/**
 * The rule. Dialled by both: the one that the smaller id dialled. Both dialled by us: the first. Both dialled by the other
 * side: it decides, knowing the same rule; a connection that it does not end within SETTLE is one it has forgotten.
 */
export class Connections {
  readonly #self: PeerId;
  readonly #all = new Map<LinkId, Connection>();
  readonly #active = new Map<PeerId, Connection>();
  /** Peers with two connections that they dialled. */
  readonly #unsettled = new Map<PeerId, number>();

  constructor(self: PeerId) {
    this.#self = self;
  }

  get size(): number {
    return this.#active.size;
  }

  has(peer: PeerId): boolean {
    return this.#active.has(peer);
  }

  linkOf(peer: PeerId): LinkId | undefined {
    return this.#active.get(peer)?.link;
  }

  isDialed(peer: PeerId): boolean {
    return this.#active.get(peer)?.address != null;
  }

  peers(): Iterable<PeerId> {
    return this.#active.keys();
  }

  /** When to call `settle` next. */
  dueAt(): number {
    return Math.min(...this.#unsettled.values());
  }

  added(link: LinkId, peer: PeerId, address: string | null, turn: Turn): void {
    const added: Connection = { link, peer, address, since: turn.now };
    this.#all.set(link, added);
    const active = this.#active.get(peer);
    if (!active) return this.#use(added, turn);
    const [isOurs, wasOurs] = [address !== null, active.address !== null];
    if (isOurs !== wasOurs) {
      const survives = isOurs === this.#self < peer ? added : active;
      if (survives === added) this.#use(added, turn);
      turn.effects.push({ kind: "close", link: survives === added ? active.link : link, code: "duplicate" });
    } else if (isOurs) turn.effects.push({ kind: "close", link, code: "duplicate" });
    else this.#unsettled.set(peer, turn.now + SETTLE);
  }

  /** Returns the peer whose connection ended, and whether another is left; null for an unknown one. */
  removed(link: LinkId, turn: Turn): { readonly peer: PeerId; readonly isDown: boolean; readonly address: string | null } | null {
    const gone = this.#all.get(link);
    if (!gone) return null;
    const { peer, address } = gone;
    this.#all.delete(link);
    this.#unsettled.delete(peer);
    if (this.#active.get(peer) !== gone) return { peer, isDown: false, address };
    this.#active.delete(peer);
    turn.effects.push({ kind: "down", peer });
    const rest = this.#of(peer).at(-1);
    if (rest) this.#use(rest, turn);
    return { peer, isDown: !rest, address };
  }

  /** Ends connections that their diallers have forgotten. */
  settle(turn: Turn): void {
    for (const [peer, at] of this.#unsettled) {
      if (at > turn.now) continue;
      this.#unsettled.delete(peer);
      const latest = this.#of(peer).at(-1);
      if (!latest) continue;
      for (const other of this.#of(peer)) if (other !== latest) turn.effects.push({ kind: "close", link: other.link, code: "duplicate" });
      this.#use(latest, turn);
    }
  }

  #of(peer: PeerId): readonly Connection[] {
    return [...this.#all.values()].filter((connection) => connection.peer === peer);
  }

  #use(connection: Connection, turn: Turn): void {
    const { peer, link } = connection;
    const before = this.#active.get(peer);
    if (before === connection) return;
    if (before) turn.effects.push({ kind: "down", peer });
    this.#active.set(peer, connection);
    turn.effects.push({ kind: "up", peer, link });
  }
}
