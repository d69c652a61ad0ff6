// Opens visits, and does what changes who a visit is: rename, register, login.

import { ChatError } from "../core/errors.ts";
import { addressKey } from "../core/ip.ts";
import type { Credentials, Farewell, HubAction, Origin } from "../core/ports/hub.ts";
import type { Person } from "../core/presence.ts";
import { perform } from "./actions.ts";
import { type ActionOf, note } from "./deeds.ts";
import { claim, type Entrant, identify, memberOf, requireUnbanned } from "./entering.ts";
import { nameOf } from "./names.ts";
import type { Office } from "./office.ts";
import { memberKey, type Stay } from "./stay.ts";
import { HubVisit } from "./visit.ts";
import { leaveClosed, VisitChat } from "./visit-chat.ts";

/** Doors that keep a token for their people: for those, a guest's name is kept while they are away. */
const KEEPING: ReadonlySet<Origin["door"]> = new Set(["web"]);

export class Visits {
  readonly #office: Office;
  #isClosing = false;

  constructor(office: Office) {
    this.#office = office;
  }

  /** See `FrontDesk.enter`. */
  async enter(who: Credentials, origin: Origin): Promise<HubVisit> {
    this.#requireOpen();
    const entrant = await identify(this.#office, who, origin);
    try {
      const stay = await this.#seat(entrant, origin);
      return this.#open(stay, entrant, origin);
    } catch (error) {
      if (entrant.role === "guest" && !this.#office.stays.byKey(entrant.key)) this.#office.book.remove(entrant.passId);
      throw error;
    } finally {
      this.#office.names.arrived(entrant.passId);
    }
  }

  /** Ends all visits. Resolves once their seats are free. */
  async close(why: Farewell): Promise<void> {
    this.#isClosing = true;
    await Promise.all([...this.#office.stays.all()].map((stay) => this.#office.stays.end(stay, why)));
  }

  /** The seat is there now; what may have changed since it was asked for is looked at again. */
  async #seat(who: Entrant, origin: Origin): Promise<Stay> {
    const { stays, mutes, rules } = this.#office;
    const stay = await stays.enter(who);
    try {
      stay.mutedUntil = mutes.until(stay.key);
      const closed = rules.closedTo(stay.role);
      if (closed.length > 0 && stay.visits.size === 0) await leaveClosed(stay, closed);
      this.#requireOpen();
      requireUnbanned(this.#office, who, origin);
      if (stay.isOver) throw new ChatError("closed", "this visit was ended before it began");
      return stay;
    } catch (error) {
      stays.abandoned(stay);
      throw error;
    }
  }

  #open(stay: Stay, { passId }: Entrant, origin: Origin): HubVisit {
    const { guard, doorkeeper, rules } = this.#office;
    const chat: VisitChat = new VisitChat(stay, {
      guard,
      address: doorkeeper.speechOf(origin.address),
      closedRooms: ({ role }) => rules.closedTo(role),
      rename: (name) => inTurn(visit, (stay) => this.#rename(visit, stay, name)),
      hub: (action) => this.#hub(visit, action),
      // who cannot come back by a token has left; the others may just have lost the connection
      left: (how) => this.#office.stays.left(visit, chat.stay, how === "gone" || !chat.stay.isKept),
    });
    if (KEEPING.has(origin.door)) stay.isKept = true;
    const visit = new HubVisit(chat, { id: passId, token: this.#token(stay, passId, origin) }, origin);
    stay.visits.add(visit);
    return visit;
  }

  /** A token that holds for a month from now, whatever it stood for before. */
  #token(stay: Stay, id: string, origin: Origin): string {
    const { tokens, book, accounts, clock } = this.#office;
    const now = clock();
    const kind = stay.isMember ? "member" : "guest";
    const { name, since } = (stay.isMember ? accounts.get(stay.name) : book.get(id)) ?? { name: stay.name, since: now };
    book.put(id, { name, since, seen: now, kind, address: addressKey(origin.address) });
    if (stay.isMember) accounts.seen(name, now);
    return tokens.make({ id, name, since, issued: now, kind });
  }

  async #rename(visit: HubVisit, stay: Stay, text: string): Promise<Person> {
    const { book, names, stays, clock } = this.#office;
    const { chat } = stay.seat;
    if (nameOf(text) === stay.name) return chat.self();
    if (stay.isMember) throw new ChatError("not-allowed", `${stay.name} is the name of your account: it stays`);
    await names.refresh();
    requireUnbanned(this.#office, { name: nameOf(text), passId: null }, visit.origin);
    const before = book.get(visit.passId);
    const { name } = await claim(this.#office, text, { passId: visit.passId, since: clock(), origin: visit.origin });
    try {
      const person = await chat.rename(name);
      stays.changed(stay, { name });
      return person;
    } catch (error) {
      if (before) book.put(visit.passId, before);
      throw error;
    } finally {
      names.arrived(visit.passId);
    }
  }

  async #hub(visit: HubVisit, action: HubAction): Promise<readonly string[]> {
    const { stay } = visit.chat;
    if (action.kind === "register") return inTurn(visit, (same) => this.#register(visit, same, action.password));
    if (action.kind === "login") return inTurn(visit, (same) => this.#login(visit, same, action));
    return perform(this.#office, { name: stay.name, role: stay.role, address: visit.origin.address }, action);
  }

  /** The guest becomes a member of the same name. */
  async #register(visit: HubVisit, stay: Stay, password: string): Promise<readonly string[]> {
    const { settings, title, accounts, signIn, book, clock } = this.#office;
    if (stay.isMember) throw new ChatError("in-use", `${stay.name} has an account already`);
    if (!settings().registration) throw new ChatError("not-allowed", `${title()} makes no new accounts: ask its owner`);
    const record = await signIn.protect(password);
    requireGoingOn(visit);
    const { name } = stay;
    const holder = book.get(visit.passId);
    const since = holder?.since ?? clock();
    await accounts.put({ name, since, role: "member", password: record, seen: clock() });
    book.put(visit.passId, { name, since, seen: clock(), kind: "member", address: addressKey(visit.origin.address) });
    await this.#becomeMember(stay, name);
    await book.written();
    await note(this.#office, { name, role: "guest" }, { kind: "register" });
    return [`${name} is your account now: come in with this name and your password`];
  }

  async #becomeMember(stay: Stay, name: string): Promise<void> {
    const { stays, mutes } = this.#office;
    const key = memberKey(name);
    await mutes.move(stay.key, key);
    stays.changed(stay, { key, role: "member" });
  }

  /** The visit becomes one of the member; the guest leaves, unless others are the same guest. */
  async #login(visit: HubVisit, before: Stay, { name, password }: ActionOf<"login">): Promise<readonly string[]> {
    const { stays, book, signIn, title, clock, accounts } = this.#office;
    const account = await signIn.check(name, password, visit.origin.address);
    requireUnbanned(this.#office, { name: account.name, passId: visit.passId }, visit.origin);
    if (before.key === memberKey(account.name)) return [`you are ${account.name} already`];
    const stay = await this.#seat({ ...memberOf(account), passId: visit.passId }, visit.origin);
    if (visit.isOver) {
      stays.abandoned(stay);
      throw new ChatError("closed", "this visit has ended");
    }
    stay.visits.add(visit);
    await visit.chat.turn(stay);
    stays.left(visit, before, true);
    const { since } = account;
    book.put(visit.passId, { name: account.name, since, seen: clock(), kind: "member", address: addressKey(visit.origin.address) });
    accounts.seen(account.name, clock());
    await book.written();
    return [`welcome to ${title()}, ${account.name}`];
  }

  #requireOpen(): void {
    if (this.#isClosing) throw new ChatError("closed", `${this.#office.title()} is closing`);
  }
}

/** What changes who somebody is happens one after the other, whichever of the person's visits asks. */
async function inTurn<T>(visit: HubVisit, change: (stay: Stay) => Promise<T>): Promise<T> {
  const { stay } = visit.chat;
  const changing = stay.changing.then(() => {
    requireGoingOn(visit);
    return visit.chat.stay === stay ? change(stay) : null;
  });
  stay.changing = changing.catch(() => {});
  return (await changing) ?? inTurn(visit, change);
}

/** Who has left holds no name any more. */
function requireGoingOn(visit: HubVisit): void {
  if (visit.isOver) throw new ChatError("closed", "this visit has ended");
}
