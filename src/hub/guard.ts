// What a visit may do, and how fast. Each refusal says why, and what to do.

import { ChatError } from "../core/errors.ts";
import type { Conversation } from "../core/ids.ts";
import { parseOpenRoom } from "../core/room.ts";
import { Bucket, type Rate, waitText } from "./bucket.ts";
import { untilText } from "./moments.ts";
import { isClosedTo, type RoomRules } from "./room-rules.ts";
import type { Settings } from "./settings.ts";
import type { Stay } from "./stay.ts";

export type GuardOptions = {
  readonly settings: () => Settings;
  readonly rules: RoomRules;
  /** Microseconds. */
  readonly clock: () => number;
};

/** How often one person may do other things than speak. */
const ACTS = {
  join: { most: 30, seconds: 60, what: "joins" },
  rename: { most: 5, seconds: 60, what: "new names" },
  topic: { most: 10, seconds: 60, what: "topics" },
  status: { most: 30, seconds: 60, what: "changes of status" },
  react: { most: 60, seconds: 60, what: "reactions" },
  search: { most: 60, seconds: 60, what: "searches" },
  typing: { most: 60, seconds: 60, what: "signs of typing" },
  hub: { most: 60, seconds: 60, what: "commands to the hub" },
} as const satisfies Record<string, Rate & { readonly what: string }>;

export type Act = keyof typeof ACTS;

export class Guard {
  readonly #options: GuardOptions;
  /** How often somebody was told to slow down. */
  limited = 0;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Why somebody may not say this here and now, or null. `address` counts for all who come from there; null for none. */
  speech(stay: Stay, address: Bucket | null, room: Conversation, text: string): ChatError | null {
    const now = this.#options.clock();
    return this.text(stay, text, now) ?? this.#room(stay, room, now) ?? this.#pace(stay, address, now);
  }

  /** As `speech`, for a change of what was said. */
  edit(stay: Stay, address: Bucket | null, text: string): ChatError | null {
    const now = this.#options.clock();
    return this.text(stay, text, now) ?? this.#pace(stay, address, now);
  }

  /** Why somebody may not publish words at all. */
  text(stay: Stay, text: string, now: number = this.#options.clock()): ChatError | null {
    if (stay.mutedUntil > now) return refusal("not-allowed", `you are muted ${untilText(stay.mutedUntil)}: others do not hear you`);
    const most = this.#options.settings().limits["message-bytes"];
    if (most === 0 || text.length * 3 <= most || utf8.encode(text).length <= most) return null;
    return refusal("too-large", `a message has at most ${most} bytes at this hub: say it in parts`);
  }

  /** Why somebody may not be in a room, or null. */
  entry(stay: Stay, room: Conversation): ChatError | null {
    const rule = this.#options.rules.of(room);
    if (!rule || !isClosedTo(rule, stay.role)) return null;
    return rule.closedTo === "guests"
      ? refusal("not-allowed", `${room} is closed to guests: only people with an account may be there (/register makes one)`)
      : refusal("not-allowed", `${room} is closed: only moderators may be there`);
  }

  /** Why somebody may not set a topic here, or null. */
  topic(stay: Stay, room: Conversation): ChatError | null {
    const { topics } = this.#options.settings();
    if (topics === "moderators" && stay.role !== "moderator") return refusal("not-allowed", "only moderators set topics at this hub");
    if (topics === "members" && !stay.isMember)
      return refusal("not-allowed", "only people with an account set topics at this hub (/register makes one)");
    return this.entry(stay, room);
  }

  /** Why somebody does something too often, or null. */
  act(stay: Stay, act: Act): ChatError | null {
    stay.acts ??= new Map();
    const bucket = stay.acts.get(act) ?? new Bucket();
    stay.acts.set(act, bucket);
    const wait = bucket.take(ACTS[act], this.#options.clock());
    const { what, most } = ACTS[act];
    return wait === 0 ? null : this.#slower(`too fast: at most ${most} ${what} in a minute`, wait);
  }

  #room(stay: Stay, room: Conversation, now: number): ChatError | null {
    const rule = this.#options.rules.of(room);
    if (!rule) return null;
    const closed = this.entry(stay, room);
    if (closed || rule.slow === 0 || stay.role === "moderator") return closed;
    const key = parseOpenRoom(room) ?? room;
    stay.spoke ??= new Map();
    const last = stay.spoke.get(key) ?? Number.NEGATIVE_INFINITY;
    const next = last + rule.slow * 1e6;
    if (last <= now && now < next) return this.#slower(`${key} is slow: one message every ${rule.slow} seconds`, next - now);
    stay.spoke.set(key, now);
    return null;
  }

  #pace(stay: Stay, address: Bucket | null, now: number): ChatError | null {
    const { limits } = this.#options.settings();
    const most = limits["messages-per-10-seconds"];
    const wait = stay.pace.take({ most, seconds: 10 }, now);
    if (wait > 0) return this.#slower(`you speak too fast: at most ${most} messages in 10 seconds`, wait);
    if (!address) return null;
    const mostThere = limits["messages-per-10-seconds-per-address"];
    const waitThere = address.take({ most: mostThere, seconds: 10 }, now);
    if (waitThere === 0) return null;
    stay.pace.giveBack();
    return this.#slower(`too much comes from your address: at most ${mostThere} messages in 10 seconds`, waitThere);
  }

  #slower(why: string, wait: number): ChatError {
    this.limited++;
    return refusal("rate-limited", `${why}; try again in ${waitText(wait)}`);
  }
}

const refusal = (code: "not-allowed" | "too-large" | "rate-limited", text: string): ChatError => new ChatError(code, text);
const utf8 = new TextEncoder();
