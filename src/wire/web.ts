// The browser protocol: JSON text frames over WebSocket. `docs/protocol/web.md` tells it to strangers.

import * as v from "valibot";
import { ERROR_CODES, type ErrorCode } from "../core/errors.ts";
import type { ChatEvent, WatchEnd } from "../core/ports/chat.ts";
import type { Farewell } from "../core/ports/hub.ts";
import type { Person } from "../core/presence.ts";
import { chatEvents } from "./web-events.ts";
import { isMethod, METHODS, type MethodName, type Params, type Result, requestId, wireResult } from "./web-methods.ts";
import { person, whole, wirePerson } from "./web-values.ts";

/** The WebSocket subprotocol, and with it the version. A token travels beside it as `token.TOKEN`, where headers cannot be set. */
export const SUBPROTOCOL = "earshot.v1";
export const TOKEN_PREFIX = "token.";
/** Why a server closes, beside the codes of RFC 6455: the token is no longer good, so one is to enter by name; the hub lets this person not in. */
export const TOKEN_REFUSED = 4001;
export const NOT_WELCOME = 4003;
/** The longest frame that a client may send, bytes: the longest text with every character escaped, and room to spare. */
export const MAX_REQUEST = 512 * 1024;

/** What a client asks. A request that comes again with the same nonce is answered from memory, not run again. */
export type Request = {
  readonly [M in MethodName]: { readonly id: number; readonly nonce: string | null; readonly method: M; readonly params: Params<M> };
}[MethodName];

/** A frame that is no request: `id` tells whom to answer; null where not even that could be read. */
export type Malformed = { readonly id: number | null; readonly method: null; readonly detail: string };

/** What a server says. */
export type ServerFrame =
  /** To one without a token: how the hub is called, and its words of welcome. */
  | { readonly event: "hello"; readonly title: string; readonly welcome: string }
  | { readonly event: "welcome"; readonly self: Person }
  | { readonly event: "self"; readonly self: Person }
  | { readonly event: "events"; readonly watch: number; readonly events: readonly ChatEvent[] }
  | { readonly event: "end"; readonly watch: number; readonly why: WatchEnd; readonly cursor: number | null }
  | { readonly event: "beat" }
  /** The hub ends the visit; the connection is closed behind it. */
  | ({ readonly event: "farewell" } & Farewell)
  | { readonly event: "answer"; readonly id: number; readonly result: unknown }
  | { readonly event: "refusal"; readonly id: number | null; readonly code: ErrorCode; readonly detail: string };

const requestFrame = v.strictObject({
  id: requestId,
  method: v.pipe(v.string(), v.maxLength(64)),
  params: v.exactOptional(v.unknown(), {}),
  nonce: v.exactOptional(v.pipe(v.string(), v.regex(/^[\w.-]{8,64}$/, "a nonce of 8 to 64 letters, digits, - _ . is expected"))),
});

/** Reads a client's frame. Never throws. */
export function parseRequest(text: string): Request | Malformed {
  const json = parseJson(text);
  const frame = v.safeParse(requestFrame, json);
  if (!frame.success) return malformed(idIn(json), frame.issues[0]);
  const { id, method, params, nonce = null } = frame.output;
  if (!isMethod(method)) return { id, method: null, detail: `there is no method ${JSON.stringify(method)}` };
  const given = v.safeParse(METHODS[method].params, params, { abortEarly: true });
  if (!given.success) return malformed(id, given.issues[0]);
  return { id, nonce, method, params: given.output } as Request;
}

function malformed(id: number | null, issue: v.BaseIssue<unknown>): Malformed {
  const where = v.getDotPath(issue);
  return { id, method: null, detail: `${where ? `${where}: ` : ""}${issue.message}`.slice(0, 300) };
}

function idIn(json: unknown): number | null {
  const found = v.safeParse(v.object({ id: requestId }), json);
  return found.success ? found.output.id : null;
}

