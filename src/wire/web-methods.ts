// The methods of the browser protocol: what each takes and answers. The one schema from which the types come.

import * as v from "valibot";
import { hubAction } from "./web-hub.ts";
import { message, wireMessage } from "./web-messages.ts";
import { people, wirePeople } from "./web-people.ts";
import { conversation, entryId, listOf, orderKey, person, roomInfo, whole, wirePerson } from "./web-values.ts";

/** A number by which a client names a request of its own. */
export const requestId = whole;

const limit = v.pipe(whole, v.maxValue(10_000));
const nothing = v.null();
const shortText = v.pipe(v.string(), v.maxLength(1000));

/** Methods whose second run would do something again carry a nonce when they are repeated (`writes`);
 *  those that may take for ever (`waits`) are bounded on their own and do not hold up the others. */
export const METHODS = {
  /** The first request of a guest: those behind it wait for its answer. The token lets the same person in again. */
  enter: {
    writes: false,
    waits: false,
    params: v.strictObject({ name: shortText, password: v.exactOptional(shortText) }),
    result: v.object({ token: v.string() }),
  },
  say: {
    writes: true,
    waits: false,
    params: v.strictObject({ room: conversation, text: v.string(), replyTo: v.exactOptional(entryId) }),
    result: message,
  },
  edit: { writes: true, waits: false, params: v.strictObject({ id: entryId, text: v.string() }), result: message },
  redact: { writes: true, waits: false, params: v.strictObject({ id: entryId }), result: nothing },
  react: {
    writes: true,
    waits: false,
    params: v.strictObject({ id: entryId, emoji: v.string(), on: v.exactOptional(v.boolean()) }),
    result: nothing,
  },
  join: { writes: true, waits: false, params: v.strictObject({ room: conversation }), result: roomInfo },
  leave: { writes: true, waits: false, params: v.strictObject({ room: conversation }), result: nothing },
  setTopic: { writes: true, waits: false, params: v.strictObject({ room: conversation, text: v.string() }), result: nothing },
  rename: { writes: true, waits: false, params: v.strictObject({ name: v.string() }), result: person },
  setStatus: {
    writes: true,
    waits: false,
    params: v.strictObject({ status: v.picklist(["online", "away", "busy"]), text: v.exactOptional(v.string()) }),
    result: nothing,
  },
  typing: { writes: false, waits: false, params: v.strictObject({ room: conversation }), result: nothing },
  markRead: { writes: true, waits: false, params: v.strictObject({ room: conversation, upTo: orderKey }), result: nothing },
  people: { writes: false, waits: false, params: v.strictObject({}), result: people },
  rooms: { writes: false, waits: false, params: v.strictObject({}), result: listOf(roomInfo) },
  history: {
    writes: false,
    waits: false,
    params: v.strictObject({ room: conversation, limit, before: v.exactOptional(orderKey), after: v.exactOptional(orderKey) }),
    result: listOf(message),
  },
  search: {
    writes: false,
    waits: false,
    params: v.strictObject({ words: v.string(), room: v.exactOptional(conversation), limit, before: v.exactOptional(orderKey) }),
    result: listOf(message),
  },
  /** Answered once the message has reached somebody: perhaps never. `cancel` ends it. */
  delivered: { writes: false, waits: true, params: v.strictObject({ id: entryId }), result: nothing },
  hub: { writes: true, waits: false, params: v.strictObject({ action: hubAction }), result: listOf(v.string()) },
  /** Events come under the id of this request until `unwatch`. */
  watch: { writes: false, waits: true, params: v.strictObject({ after: v.exactOptional(whole) }), result: v.object({ cursor: whole }) },
  unwatch: { writes: false, waits: false, params: v.strictObject({ watch: requestId }), result: nothing },
  cancel: { writes: false, waits: false, params: v.strictObject({ request: requestId }), result: nothing },
} as const satisfies Record<string, Method>;

type Method = { readonly writes: boolean; readonly waits: boolean; readonly params: v.GenericSchema; readonly result: v.GenericSchema };

export type MethodName = keyof typeof METHODS;
export type Params<M extends MethodName> = v.InferOutput<(typeof METHODS)[M]["params"]>;
export type Result<M extends MethodName> = v.InferOutput<(typeof METHODS)[M]["result"]>;

export const isMethod = (name: string): name is MethodName => Object.hasOwn(METHODS, name);

/** How results are written that are not written as they are. */
const WIRE_RESULTS: { readonly [M in MethodName]?: (result: Result<M>) => unknown } = {
  say: wireMessage,
  edit: wireMessage,
  rename: wirePerson,
  people: wirePeople,
  history: (messages) => messages.map(wireMessage),
  search: (messages) => messages.map(wireMessage),
};

/** A result as it is in JSON; methods with nothing to say answer null. */
export function wireResult<M extends MethodName>(method: M, result: Result<M> | undefined): unknown {
  return result === undefined ? null : (WIRE_RESULTS[method]?.(result) ?? result);
}
