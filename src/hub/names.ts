// Which names a guest may take: those that nobody else has, and that do not pose as the hub.

import { ChatError } from "../core/errors.ts";
import { guestOf, type PersonId, peerOf } from "../core/ids.ts";
import { foldName, parseGuest } from "../core/name.ts";
import type { Chat } from "../core/ports/chat.ts";
import type { Accounts } from "./accounts.ts";
import type { GuestBook } from "./guest-book.ts";
import { bareSkeletonOf, skeletonOf } from "./skeleton.ts";
import { guestKey } from "./stay.ts";
import type { Stays } from "./stays.ts";

/** Who asks for a name. */
export type Asker = {
  /** The id of the asker's token. */
  readonly passId: string;
  /** As `addressKey` has it. */
  readonly address: string;
};

export type NamesOptions = {
  /** The owner's. */
  readonly chat: Chat;
  readonly title: () => string;
  readonly accounts: Accounts;
  readonly book: GuestBook;
  readonly stays: Stays;
  /** Microseconds. */
  readonly clock: () => number;
};

const POSING: ReadonlySet<string> = new Set(
  ["server", "hub", "system", "earshot", "moderator", "owner", "admin", "administrator", "operator"].map(bareSkeletonOf),
);

/** The people of the network are asked for at most so often, microseconds. */
const REFRESH = 1_000_000;

export class Names {
  readonly #options: NamesOptions;
  /** The skeletons of the names of those of the network who are here. */
  #neighbours: ReadonlySet<string> = new Set();
  /** The tokens of those who have claimed a name and have no seat yet: they do not give way. */
  readonly #arriving = new Set<string>();
  #asked = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(options: NamesOptions) {
    this.#options = options;
  }

  /** Learns who of the network is here, unless that is known. To be awaited before `claimable`. */
  async refresh(): Promise<void> {
    if (Math.abs(this.#options.clock() - this.#asked) < REFRESH) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    await this.#asking;
  }

  /**
   * The name in its one form, if the asker may take it now (until `arrived`, nobody else may then); with the token of a guest who was here last under it from the same
   * address, and gives way. Throws bad-input (no name), in-use (somebody else's).
   */
  claimable(text: string, asker: Asker): { readonly name: string; readonly former: string | null } {
    const name = nameOf(text);
    const skeleton = skeletonOf(name);
    if (this.#poses(name)) throw new ChatError("in-use", `${name} could be taken for this hub: choose another name`);
    const { accounts } = this.#options;
    const account = accounts.get(name);
    if (account)
      throw new ChatError(
        "in-use",
        `${name} ${inUse(name, account.name, "has an account here")}: give its password, or choose another name`,
      );
    if (this.#isNeighbour(skeleton))
      throw new ChatError("in-use", `somebody on this network is called ${name}, or much like it: choose another name`);
    const former = this.#formerGuest(name, skeleton, asker);
    this.arrives(asker.passId);
    return { name, former };
  }

  /** Whoever has this token comes for the name that is kept, and gives way to nobody until `arrived`. */
  arrives(passId: string): void {
    this.#arriving.add(passId);
  }

  /** Whoever asked for a name has a seat under it now, or gave up. */
  arrived(passId: string): void {
    this.#arriving.delete(passId);
  }

  /** Whether somebody else is here under the name, or it is kept for another guest. Throws in-use if so, else returns whoever gives way. */
  #formerGuest(name: string, skeleton: string, { passId, address }: Asker): string | null {
    const { book, stays, clock } = this.#options;
    const seated = stays.bySkeleton(skeleton);
    const taken = new ChatError("in-use", `${name} ${inUse(name, seated?.name ?? name, "is taken")}: choose another name`);
    if (seated && seated.key !== guestKey(passId) && seated.visits.size > 0) throw taken;
    const holder = book.keptFor(skeleton, clock());
    if (holder === null || holder === passId) return null;
    const stay = stays.byKey(guestKey(holder));
    const isHere = this.#arriving.has(holder) || (stay ? stay.visits.size > 0 : stays.isHere(guestKey(holder)));
    if (isHere || book.get(holder)?.address !== address) throw taken;
    return holder;
  }

  #poses(name: string): boolean {
    const bare = bareSkeletonOf(name);
    return POSING.has(bare) || (bare !== "" && bare === bareSkeletonOf(this.#options.title()));
  }

  #isNeighbour(skeleton: string): boolean {
    return this.#neighbours.has(skeleton) || skeletonOf(this.#options.chat.self().name) === skeleton;
  }

  async #ask(): Promise<void> {
    const { chat, clock } = this.#options;
    const own = peerOf(chat.self().id);
    const isOwnGuest = (id: PersonId) => peerOf(id) === own && guestOf(id) !== null;
    const here = (await chat.people()).filter(({ id, status }) => status !== "offline" && !isOwnGuest(id));
    this.#neighbours = new Set(here.map(({ name }) => skeletonOf(name)));
    this.#asked = clock();
  }
}

/** The text as a guest's name. Throws bad-input. */
export function nameOf(text: string): string {
  const name = parseGuest(text);
  if (name !== null) return name;
  throw new ChatError(
    "bad-input",
    "a name has 1 to 48 characters that others can read, none of them · or /, and begins neither with # nor @",
  );
}

/** What is in the way: the name itself, or one that people could take for it. */
const inUse = (name: string, other: string, how: string): string =>
  foldName(name) === foldName(other) ? how : `looks too much like ${other}, and that name ${how}`;