/** The value, or undefined where the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const encodeRequest = <M extends MethodName>(id: number, method: M, params: Params<M>, nonce: string | null): string =>
  JSON.stringify(nonce === null ? { id, method, params } : { id, method, params, nonce });

/** Kinds of a later version are passed over. */
const knownEvents = v.pipe(
  v.array(v.fallback(chatEvents, [])),
  v.transform((events) => events.flat()),
);
const serverFrame = v.variant("event", [
  v.object({ event: v.literal("events"), watch: requestId, events: knownEvents }),
  v.object({ event: v.literal("hello"), title: v.string(), welcome: v.string() }),
  v.object({ event: v.literal("welcome"), self: person }),
  v.object({ event: v.literal("self"), self: person }),
  v.object({ event: v.literal("end"), watch: requestId, why: v.picklist(["busy", "closed"]), cursor: v.nullable(whole) }),
  v.object({ event: v.literal("beat") }),
  v.object({ event: v.literal("farewell"), code: v.picklist(["kicked", "banned", "closing"]), text: v.string() }),
]);
const answerFrame = v.object({ id: requestId, result: v.unknown() });
const refusalFrame = v.object({ id: v.nullable(requestId), error: v.object({ code: v.picklist(ERROR_CODES), detail: v.string() }) });

/** Reads a server's frame; null for one that this version does not know. An answer's result is read by `parseResult`. Never throws. */
export function parseServerFrame(text: string): ServerFrame | null {
  const json = parseJson(text);
  if (typeof json !== "object" || json === null) return null;
  if ("event" in json) return outputOf(v.safeParse(serverFrame, json, { abortEarly: true }));
  if ("result" in json) {
    const answer = outputOf(v.safeParse(answerFrame, json));
    return answer && { event: "answer", ...answer };
  }
  const refusal = outputOf(v.safeParse(refusalFrame, json));
  return refusal && { event: "refusal", id: refusal.id, ...refusal.error };
}

const outputOf = <T>(parsed: { readonly success: true; readonly output: T } | { readonly success: false }): T | null =>
  parsed.success ? parsed.output : null;

/** The result of a method, or null in `ok: false` where it is not what the method answers. Never throws. */
export function parseResult<M extends MethodName>(
  method: M,
  value: unknown,
): { readonly ok: true; readonly result: Result<M> } | { readonly ok: false } {
  const parsed = v.safeParse(METHODS[method].result, value, { abortEarly: true });
  return parsed.success ? { ok: true, result: parsed.output as Result<M> } : { ok: false };
}

export const encodeHello = (title: string, welcome: string): string => JSON.stringify({ event: "hello", title, welcome });
export const encodeWelcome = (self: Person): string => JSON.stringify({ event: "welcome", self: wirePerson(self) });
export const encodeSelf = (self: Person): string => JSON.stringify({ event: "self", self: wirePerson(self) });
export const encodeBeat = (): string => '{"event":"beat"}';
export const encodeFarewell = ({ code, text }: Farewell): string => JSON.stringify({ event: "farewell", code, text });
export const encodeAnswer = <M extends MethodName>(id: number, method: M, result: Result<M> | undefined): string =>
  JSON.stringify({ id, result: wireResult(method, result) });
export const encodeRefusal = (id: number | null, code: ErrorCode, detail: string): string =>
  JSON.stringify({ id, error: { code, detail } });
export const encodeEnd = (watch: number, why: WatchEnd, cursor: number | null): string =>
  JSON.stringify({ event: "end", watch, why, cursor });

/** Events that were encoded, in one frame. */
export const encodeEvents = (watch: number, events: readonly string[]): string =>
  `${openingOfEvents(watch)}${events.join(",")}${CLOSING_OF_EVENTS}`;
/** What stands before and after the events of a frame: for those who have them as bytes already. */
export const openingOfEvents = (watch: number): string => `{"event":"events","watch":${watch},"events":[`;
export const CLOSING_OF_EVENTS = "]}";
