// Hundreds of things that people do at a hub, thrown by seeded dice; after each, what must always hold.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dice } from "../../test/dice.ts";
import { ChatError } from "../core/errors.ts";
import type { Conversation } from "../core/ids.ts";
import { addressBytes } from "../core/ip.ts";
import { foldName } from "../core/name.ts";
import type { Random } from "../core/ports/clock.ts";
import type { HubAction, Visit } from "../core/ports/hub.ts";
import { LOBBY } from "../core/room.ts";
import { isWithin, parseRange } from "./addresses.ts";
import { skeletonOf } from "./skeleton.ts";
import { at, byToken, House, MINUTE, SECOND } from "./testing/house.ts";

const STEPS = 300;
/** So many do something at once, at most. */
const CROWD = 4;
const NAMES = ["ann", "Ann", "bob", "b0b", "BOB", "cy", "dan", "eve", "évе", "fay", "gus", "olga", "system"];
const PASSWORD = "correct horse";

type Guest = { readonly visit: Visit; readonly address: string; isOver: boolean };

class Town {
  readonly #house: House;
  readonly #throw: Random;
  readonly #guests: Guest[] = [];
  readonly #tokens: string[] = [];
  readonly #bans = new Set<string>();
  readonly #moderators = new Set<string>();

  constructor(house: House, random: Random) {
    this.#house = house;
    this.#throw = random;
  }

  async step(): Promise<void> {
    const deeds = [
      this.#enter,
      this.#enter,
      this.#enter,
      this.#return,
      this.#leave,
      this.#rename,
      this.#register,
      this.#login,
      this.#moderate,
      this.#pass,
    ];
    await this.#one(deeds)
      .call(this)
      .catch((error: unknown) => {
        if (!(error instanceof ChatError)) throw error;
        assert.notEqual(error.code, "storage");
      });
  }

  /** What holds after every step. */
  async check(): Promise<void> {
    const here = this.#guests.filter(({ isOver }) => !isOver);
    const people = new Map(here.map(({ visit }) => [visit.chat.self().id, visit.chat.self().name]));
    for (const form of [foldName, skeletonOf]) {
      const forms = [...people.values()].map(form);
      assert.equal(new Set(forms).size, forms.length, `two seats look alike: ${[...people.values()]}`);
    }
    for (const { address } of here) assert.equal(this.#isBanned(address), false, `${address} is banned and here`);
    assert.equal(
      [...people.values()].some((name) => ["olga", "system"].includes(skeletonOf(name))),
      false,
    );
    assert.equal(this.#house.hub.counts().visits, here.length);
    assert.deepEqual(this.#house.logged, []);
  }

  async #enter(): Promise<void> {
    const address = this.#address();
    await this.#admit(this.#house.enter(this.#one(NAMES), at(address), this.#throw() < 0.3 ? PASSWORD : null), address);
  }

  async #return(): Promise<void> {
    const address = this.#address();
    if (this.#tokens.length > 0) await this.#admit(this.#house.hub.desk.enter(byToken(this.#one(this.#tokens)), at(address)), address);
  }

  async #admit(entering: Promise<Visit>, address: string): Promise<void> {
    const visit = await entering;
    const guest: Guest = { visit, address, isOver: false };
    visit.ended(() => {
      guest.isOver = true;
    });
    this.#guests.push(guest);
    this.#tokens.push(visit.token);
  }

  async #leave(): Promise<void> {
    const guest = this.#someone();
    if (!guest) return;
    guest.isOver = true;
    await guest.visit.chat.close();
  }

  async #rename(): Promise<void> {
    await this.#someone()?.visit.chat.rename(this.#one(NAMES));
  }

  async #register(): Promise<void> {
    if (this.#throw() < 0.3) await this.#someone()?.visit.chat.hub({ kind: "register", password: PASSWORD });
  }

  async #login(): Promise<void> {
    const watching = this.#someone();
    await watching?.visit.chat.hub({ kind: "login", name: this.#one(NAMES), password: PASSWORD });
  }

  /** Somebody moderates, or tries to: only the owner and moderators get their way, and never against their like. */
  async #moderate(): Promise<void> {
    const actor = this.#throw() < 0.5 ? null : this.#someone();
    const chat = actor?.visit.chat ?? this.#house.hub.ownerChat;
    const name = actor?.visit.chat.self().name ?? null;
    const isModerator = () => name === null || this.#moderators.has(name);
    const was = isModerator();
    const target = this.#someone()?.visit.chat.self();
    const action = this.#action(target?.id ?? null);
    const isAgainstLike = () => name !== null && "person" in action && target !== undefined && this.#moderators.has(target.name);
    const wasAgainstLike = isAgainstLike();
    await chat.hub(action);
    assert(was || isModerator(), `${name} is no moderator and did ${action.kind}`);
    assert(!(wasAgainstLike && isAgainstLike()), `${name} acted on ${target?.name}, a moderator`);
    if (action.kind === "ban") this.#bans.add(action.whom);
    if (action.kind === "unban") this.#bans.delete(action.whom);
    if (action.kind === "role" && action.role === "moderator") this.#moderators.add(await this.#memberNamed(action.name));
    if (action.kind === "role" && action.role === "member") this.#moderators.delete(await this.#memberNamed(action.name));
  }

  async #memberNamed(name: string): Promise<string> {
    const lines = await this.#house.hub.ownerChat.hub({ kind: "members" });
    return lines.map((line) => line.split(",")[0] ?? "").find((known) => skeletonOf(known) === skeletonOf(name)) ?? name;
  }

  #action(person: ReturnType<Visit["chat"]["self"]>["id"] | null): HubAction {
    const actions: HubAction[] = [
      { kind: "ban", whom: `10.0.0.${Math.floor(this.#throw() * 4) * 4}/30`, minutes: 0, reason: "" },
      { kind: "unban", whom: [...this.#bans][0] ?? "10.0.0.0/30" },
      { kind: "role", name: this.#one(NAMES), role: this.#throw() < 0.7 ? "moderator" : "member" },
      { kind: "slow", room: LOBBY, seconds: 1 },
      { kind: "close", room: "#tea" as Conversation, to: this.#one(["guests", "everyone", "nobody"]) },
    ];
    if (person)
      actions.push({ kind: "kick", person, reason: "" }, { kind: "kick", person, reason: "" }, { kind: "mute", person, minutes: 1 });
    return this.#one(actions);
  }

  async #pass(): Promise<void> {
    this.#house.pass(this.#throw() < 0.8 ? Math.floor(this.#throw() * 20) * SECOND : 5 * MINUTE);
  }

  #address(): string {
    return `10.0.0.${Math.floor(this.#throw() * 16)}`;
  }

  #isBanned(address: string): boolean {
    const bytes = addressBytes(address);
    return [...this.#bans].some((text) => {
      const range = parseRange(text);
      return bytes !== null && range !== null && isWithin(bytes, range);
    });
  }

  #someone(): Guest | undefined {
    const here = this.#guests.filter(({ isOver }) => !isOver);
    return here.length > 0 ? this.#one(here) : undefined;
  }

  #one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#throw() * of.length)] as T;
  }
}

for (const seed of [1, 2, 111, 118, 142, 170]) {
  test(`seed ${seed}: whatever people do, names stay apart, bans hold, roles are obeyed`, async (t) => {
    const house = await House.open(t);
    const town = new Town(house, dice(seed));
    for (let step = 0; step < STEPS; step++) {
      await Promise.all(Array.from({ length: 1 + (step % CROWD) }, () => town.step()));
      await town.check();
    }
    assert(house.hub.counts().refused > 10);
  });
}
