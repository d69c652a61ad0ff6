// The methods of the browser protocol: what each takes and answers. The one schema from which the types come.

import * as v from "valibot";
import { hubAction } from "./web-hub.ts";
import { conversation, entryId, listOf, message, orderKey, person, personInfo, roomInfo, whole } from "./web-values.ts";

/** A number by which a client names a request of its own. */
export const requestId = whole;

const limit = v.pipe(whole, v.maxValue(10_000));
const nothing = v.null();

/** Methods whose second run would do something again carry a nonce when they are repeated (`writes`);
 *  those that may take for ever (`waits`) are bounded on their own and do not hold up the others. */
export const METHODS = {
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
  people: { writes: false, waits: false, params: v.strictObject({}), result: listOf(personInfo) },
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

/** Methods that would do something a second time if they were repeated to a server that has forgotten their nonce. */
export const ONLY_ONCE: ReadonlySet<MethodName> = new Set<MethodName>(["say"]);

export const isMethod = (name: string): name is MethodName => Object.hasOwn(METHODS, name);
