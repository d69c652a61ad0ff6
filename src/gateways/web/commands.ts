// What each method of the browser protocol does: one line per method, over a Chat.

import { ChatError } from "../../core/errors.ts";
import type { Chat } from "../../core/ports/chat.ts";
import type { MethodName, Params, Result } from "../../wire/web-methods.ts";
import type { Watches } from "./watches.ts";

/** What a request runs on. */
export type Context = {
  readonly chat: Chat;
  readonly watches: Watches;
  /** The id of the request. */
  readonly id: number;
  readonly nonce: string | null;
  /** Aborted by `cancel` and when the session ends; only for methods that wait. */
  readonly signal: AbortSignal;
  /** Aborts a waiting request of this session. */
  readonly cancel: (id: number) => void;
};

/** Methods with nothing to say resolve like those of Chat that they call. */
type Answer<M extends MethodName> = Promise<Result<M> extends null ? void : Result<M>>;

/** What a request was answered with. */
export type Answered = Result<MethodName> | undefined;

type Command<M extends MethodName> = (params: Params<M>, context: Context) => Answer<M>;

export const COMMANDS: { readonly [M in MethodName]: Command<M> } = {
  enter: async () => {
    throw new ChatError("not-allowed", "you are in already");
  },
  say: ({ room, text, replyTo }, { chat, nonce }) => chat.say(room, text, { ...(replyTo && { replyTo }), ...(nonce && { nonce }) }),
  edit: ({ id, text }, { chat }) => chat.edit(id, text),
  redact: ({ id }, { chat }) => chat.redact(id),
  react: ({ id, emoji, on }, { chat }) => chat.react(id, emoji, on),
  join: ({ room }, { chat }) => chat.join(room),
  leave: ({ room }, { chat }) => chat.leave(room),
  setTopic: ({ room, text }, { chat }) => chat.setTopic(room, text),
  rename: ({ name }, { chat }) => chat.rename(name),
  setStatus: ({ status, text }, { chat }) => chat.setStatus(status, text),
  typing: async ({ room }, { chat }) => chat.typing(room),
  markRead: ({ room, upTo }, { chat }) => chat.markRead(room, upTo),
  people: (_, { chat }) => chat.people(),
  rooms: (_, { chat }) => chat.rooms(),
  history: ({ room, ...query }, { chat }) => chat.history(room, query),
  search: ({ words, ...query }, { chat }) => chat.search(words, query),
  hub: ({ action }, { chat }) => chat.hub(action),
  delivered: ({ id }, { chat, signal }) => chat.delivered(id, signal),
  watch: ({ after }, { watches, id }) => watches.start(id, after),
  unwatch: async ({ watch }, { watches }) => watches.stop(watch),
  cancel: async ({ request }, { cancel }) => cancel(request),
};
