// Puts the parts of the engine together. Nothing else in this folder knows more parts than it needs.

import { ChatError } from "../core/errors.ts";
import { personOf } from "../core/ids.ts";
import type { Hosting } from "../core/ports/hosting.ts";
import { Acquaintance } from "./acquaintance.ts";
import { Appender } from "./append.ts";
import { Audience } from "./audience.ts";
import type { EngineOptions } from "./engine.ts";
import { Eraser } from "./erase.ts";
import { Events } from "./events.ts";
import { Feeds } from "./feeds.ts";
import { Forks } from "./forks.ts";
import { Guests } from "./guests.ts";
import { History } from "./history.ts";
import { HybridClock } from "./hybrid-clock.ts";
import { Ingest } from "./ingest.ts";
import { Messages } from "./messages.ts";
import { Once } from "./once.ts";
import { People } from "./people.ts";
import { PersonChat } from "./person-chat.ts";
import { OwnerPersona, type Persona } from "./persona.ts";
import { PresenceBook } from "./presence-book.ts";
import { Publisher } from "./publish.ts";
import { Reading } from "./reading.ts";
import { Receipts } from "./receipts.ts";
import { recovered } from "./recovery.ts";
import { RoomList } from "./room-list.ts";
import type { Rooms } from "./rooms.ts";
import type { Self } from "./self.ts";
import { Speaker } from "./speaker.ts";
import { Translator } from "./translate.ts";
import { Viewers } from "./viewers.ts";

/** What was read from the store before anything could be put together. */
export type Loaded = { readonly self: Self; readonly rooms: Rooms; readonly lastArrival: number };

export type Parts = ReturnType<typeof assemble>;

export function assemble(options: EngineOptions, loaded: Loaded) {
  const telling = assembleTelling(options, loaded);
  const flow = assembleFlow(options, loaded, telling);
  return { ...telling, ...flow, ...assembleFaces(options, loaded, { ...telling, ...flow }) };
}

/** Who is known, what messages look like, who is told. */
function assembleTelling({ identity, store, clock: now, log }: EngineOptions, { self, rooms, lastArrival }: Loaded) {
  const failed = (error: unknown) => log?.(error instanceof Error ? error.message : String(error));
  const clock = new HybridClock(now);
  const people = new People(now, (newcomer, known) => roster.stranger(newcomer, known));
  const messages = new Messages(people, clock);
  const eraser = new Eraser(store, failed);
  const history = new History(store, messages, (by, target) => eraser.redacted(by, target));
  const translator = new Translator({ store, rooms, people, messages, history });
  const viewers = new Viewers(personOf(identity.id));
  const audience = new Audience(rooms, viewers, failed);
  const events = new Events({ store, translator, audience, owner: viewers.owner, lastArrival, failed });
  const acquaintance = new Acquaintance(store, people, failed);
  const guests = new Guests();
  const roster = new PresenceBook({ peer: identity.id, self, guests, people, acquaintance, rooms, events, now });
  return { failed, clock, people, messages, eraser, history, viewers, audience, events, acquaintance, guests, roster };
}

/** The way of a message: said or given, admitted, appended, published. */
function assembleFlow(options: EngineOptions, { rooms, lastArrival }: Loaded, telling: ReturnType<typeof assembleTelling>) {
  const { identity, network, store } = options;
  const { clock, people, events, eraser, roster, viewers, failed } = telling;
  const self = identity.id;
  const publisher = new Publisher({ clock, rooms, people, events, eraser, reading: () => reading, roster, self, lastArrival, failed });
  const appender = new Appender(store, (run, arrival) => publisher.publish(run, arrival), failed);
  const reading = new Reading({ store, clock, owner: viewers.owner, held: rooms.all(), published: () => publisher.published });
  const receipts = new Receipts(self);
  let recovering = options.recovery ? recovered({ ...options.recovery, self, rooms, receipts, publisher }) : null;
  const done = recovering?.then(() => {
    recovering = null;
  });
  const speaker = new Speaker({ identity, network, clock, appender, prepare: (room) => recovering ?? reading.prepare(room) });
  const once = new Once({ store, self, lastArrival });
  const forks = new Forks({ store, appender, found: (author) => roster.forked(author) });
  const ingest = new Ingest({ here: { network, peer: self }, rooms, appender, forks, crowded: () => roster.crowded() });
  return { publisher, appender, reading, receipts, recovery: done ?? null, speaker, once, ingest };
}

type Inside = ReturnType<typeof assembleTelling> & ReturnType<typeof assembleFlow>;

/** What others hold of the engine, and how it is closed. */
function assembleFaces({ identity, store, clock: now }: EngineOptions, { self, rooms }: Loaded, inside: Inside) {
  const { people, reading, receipts, events, appender, speaker, eraser, acquaintance } = inside;
  const roomList = new RoomList(rooms, people, reading);
  let isClosed = false;
  const closed = () => (isClosed ? new ChatError("closed", "this chat has been closed") : null);
  const close = async () => {
    isClosed = true;
    await speaker.idle();
    await appender.idle();
    await Promise.all([eraser.idle(), acquaintance.idle()]);
    events.close();
    receipts.close();
  };
  const parts = { ...inside, self, rooms, roomList, now, store, closed };
  const chatOf = (persona: Persona) => new PersonChat(parts, persona);
  const chat = chatOf(new OwnerPersona(parts, close));
  const log = new Feeds(parts);
  const hosting = hostingBy(() =>
    import("./guest-house.ts").then(({ GuestHouse }) => new GuestHouse({ ...parts, peer: identity.id, chatOf })),
  );
  return { chat, log, hosting };
}

/** Most peers host nobody: what it takes is loaded for the first guest. */
function hostingBy(load: () => Promise<Hosting>): Hosting {
  let loading: Promise<Hosting> | null = null;
  const house = () => {
    loading ??= load();
    return loading;
  };
  return {
    seat: async (guest) => (await house()).seat(guest),
    announce: async (room, text) => (await house()).announce(room, text),
    expire: async (retention) => (await house()).expire(retention),
  };
}
