// The browser protocol: JSON text frames over WebSocket. `docs/protocol/web.md` tells it to strangers.

import * as v from "valibot";
import { ERROR_CODES, type ErrorCode } from "../core/errors.ts";
import type { ChatEvent, WatchEnd } from "../core/ports/chat.ts";
import type { Person } from "../core/presence.ts";
import { isMethod, METHODS, type MethodName, type Params, type Result, requestId } from "./web-methods.ts";
import { chatEvent, person, whole } from "./web-values.ts";

/** The WebSocket subprotocol, and with it the version. A token travels beside it as `token.TOKEN`, where headers cannot be set. */
export const SUBPROTOCOL = "earshot.v1";
export const TOKEN_PREFIX = "token.";
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
  /** `instance` is new whenever the server starts: with it, the server's memory of nonces begins. */
  | { readonly event: "welcome"; readonly self: Person; readonly instance: string }
  | { readonly event: "self"; readonly self: Person }
  | { readonly event: "events"; readonly watch: number; readonly events: readonly ChatEvent[] }
  | { readonly event: "end"; readonly watch: number; readonly why: WatchEnd; readonly cursor: number | null }
  | { readonly event: "beat" }
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
  v.array(v.fallback(v.nullable(chatEvent), null)),
  v.transform((events) => events.filter((event) => event !== null)),
);
const serverFrame = v.variant("event", [
  v.object({ event: v.literal("events"), watch: requestId, events: knownEvents }),
  v.object({ event: v.literal("welcome"), self: person, instance: v.string() }),
  v.object({ event: v.literal("self"), self: person }),
  v.object({ event: v.literal("end"), watch: requestId, why: v.picklist(["busy", "closed"]), cursor: v.nullable(whole) }),
  v.object({ event: v.literal("beat") }),
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

export const encodeWelcome = (self: Person, instance: string): string => JSON.stringify({ event: "welcome", self, instance });
export const encodeSelf = (self: Person): string => JSON.stringify({ event: "self", self });
export const encodeBeat = (): string => '{"event":"beat"}';
export const encodeAnswer = (id: number, result: unknown): string => JSON.stringify({ id, result: result ?? null });
export const encodeRefusal = (id: number | null, code: ErrorCode, detail: string): string =>
  JSON.stringify({ id, error: { code, detail } });
export const encodeEnd = (watch: number, why: WatchEnd, cursor: number | null): string =>
  JSON.stringify({ event: "end", watch, why, cursor });

const encodings = new WeakMap<ChatEvent, string>();

/** An event as JSON, made once however many read it. */
export function encodeEvent(event: ChatEvent): string {
  let text = encodings.get(event);
  if (text === undefined) {
    text = JSON.stringify(event);
    encodings.set(event, text);
  }
  return text;
}

/** Events that were encoded, in one frame. */
export const encodeEvents = (watch: number, events: readonly string[]): string =>
  `{"event":"events","watch":${watch},"events":[${events.join(",")}]}`;
