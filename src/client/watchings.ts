// The watches of a remote chat: each goes on after a loss where it was, nothing missed and nothing twice.

import type { ChatEvent, WatchEnd, Watcher } from "../core/ports/chat.ts";
import { Present } from "./present.ts";
import type { Requests } from "./requests.ts";

type Watching = {
  readonly watcher: Watcher;
  /** The cursor of the last event seen, or where the watch began. Undefined until either is known. */
  last: number | undefined;
  /** The gateway ended it before it had answered that it stands. */
  cut: boolean;
};

export class Watchings {
  readonly #requests: Requests;
  readonly #all = new Map<number, Watching>();
  /** As the watchers know who is here. */
  readonly present = new Present();

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  async start(watcher: Watcher, after: number | undefined): Promise<{ readonly cursor: number; stop(): void }> {
    const id = this.#requests.nextId();
    const watching: Watching = { watcher, last: after, cut: false };
    this.#all.set(id, watching);
    try {
      const { cursor } = await this.#ask(id, watching);
      return { cursor, stop: () => this.#stop(id) };
    } catch (error) {
      this.#all.delete(id);
      throw error;
    }
  }

  async #ask(id: number, watching: Watching): Promise<{ readonly cursor: number }> {
    const answer = await this.#requests.ask("watch", () => (watching.last === undefined ? {} : { after: watching.last }), { id });
    watching.last ??= answer.cursor;
    if (watching.cut) this.#resume(id, watching);
    return answer;
  }

  #stop(id: number): void {
    if (!this.#all.delete(id)) return;
    this.#requests.forget(id);
    this.#requests.ask("unwatch", { watch: id }).catch(nothingToDo);
  }

  heard(id: number, events: readonly ChatEvent[]): void {
    const watching = this.#all.get(id);
    if (!watching || events.length === 0) return;
    this.present.heard(events);
    this.#tell(id, watching, events);
  }

  #tell(id: number, watching: Watching, events: readonly ChatEvent[]): void {
    if (watching.watcher.events) this.#hearAll(watching, events);
    else for (const event of events) if (this.#all.get(id) === watching) this.#hearOne(watching, event);
  }

  #hearAll(watching: Watching, events: readonly ChatEvent[]): void {
    watching.last = events.findLast(({ cursor }) => cursor !== null)?.cursor ?? watching.last;
    watching.watcher.events?.(events);
  }

  #hearOne(watching: Watching, event: ChatEvent): void {
    if (event.cursor !== null) watching.last = event.cursor;
    watching.watcher.event(event);
  }

  /** The gateway ended a watch because this client fell behind: goes on where it was. */
  ended(id: number, why: WatchEnd): void {
    const watching = this.#all.get(id);
    if (!watching || why !== "busy") return;
    if (this.#requests.isPending(id)) watching.cut = true;
    else this.#resume(id, watching);
  }

  /** After a loss: those whose first request is still on its way are asked for with it. */
  resumeAll(): void {
    for (const [id, watching] of this.#all) if (!this.#requests.isPending(id)) this.#resume(id, watching);
  }

  #resume(id: number, watching: Watching): void {
    watching.cut = false;
    this.#ask(id, watching).then(
      () => this.#tellPresence(id, watching),
      () => {
        if (!this.#all.delete(id)) return;
        watching.watcher.ended?.("busy");
      },
    );
  }

  /** Presence is not replayed: tells how everyone is now. */
  async #tellPresence(id: number, watching: Watching): Promise<void> {
    const people = await this.#requests.ask("people", {}).catch(() => []);
    if (people.length > 0 && this.#all.get(id) === watching) this.#tell(id, watching, this.present.now(people));
  }

  /** This chat closes. */
  endAll(): void {
    const all = [...this.#all.values()];
    this.#all.clear();
    for (const { watcher } of all) watcher.ended?.("closed");
  }
}

/** A gateway that cannot end a watch has ended it. */
function nothingToDo(): void {}
